//! What services reach and are reached by: ways out, hosts and paths, names that AWS gives to nobody.

use crate::refused;

fn target(settings: &str) -> String {
    refused(&format!("[services.mock_target_server]\n{settings}"))
}

#[test]
fn ways_out_are_hosts_and_ports_outside_of_the_cluster() {
    let text = r#"egress = ["db", "db.example.com", "169.254.170.23:80", "orders.services.svc.cluster.local:80", "db.example.com:5432", "internet:443"]"#;
    insta::assert_snapshot!(target(text), @r"
    staging.toml:2:11: `services.mock_target_server.egress[0]` is `db`, a target such as `host.example.com:443` is expected
    staging.toml:2:17: `services.mock_target_server.egress[1]` is `db.example.com`, a target such as `host.example.com:443` is expected
    ");
    insta::assert_snapshot!(target(r#"egress = ["db:5432", "169.254.170.23:80", "orders.services.svc:80", "10.1.2.3:6379"]"#), @r"
    staging.toml:2:11: `services.mock_target_server.egress[0]` is `db:5432`, which names no host: use one such as `orders.example.com:5432`, or `internet:443` for public addresses
    staging.toml:2:22: `services.mock_target_server.egress[1]` is `169.254.170.23:80`, which belongs to the pod or its node, which hands out credentials: remove it
    staging.toml:2:43: `services.mock_target_server.egress[2]` is `orders.services.svc:80`, which is a Service of the cluster: name this one in the `callers` of that
    ");
}

#[test]
fn an_address_that_is_nobody_s_is_not_the_internet() {
    insta::assert_snapshot!(target(r#"egress = ["0.0.0.0:443"]"#), @"staging.toml:2:11: `services.mock_target_server.egress[0]` is `0.0.0.0:443`, which is nobody's address: write `internet:443` for public addresses");
}

#[test]
fn the_proxy_has_nothing_that_whoever_asks_it_must_not_have() {
    let text = "[services.cors_proxy_server]\negress = [\"db.example.com:5432\"]\n\
                [services.cors_proxy_server.permissions]\nread = [\"dynamodb://orders\"]\n";
    insta::assert_snapshot!(refused(text), @r"
    staging.toml:2:10: `services.cors_proxy_server.egress` is not the proxy's, which reaches the internet: name private targets in `services.proxy.allow_targets`
    staging.toml:3:29: `services.cors_proxy_server.permissions` are there, but whoever asks the proxy could ask for the credentials of its role: give them to a service behind it
    ");
}

#[test]
fn variables_are_no_flags_and_no_credentials() {
    let text = "[services.cors_proxy_server.environment]\nTIDELINE_BEHIND_EDGE = \"true\"\nAWS_PROFILE = \"no\"\n\
                [services.cors_proxy_server.secrets]\nTIDELINE_TIMEOUT = \"ssm:/timeout\"\nAWS_ROLE_ARN = \"ssm:/role\"\n";
    insta::assert_snapshot!(refused(text), @r"
    staging.toml:2:1: `services.cors_proxy_server.environment.TIDELINE_BEHIND_EDGE` is a flag of the service, which policies read in `arguments`: say it there
    staging.toml:3:1: `services.cors_proxy_server.environment.AWS_PROFILE` is for credentials, which pods get by their role: name in `permissions` what it may do
    staging.toml:5:1: `services.cors_proxy_server.secrets.TIDELINE_TIMEOUT` is a flag of the service, which policies read in `arguments`: say it there
    staging.toml:6:1: `services.cors_proxy_server.secrets.AWS_ROLE_ARN` is for credentials, which pods get by their role: name in `permissions` what it may do
    ");
}

#[test]
fn flags_that_the_platform_gives_are_said_where_it_reads_them() {
    let arguments =
        r#"arguments = ["--max-in-flight", "64", "--listen", "0.0.0.0:7000", "--drain-delay=1s", "--workers", "4"]"#;
    insta::assert_snapshot!(target(arguments), @r"
    staging.toml:2:39: `services.mock_target_server.arguments[2]` gives `--listen`, as the platform does by `services.mock_target_server.port`: remove this, and change that where something else is meant
    staging.toml:2:67: `services.mock_target_server.arguments[4]` gives `--drain-delay`, as the platform does by `services.mock_target_server.drain_delay_seconds`: remove this, and change that where something else is meant
    staging.toml:2:87: `services.mock_target_server.arguments[5]` gives `--workers`, as the platform does by `services.mock_target_server.cpu_request_millicores`: remove this, and change that where something else is meant
    ");
    let proxy = |arguments: &str| refused(&format!("[services.cors_proxy_server]\narguments = {arguments}\n"));
    insta::assert_snapshot!(proxy(r#"["--allow-target", "169.254.169.254:80", "--behind-edge", "--rate-limit", "100/1m"]"#), @r"
    staging.toml:2:14: `services.cors_proxy_server.arguments[0]` gives `--allow-target`, as the platform does by `services.proxy.allow_targets`: remove this, and change that where something else is meant
    staging.toml:2:54: `services.cors_proxy_server.arguments[2]` gives `--behind-edge`, as the platform does by `edge.enabled`: remove this, and change that where something else is meant
    ");
    assert_eq!(target(r#"arguments = ["--allow-target", "db.example.com:5432"]"#), "", "it is the proxy's alone");
}

#[test]
fn the_proxy_answers_where_its_load_balancer_asks() {
    let probes = "[services.cors_proxy_server.probes]\nreadiness_path = \"/ready\"\nstartup_seconds = 60\n";
    insta::assert_snapshot!(refused(probes), @"staging.toml:2:18: `services.cors_proxy_server.probes.readiness_path` is `/ready`, but this service answers at `/readyz`: remove it");
    assert_eq!(refused("[services.cors_proxy_server.probes]\nstartup_seconds = 60\n"), "");
}

#[test]
fn what_is_called_as_secrets_are_does_not_stand_in_git() {
    let text = r#"
[services.mock_target_server]
arguments = ["--password=hunter2", "--api-token", "hunter2", "--token-file", "/run/token", "--allow-empty-password=yes"]

[services.mock_target_server.environment]
DATABASE_PASSWORD = "hunter2"
TOKEN_FILE = "hunter2"
REQUIRE_TOKEN = "true"
"#;
    insta::assert_snapshot!(refused(text), @r"
    staging.toml:3:14: `services.mock_target_server.arguments[0]` gives `--password`, which is called as secrets are, and settings are committed to Git: keep it in AWS, and name it in `services.mock_target_server.secrets`, as a variable that the program reads
    staging.toml:3:36: `services.mock_target_server.arguments[1]` gives `--api-token`, which is called as secrets are, and settings are committed to Git: keep it in AWS, and name it in `services.mock_target_server.secrets`, as a variable that the program reads
    staging.toml:6:21: `services.mock_target_server.environment.DATABASE_PASSWORD` is called as secrets are, and settings are committed to Git: keep it in AWS, and name it in `services.mock_target_server.secrets`; what is none has a name such as `DATABASE_PASSWORD_NAME`
    ");
}

#[test]
fn secrets_by_their_shape_belong_where_a_service_gets_them() {
    let live = ["sk", "live", "0123456789abcdef"].join("_");
    let advice = "settings are committed to Git: remove it and revoke it; keep it in AWS, and name it in the table `secrets` of what \
                  needs it";
    let text = format!(
        "[services.mock_target_server]\narguments = [\"--stripe={live}\"]\n[services.mock_target_server.environment]\n\
         DATABASE_URL = \"postgres://orders:hunter2@db.example.com/orders\"\nSLACK_TOKEN = \"xoxb-0123\"\n"
    );
    let key = |key: &str| format!("`services.mock_target_server.{key}`");
    let expected = [
        format!("staging.toml:2:14: {} looks like a key of Stripe: {advice}", key("arguments[0]")),
        format!(
            "staging.toml:4:16: {} looks like an address with a password: {advice}",
            key("environment.DATABASE_URL")
        ),
        format!("staging.toml:5:15: {} looks like a token of Slack: {advice}", key("environment.SLACK_TOKEN")),
    ];
    assert_eq!(refused(&text).lines().collect::<Vec<_>>(), expected);
}

#[test]
fn what_aws_gives_to_nobody_is_refused() {
    let text = r#"
[services.mock_target_server.secrets]
AMI = "ssm:/aws/service/ami"
[services.mock_target_server.permissions]
read = ["s3://192.168.1.1", "s3://xn--abc", "s3://bucket/../other", "s3://bucket/a..b"]
keys = ["kms://------------------------------------", "kms://mrk-1234abcd12ab34cd56ef1234567890ab"]
"#;
    insta::assert_snapshot!(refused(text), @r"
    staging.toml:3:7: `services.mock_target_server.secrets.AMI` is `ssm:/aws/service/ami`, a secret such as `secretsmanager:orders/database#password` or `ssm:/orders/token` is expected
    staging.toml:5:9: `services.mock_target_server.permissions.read[0]` is `s3://192.168.1.1`, a bucket or a table such as `s3://bucket/prefix` or `dynamodb://table` is expected
    staging.toml:5:29: `services.mock_target_server.permissions.read[1]` is `s3://xn--abc`, a bucket or a table such as `s3://bucket/prefix` or `dynamodb://table` is expected
    staging.toml:5:45: `services.mock_target_server.permissions.read[2]` is `s3://bucket/../other`, a bucket or a table such as `s3://bucket/prefix` or `dynamodb://table` is expected
    staging.toml:6:9: `services.mock_target_server.permissions.keys[0]` is `kms://------------------------------------`, the id of a key such as `kms://1234abcd-12ab-34cd-56ef-1234567890ab` is expected
    ");
}

#[test]
fn an_entrance_is_what_a_rule_of_a_load_balancer_takes() {
    let entrance = |host: &str, more: &str| {
        refused(&format!(
            "[services.mock_target_server.entrance]\nhost = \"{host}\"\nscheme = \"internet-facing\"\n{more}\n"
        ))
    };
    let long = format!("{}.example.com", ["a"; 60].join("."));
    let path = |length: usize| format!("path = \"/{}\"", "a".repeat(length - 1));
    insta::assert_snapshot!(entrance("10.0.0.1", "path = \"/../x\"\nfrom = [\"10.0.0.0/8\"]"), @r"
    staging.toml:2:8: `services.mock_target_server.entrance.host` is `10.0.0.1`, a host name such as `orders.example.com` is expected
    staging.toml:4:8: `services.mock_target_server.entrance.path` is `/../x`, a path such as `/` or `/orders` is expected
    ");
    insta::assert_snapshot!(entrance(&long, &path(127)), @r"
    staging.toml:2:8: `services.mock_target_server.entrance.host` has 131 characters, but a rule of a load balancer takes 128: shorten it
    staging.toml:4:8: `services.mock_target_server.entrance.path` has 127 characters, but a rule of a load balancer has room for 126
    ");
    insta::assert_snapshot!(entrance("a.example.com", "from = [\"10.0.0.0/8\"]"), @"staging.toml:4:9: `services.mock_target_server.entrance.from[0]` is `10.0.0.0/8`, which is private, but `scheme` is `internet-facing`: nobody comes from there, so name public ranges");
    insta::assert_snapshot!(entrance("a.example.com", "path = \"/a/./b\""), @"staging.toml:4:8: `services.mock_target_server.entrance.path` is `/a/./b`, a path such as `/` or `/orders` is expected");
}

#[test]
fn a_host_leads_to_one_thing() {
    let named = "[domain]\nname = \"example.com\"\n[argocd]\ndomain = \"argocd.example.com\"\n";
    let at = |host: &str| {
        refused(&format!("{named}[services.mock_target_server.entrance]\nhost = \"{host}.example.com\"\n"))
    };
    insta::assert_snapshot!(["proxy", "argocd", "grafana"].map(at).join("\n"), @r"
    staging.toml:6:8: `services.mock_target_server.entrance.host` is `proxy.example.com`, the name that `domain.proxy` makes: choose another
    staging.toml:6:8: `services.mock_target_server.entrance.host` is `argocd.example.com`, the name that `argocd.domain` makes: choose another
    staging.toml:6:8: `services.mock_target_server.entrance.host` is `grafana.example.com`, the name that `domain.grafana` makes: choose another
    ");
}

#[test]
fn objects_of_the_platform_have_names_of_their_own() {
    let (_, table) = crate::BASE.split_once("[services.mock_target_server]\n").expect("the target has a table");
    let (table, _) = table.split_once("\n[services.proxy]").expect("the proxy has one behind it");
    let added = |name: &str| {
        let table = table.replace("[services.mock_target_server.image]", &format!("[services.internal.{name}.image]"));
        format!("[services.internal.{name}]\n{table}")
    };
    let names = ["default", "project", "default-deny", "cors-proxy-server-metrics"];
    insta::assert_snapshot!(refused(&names.map(added).concat()), @r"
    staging.toml:1:20: `services.internal.default` is taken by a part of the platform: choose another name
    staging.toml:20:20: `services.internal.project` is taken by a part of the platform: choose another name
    staging.toml:39:20: `services.internal.default-deny` is taken by a part of the platform: choose another name
    staging.toml:58:20: `services.internal.cors-proxy-server-metrics` is taken by a part of the platform: choose another name
    ");
}

#[test]
fn a_schedule_has_a_day_that_comes_and_a_zone_that_is_known() {
    let job = "[services.jobs.report]\nschedule = \"0 0 30 2 *\"\ntime_zone = \"Europe/Stokholm\"\n\
               cpu_request_millicores = 100\nmemory_mib = 128\n[services.jobs.report.image]\ntag = \"1.0.0\"\ndigest = \"\"\n";
    insta::assert_snapshot!(refused(job), @r"
    staging.toml:2:12: `services.jobs.report.schedule` is `0 0 30 2 *`, a schedule of cron such as `0 3 * * *` is expected
    staging.toml:3:13: `services.jobs.report.time_zone` is `Europe/Stokholm`, a time zone such as `Etc/UTC` or `Europe/Stockholm` is expected
    ");
}

//! Services that an environment adds.

use crate::{BASE, refused};

/// The table of a service more, with the values of the target.
fn added(name: &str) -> String {
    let (_, table) = BASE.split_once("[services.mock_target_server]\n").expect("the target has a table");
    let (table, _) = table.split_once("\n[services.proxy]").expect("the proxy has one behind it");
    let table = table.replace("[services.mock_target_server.image]", &format!("[services.internal.{name}.image]"));
    format!("[services.internal.{name}]\n{table}")
}

#[test]
fn added_services_need_names_of_their_own_and_callers_that_exist() {
    let text = r#"
[services.cors_proxy_server]
callers = ["orders"]

[services.mock_target_server]
callers = ["cors_proxy_server", "oders", "nobody"]
"#;
    insta::assert_snapshot!(refused(&[text, &added("Orders"), &added("karpenter")].concat()), @r"
    staging.toml:3:12: `services.cors_proxy_server.callers[0]` is `orders`, but the proxy is reached only from the internet: remove it
    staging.toml:6:12: `services.mock_target_server.callers[0]` is `cors_proxy_server`, which is not a service: did you mean `cors-proxy-server`?
    staging.toml:6:33: `services.mock_target_server.callers[1]` is `oders`, which is not a service: did you mean `Orders`?
    staging.toml:6:42: `services.mock_target_server.callers[2]` is `nobody`, which is not a service: choose one of `cors-proxy-server`, `mock-target-server`, `Orders` and `karpenter`
    staging.toml:7:20: `services.internal.Orders` is not a name for a service: begin with a letter, then use `a-z`, digits and `-`
    staging.toml:26:20: `services.internal.karpenter` is taken by a part of the platform: choose another name
    ");
}

#[test]
fn keys_open_something_and_a_role_has_a_name_that_iam_takes() {
    let keys = "[services.mock_target_server.permissions]\nkeys = [\"kms://1234abcd-12ab-34cd-56ef-1234567890ab\"]\n";
    insta::assert_snapshot!(refused(keys), @"staging.toml:2:8: `services.mock_target_server.permissions.keys` opens keys, but there is nothing else that they could have encrypted: name it, or remove them");
    let long = "a-service-whose-name-is-as-long-as-names-of-services-may-be-at-all".split_at(62).0;
    let asks = format!("{}\n[services.internal.{long}.permissions]\nread = [\"dynamodb://orders\"]\n", added(long));
    insta::assert_snapshot!(refused(&asks), @"staging.toml:1:20: `services.internal.a-service-whose-name-is-as-long-as-names-of-services-may-be-at` makes with `name`, `tideline` at default.toml:2 the role name `tideline-service-a-service-whose-name-is-as-long-as-names-of-services-may-be-at` of 79 characters, but IAM allows 64: use at most 47 characters, or leave out `permissions`");
    insta::assert_snapshot!(refused("[external_secrets]\nnamespace = \"services\"\nrefresh_minutes = 0\n"), @"staging.toml:3:19: `external_secrets.refresh_minutes` is 0, but must be from 1 to 1440");
    insta::assert_snapshot!(refused("[external_secrets]\nnamespace = \"kube-system\"\n"), @"staging.toml:2:13: `external_secrets.namespace` is `kube-system`, which belongs to Kubernetes, and the operator's role reads the secrets of all services: choose another");
    insta::assert_snapshot!(refused("[external_secrets]\nnamespace = \"keda\"\n"), @"staging.toml:2:13: `external_secrets.namespace` is taken by `keda.namespace`, `keda` at default.toml:137: the operator's role reads the secrets of all services, so choose another");
}

#[test]
fn the_key_that_signs_for_the_cluster_lies_where_nobody_else_does() {
    let taken = refused("[cert_manager]\nenabled = true\nnamespace = \"kube-system\"\nreplicas = 0\n");
    insta::assert_snapshot!(taken, @"staging.toml:4:12: `cert_manager.replicas` is 0, but must be from 1 to 10");
    let kubernetes = refused("[cert_manager]\nenabled = true\nnamespace = \"kube-system\"\n");
    insta::assert_snapshot!(kubernetes, @"staging.toml:3:13: `cert_manager.namespace` is `kube-system`, which belongs to Kubernetes, and the key that signs for the whole cluster lies in it: choose another");
    let secrets = refused("[cert_manager]\nenabled = true\nnamespace = \"external-secrets\"\n");
    assert!(secrets.contains("`cert_manager.namespace` is taken by `external_secrets.namespace`"), "{secrets}");
    let prefixed = refused("[cert_manager]\nchart_version = \"v1.21.2\"\n");
    assert!(prefixed.contains("cert_manager.chart_version"), "{prefixed}");
}

#[test]
fn what_a_service_asks_for_is_judged_key_by_key() {
    let text = r#"
[services.mock_target_server]
arguments = [7]

[services.mock_target_server.environment]
"9LIVES" = "no"
AWS_ACCESS_KEY_ID = "no"
TOKEN = "no"

[services.mock_target_server.secrets]
TOKEN = "ssm:/target/token"
OTHER = "vault:/target/other"
RELATIVE = "ssm:target"

[services.mock_target_server.permissions]
read = ["s3://Bucket", "sqs://orders", "s3://bucket/*", "dynamodb://orders", "dynamodb://orders"]
send = ["orders"]
keys = ["kms://alias/orders"]

[services.mock_target_server.limits]
cpu_millicores = 64001

[services.mock_target_server.nodes]
capacity_type = "cheap"

[services.mock_target_server.probes]
liveness_path = "livez"

[services.mock_target_server.entrance]
host = "orders"
path = "orders"
scheme = "public"
"#;
    insta::assert_snapshot!(refused(text), @r"
    staging.toml:3:14: `services.mock_target_server.arguments[0]` is an integer, a string is expected
    staging.toml:6:1: `services.mock_target_server.environment.9LIVES` is not a name of a variable: use letters, digits and `_`, no digit first
    staging.toml:7:1: `services.mock_target_server.environment.AWS_ACCESS_KEY_ID` is for credentials, which pods get by their role: name in `permissions` what it may do
    staging.toml:12:9: `services.mock_target_server.secrets.OTHER` is `vault:/target/other`, a secret such as `secretsmanager:orders/database#password` or `ssm:/orders/token` is expected
    staging.toml:13:12: `services.mock_target_server.secrets.RELATIVE` is `ssm:target`, a secret such as `secretsmanager:orders/database#password` or `ssm:/orders/token` is expected
    staging.toml:16:9: `services.mock_target_server.permissions.read[0]` is `s3://Bucket`, a bucket or a table such as `s3://bucket/prefix` or `dynamodb://table` is expected
    staging.toml:16:24: `services.mock_target_server.permissions.read[1]` is `sqs://orders`, a bucket or a table such as `s3://bucket/prefix` or `dynamodb://table` is expected
    staging.toml:16:40: `services.mock_target_server.permissions.read[2]` is `s3://bucket/*`, a bucket or a table such as `s3://bucket/prefix` or `dynamodb://table` is expected
    staging.toml:17:9: `services.mock_target_server.permissions.send[0]` is `orders`, a queue such as `sqs://orders` is expected
    staging.toml:18:9: `services.mock_target_server.permissions.keys[0]` is `kms://alias/orders`, the id of a key such as `kms://1234abcd-12ab-34cd-56ef-1234567890ab` is expected
    staging.toml:21:18: `services.mock_target_server.limits.cpu_millicores` is 64001, but must be from 0 to 64000
    staging.toml:24:17: `services.mock_target_server.nodes.capacity_type` is `cheap`, one of `on-demand` and `spot` is expected
    staging.toml:27:17: `services.mock_target_server.probes.liveness_path` is `livez`, a path such as `/healthz` is expected
    staging.toml:30:8: `services.mock_target_server.entrance.host` is `orders`, a host name such as `orders.example.com` is expected
    staging.toml:31:8: `services.mock_target_server.entrance.path` is `orders`, a path such as `/` or `/orders` is expected
    staging.toml:32:10: `services.mock_target_server.entrance.scheme` is `public`, one of `internal` and `internet-facing` is expected
    ");
}

#[test]
fn limits_lie_at_or_above_what_is_asked_for() {
    let text = "[services.mock_target_server.limits]\ncpu_millicores = 100\nmemory_mib = 64\n";
    insta::assert_snapshot!(refused(text), @r"
    staging.toml:2:18: `services.mock_target_server.limits.cpu_millicores` is 100, below `services.mock_target_server.cpu_request_millicores`, `400` at default.toml:203, which a pod asks for: raise it
    staging.toml:3:14: `services.mock_target_server.limits.memory_mib` is 64, below `services.mock_target_server.memory_mib`, `256` at default.toml:204, which a pod asks for: raise it
    ");
}

#[test]
fn workers_and_jobs_are_judged_as_services_are() {
    let text = r#"
[services.workers.mailer]
min_replicas = 3
max_replicas = 2
cpu_request_millicores = 100
memory_mib = 128
admin_port = 80
scale_on = ["queue"]

[services.workers.mailer.image]
tag = "0.1.0"
digest = ""

[services.workers.other]
min_replicas = 1
max_replicas = 2
cpu_request_millicores = 100
memory_mib = 128
queue = "sqs://orders"
scale_on = ["queue"]

[services.workers.other.image]
tag = "0.1.0"
digest = ""

[services.jobs.mailer]
schedule = "0 3 * * *"
cpu_request_millicores = 100
memory_mib = 128

[services.jobs.mailer.image]
tag = "0.1.0"
digest = ""

[services.jobs.report]
schedule = "every day"
time_zone = "stockholm"
cpu_request_millicores = 100
memory_mib = 128

[services.jobs.report.image]
tag = "0.1.0"
digest = ""
"#;
    insta::assert_snapshot!(refused(text), @r#"
    staging.toml:3:16: `services.workers.mailer.min_replicas` is 3, above `services.workers.mailer.max_replicas`, `2`: lower it
    staging.toml:7:14: `services.workers.mailer.admin_port` is 80, which only root may open: choose one from 1025 to 65535, or 0
    staging.toml:8:12: `services.workers.mailer.scale_on` names `queue`, but no `queue` is set: name it, such as `queue = "sqs://orders"`
    staging.toml:19:9: `services.workers.other.queue` is `sqs://orders`, from which it may not receive: add it to `permissions.receive`
    staging.toml:36:12: `services.jobs.report.schedule` is `every day`, a schedule of cron such as `0 3 * * *` is expected
    staging.toml:37:13: `services.jobs.report.time_zone` is `stockholm`, a time zone such as `Etc/UTC` or `Europe/Stockholm` is expected
    "#);
}

#[test]
fn what_nobody_would_ask_or_look_at_is_refused() {
    let worker = "[services.workers.mailer]\nmin_replicas = 1\nmax_replicas = 2\ncpu_request_millicores = 100\nmemory_mib = 128\n\
                  queue = \"sqs://mails\"\nimage = { tag = \"0.1.0\", digest = \"\" }\n\
                  [services.workers.mailer.permissions]\nreceive = [\"sqs://mails\"]\n";
    let probes = "[services.workers.mailer.probes]\nstartup_seconds = 90\n";
    insta::assert_snapshot!(refused(&[worker, probes].concat()), @r"
    staging.toml:6:9: `services.workers.mailer.queue` is `sqs://mails`, but `services.workers.mailer.scale_on` does not name `queue`: add it there, or leave this empty
    staging.toml:10:26: `services.workers.mailer.probes` are there, but nobody asks without `admin_port`: set that, or leave them as they are by default
    ");
    let asked = worker.replace("queue = ", "admin_port = 9090\nscale_on = [\"cpu\", \"queue\"]\nqueue = ");
    assert_eq!(refused(&[&asked, probes].concat()), "");
}

#[test]
fn an_internal_entrance_does_not_name_everybody() {
    let text =
        "[services.mock_target_server.entrance]\nhost = \"a.example.com\"\nfrom = [\"10.0.0.0/8\", \"0.0.0.0/0\"]\n";
    insta::assert_snapshot!(refused(text), @"staging.toml:3:23: `services.mock_target_server.entrance.from[1]` is everybody, but `scheme` is `internal`: name ranges that reach the VPC");
}

#[test]
fn names_are_one_anothers_and_short_enough_for_jobs() {
    let job = |name: &str| {
        format!(
            "[services.jobs.{name}]\nschedule = \"@daily\"\ncpu_request_millicores = 100\nmemory_mib = 128\n\
             [services.jobs.{name}.image]\ntag = \"0.1.0\"\ndigest = \"\"\n"
        )
    };
    let worker =
        job("report").replace("jobs", "workers").replace("schedule = \"@daily\"", "min_replicas = 1\nmax_replicas = 2");
    let long = "a-name-that-is-longer-than-the-names-of-jobs-may-ever-be";
    insta::assert_snapshot!(refused(&[worker, job("report"), job(long), job("root")].concat()), @r"
    staging.toml:9:16: `services.jobs.report` is taken by `services.workers.report`: choose another name
    staging.toml:16:16: `services.jobs.a-name-that-is-longer-than-the-names-of-jobs-may-ever-be` has 56 characters: a label of a Job, of which its name is a part, allows 52
    staging.toml:23:16: `services.jobs.root` is taken by a part of the platform: choose another name
    ");
}

#[test]
fn entrances_fit_their_load_balancer_and_one_another() {
    let entrance = |key: &str, host: &str, more: &str| {
        format!("[services.{key}.entrance]\nhost = \"{host}\"\nscheme = \"internet-facing\"\n{more}\n")
    };
    let ranges = r#"path = "/a"
from = ["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"]
certificate_arn = "arn:aws:acm:us-east-1:111122223333:certificate/1""#;
    let text = [
        entrance("cors_proxy_server", "a.example.com", ""),
        entrance("mock_target_server", "b.example.com", ranges),
        added("orders"),
        entrance("internal.orders", "b.example.com", r#"path = "/a""#),
    ];
    insta::assert_snapshot!(refused(&text.concat()), @r"
    staging.toml:1:29: `services.cors_proxy_server.entrance` is there, but the proxy has a load balancer of its own: remove it
    staging.toml:9:8: `services.mock_target_server.entrance.from` names 3 ranges, but beside host and path a rule of the load balancer has room for 2: join some
    staging.toml:10:19: `services.mock_target_server.entrance.certificate_arn` is `arn:aws:acm:us-east-1:111122223333:certificate/1`, but a load balancer only takes certificates of its own region, `aws.region`, `eu-north-1` at default.toml:6
    staging.toml:31:8: `services.internal.orders.entrance.host` is `b.example.com` with the path and the scheme of `services.mock_target_server.entrance`: change one of them
    ");
}

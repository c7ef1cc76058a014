//! What services reach and are reached by: ways out, hosts and paths, names that AWS gives to nobody.

use crate::refused;

fn target(settings: &str) -> String {
    refused(&format!("[services.mock_target_server]\n{settings}"))
}

#[test]
fn ways_out_are_hosts_and_ports_outside_of_the_cluster() {
    let text = r#"egress = ["db", "db.example.com", "169.254.170.23:80", "orders.services.svc.cluster.local:80", "db.example.com:5432", "internet:443"]"#;
    insta::assert_snapshot!(target(text), @"");
    insta::assert_snapshot!(target(r#"egress = ["db:5432", "169.254.170.23:80", "orders.services.svc:80", "10.1.2.3:6379"]"#), @"");
}

#[test]
fn the_proxy_has_nothing_that_whoever_asks_it_must_not_have() {
    let text = "[services.cors_proxy_server]\negress = [\"db.example.com:5432\"]\n\
                [services.cors_proxy_server.permissions]\nread = [\"dynamodb://orders\"]\n";
    insta::assert_snapshot!(refused(text), @"");
}

#[test]
fn variables_are_no_flags_and_no_credentials() {
    let text = "[services.cors_proxy_server.environment]\nTIDELINE_BEHIND_EDGE = \"true\"\nAWS_PROFILE = \"no\"\n\
                [services.cors_proxy_server.secrets]\nTIDELINE_TIMEOUT = \"ssm:/timeout\"\nAWS_ROLE_ARN = \"ssm:/role\"\n";
    insta::assert_snapshot!(refused(text), @"");
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
    insta::assert_snapshot!(refused(text), @"");
}

#[test]
fn an_entrance_is_what_a_rule_of_a_load_balancer_takes() {
    let entrance = |host: &str, more: &str| {
        refused(&format!(
            "[services.mock_target_server.entrance]\nhost = \"{host}\"\nscheme = \"internet-facing\"\n{more}\n"
        ))
    };
    let long = format!("{}.example.com", ["a"; 60].join("."));
    let path = |length| format!("path = \"/{}\"", "a".repeat(length - 1));
    insta::assert_snapshot!(entrance("10.0.0.1", "path = \"/../x\"\nfrom = [\"10.0.0.0/8\"]"), @"");
    insta::assert_snapshot!(entrance(&long, &path(127)), @"");
    insta::assert_snapshot!(entrance("a.example.com", "path = \"/a/./b\""), @"");
}

#[test]
fn a_host_leads_to_one_thing() {
    let named = "[domain]\nname = \"example.com\"\n[argocd]\ndomain = \"argocd.example.com\"\n";
    let at = |host: &str| {
        refused(&format!("{named}[services.mock_target_server.entrance]\nhost = \"{host}.example.com\"\n"))
    };
    insta::assert_snapshot!(["proxy", "argocd", "grafana"].map(at).join("\n"), @"");
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
    insta::assert_snapshot!(refused(&names.map(added).concat()), @"");
}

#[test]
fn a_schedule_has_a_day_that_comes_and_a_zone_that_is_known() {
    let job = "[services.jobs.report]\nschedule = \"0 0 30 2 *\"\ntime_zone = \"Europe/Stokholm\"\n\
               cpu_request_millicores = 100\nmemory_mib = 128\n[services.jobs.report.image]\ntag = \"1.0.0\"\ndigest = \"\"\n";
    insta::assert_snapshot!(refused(job), @"");
}

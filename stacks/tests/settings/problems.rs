//! The problems that are reported, and where.

use stacks::settings::{Settings, regions};

use crate::{layer, refused};

#[test]
fn syntax_errors_of_all_layers_come_together() {
    let layers = [layer("default", "name = = 1\n[aws\n"), layer("staging", "name = \"a\"\nname = \"b\"\n")];
    insta::assert_snapshot!(Settings::parse("staging", &layers).unwrap_err(), @r"
    stacks/environments/default.toml:1:8: extra `=`, expected nothing
    stacks/environments/default.toml:1:10: unexpected key or value, expected newline, `#`
    stacks/environments/default.toml:2:5: unclosed table, expected `]`
    stacks/environments/staging.toml:2:1: duplicate key
    ");
}

#[test]
fn problems_of_many_kinds_come_together_in_the_order_of_the_file() {
    let text = r#"
name = 7
netwrk = 1
load_test = 5

[aws]
account_id = "12345"
regoin = "eu-north-1"
colour = "blue"

[cluster]
kubernetes_version = "1.31"
zonal_shift = true

[services.cors_proxy_server]
port = 80

[observation]
"#;
    insta::assert_snapshot!(refused(text), @r"
    staging.toml:2:8: `name` is an integer, a string is expected
    staging.toml:3:1: `netwrk` is not a setting: did you mean `network`?
    staging.toml:4:13: `load_test` is an integer, a table is expected
    staging.toml:7:14: `aws.account_id` is `12345`, an account id of 12 digits is expected
    staging.toml:8:1: `aws.regoin` is not a setting: did you mean `region`?
    staging.toml:9:1: `aws.colour` is not a setting: the keys of `[aws]` are `account_id`, `region`, `provider_floor` and `tags`
    staging.toml:12:22: `cluster.kubernetes_version` is `1.31`: choose one of `1.35`, `1.36` and `1.37`
    staging.toml:13:15: `cluster.zonal_shift` is a boolean, one of `off`, `aws-only` and `on` is expected
    staging.toml:16:8: `services.cors_proxy_server.port` is 80, but must be from 1025 to 65535
    staging.toml:18:2: `observation` is not a setting: the known keys are `name`, `aws`, `state`, `budget`, `github`, `registry`, `repository`, `network`, `cluster`, `base_nodes`, `domain`, `argocd`, `karpenter`, `metrics_server`, `keda`, `external_secrets`, `cert_manager`, `load_balancer_controller`, `observability`, `services`, `edge`, `load_test` and `waivers`
    ");
}

#[test]
fn a_base_without_a_section_misses_it_at_its_first_line() {
    let error = Settings::parse("default", &[layer("default", "name = \"tideline\"\n")]).unwrap_err();
    assert_eq!(error.problems.len(), 20);
    insta::assert_snapshot!(error.problems[0], @"stacks/environments/default.toml:1:1: `aws` is missing: add it");
}

#[test]
fn an_inherited_value_that_an_override_breaks_names_both_files() {
    insta::assert_snapshot!(refused("[base_nodes]\nmax_size = 2\n"), @r"
        default.toml:82:12: `base_nodes.min_size` is 3, above `base_nodes.max_size`, `2` at staging.toml:2: lower it
        ");
    insta::assert_snapshot!(refused("[aws]\nregion = \"eu-west-1\"\n"), @r"
    default.toml:44:10: `network.zones[0]` is `eu-north-1a`, which is not a zone of `aws.region`, `eu-west-1` at staging.toml:2: did you mean `eu-west-1a`?
    default.toml:44:25: `network.zones[1]` is `eu-north-1b`, which is not a zone of `aws.region`, `eu-west-1` at staging.toml:2: did you mean `eu-west-1b`?
    default.toml:44:40: `network.zones[2]` is `eu-north-1c`, which is not a zone of `aws.region`, `eu-west-1` at staging.toml:2: did you mean `eu-west-1c`?
    ");
    insta::assert_snapshot!(refused("[cluster]\nkubernetes_version = \"1.35\"\n"), @r#"
        default.toml:72:14: `cluster.addon_versions.kube_proxy` is `v1.36.0-eksbuild.25`, which is not for `cluster.kubernetes_version`, `1.35` at staging.toml:2: name a build that begins with `v1.35.`, or write `""`
        default.toml:81:19: `base_nodes.release_version` is `1.36.3-20260903`, which is not for `cluster.kubernetes_version`, `1.35` at staging.toml:2: name a release that begins with `1.35.`, or write `""`
        "#);
    insta::assert_snapshot!(refused("[github]\nowner_id = 7\n"), @r"
        default.toml:23:17: `github.repository_id` is 0, but `owner_id` is set: the immutable `sub` claim needs both
        ");
    insta::assert_snapshot!(refused("[base_nodes]\nami_type = \"BOTTLEROCKET_ARM_64\"\n"), @r"
    default.toml:79:19: `base_nodes.instance_types[0]` is `m7i.xlarge`, an x86_64 machine, which cannot run `base_nodes.ami_type`, `BOTTLEROCKET_ARM_64` at staging.toml:2
    default.toml:79:33: `base_nodes.instance_types[1]` is `m6i.xlarge`, an x86_64 machine, which cannot run `base_nodes.ami_type`, `BOTTLEROCKET_ARM_64` at staging.toml:2
    default.toml:79:47: `base_nodes.instance_types[2]` is `m5.xlarge`, an x86_64 machine, which cannot run `base_nodes.ami_type`, `BOTTLEROCKET_ARM_64` at staging.toml:2
    ");
}

#[test]
fn a_list_of_an_override_replaces_the_whole_list() {
    insta::assert_snapshot!(refused("[network]\nzones = [\"eu-north-1a\", \"eu-north-1b\"]\n"), @"staging.toml:2:9: `network.zones` has 2 zones, but at least 3 are needed: name another zone of the region");
}

#[test]
fn a_zone_must_be_there_and_host_a_control_plane() {
    let zones =
        |region: &str, zones: &str| refused(&format!("[aws]\nregion = \"{region}\"\n[network]\nzones = {zones}\n"));
    insta::assert_snapshot!(zones("us-east-1", r#"["us-east-1e", "us-east-1g", "us-est-1b"]"#), @r"
    staging.toml:4:10: `network.zones[0]` is `us-east-1e`, where EKS makes no control plane: choose from `us-east-1a`, `us-east-1b`, `us-east-1c`, `us-east-1d`, `us-east-1f`
    staging.toml:4:24: `network.zones[1]` is `us-east-1g`, which is not a zone of `aws.region`, `us-east-1`: choose from `us-east-1a`, `us-east-1b`, `us-east-1c`, `us-east-1d`, `us-east-1f`
    staging.toml:4:38: `network.zones[2]` is `us-est-1b`, which is not a zone of `aws.region`, `us-east-1`: did you mean `us-east-1b`?
    ");
    insta::assert_snapshot!(zones("ca-central-1", r#"["ca-central-1a", "ca-central-1b", "ca-central-1c"]"#), @"staging.toml:4:44: `network.zones[2]` is `ca-central-1c`, where EKS makes no control plane: choose from `ca-central-1a`, `ca-central-1b`, `ca-central-1d`");
    for region in regions::REGIONS.iter().filter(|region| region.letters.len() != 2) {
        let letters = if region.letters.is_empty() { "abc" } else { region.letters };
        let three: Vec<_> = letters.chars().take(3).map(|letter| format!("{}{letter}", region.name)).collect();
        assert!(!zones(region.name, &format!("{three:?}")).contains("zone"), "{three:?}");
    }
}

#[test]
fn ranges_that_do_not_fit_are_refused() {
    let text = r#"
[network]
cidr = "10.1.0.0/16"

[network.subnets]
public = ["10.1.0.0/24", "10.1.1.0/24", "10.1.0.128/25"]
private = ["10.1.64.0/18", "10.1.128.0/18", "10.1.0.0/24"]
intra = ["10.1.200.0/28", "10.2.0.0/28"]

[cluster]
service_cidr = "10.1.0.0/20"
"#;
    insta::assert_snapshot!(refused(text), @r"
    staging.toml:6:41: `network.subnets.public[2]` is `10.1.0.128/25`, which overlaps `network.subnets.public[0]`, `10.1.0.0/24`: move one of them
    staging.toml:7:45: `network.subnets.private[2]` is `10.1.0.0/24`, which overlaps `network.subnets.public[0]`, `10.1.0.0/24`: move one of them
    staging.toml:8:9: `network.subnets.intra` has 2 ranges for 3 zones: give each zone its own
    staging.toml:8:27: `network.subnets.intra[1]` is `10.2.0.0/28`, which is not inside `network.cidr`, `10.1.0.0/16`
    staging.toml:11:16: `cluster.service_cidr` is `10.1.0.0/20`, which overlaps `network.cidr`, `10.1.0.0/16`: move one of them
    ");
}

#[test]
fn texts_that_are_no_proper_range_are_refused() {
    let text = r#"
[network]
cidr = "10.0.0.0/8"

[network.subnets]
public = ["10.0.192.1/22", "10.0.196.0", "10.0.200.0/22"]
intra = ["10.0.204.0/26", "10.0.204.64/29", "10.0.204.128/26"]

[cluster]
service_cidr = "100.64.0.0/16"
public_access_cidrs = ["0.0.0.0/0", "192.168.1.0/24", "0.0.0.0/0"]
private_access_cidrs = ["10.9.0.0/16", "0.0.0.0/0", "203.0.113.0/24", "100.96.0.0/12", "10.9.0.0/16"]
private_access_security_groups = ["sg-0123", "vpc-0123456789abcdef0", "sg-0123456789abcdef0", "sg-0123456789abcdef0"]
"#;
    insta::assert_snapshot!(refused(text), @r"
    staging.toml:3:8: `network.cidr` is `10.0.0.0/8`, but AWS allows prefixes from /16 to /28
    staging.toml:6:11: `network.subnets.public[0]` is `10.0.192.1/22`, which sets bits beyond its prefix: write `10.0.192.0/22`
    staging.toml:6:28: `network.subnets.public[1]` is `10.0.196.0`, an IPv4 range such as `10.0.0.0/16` is expected
    staging.toml:7:27: `network.subnets.intra[1]` is `10.0.204.64/29`, but AWS allows prefixes from /16 to /28
    staging.toml:10:16: `cluster.service_cidr` is `100.64.0.0/16`, but EKS allows services only in `10.0.0.0/8`, `172.16.0.0/12` and `192.168.0.0/16`
    staging.toml:11:37: `cluster.public_access_cidrs[1]` is `192.168.1.0/24`, which is private: a public endpoint sees only public addresses
    staging.toml:11:55: `cluster.public_access_cidrs[2]` is `0.0.0.0/0`, which is in this list twice: remove one
    staging.toml:12:40: `cluster.private_access_cidrs[1]` is `0.0.0.0/0`, which is not private: a private endpoint sees only private addresses: move it to `public_access_cidrs`
    staging.toml:12:53: `cluster.private_access_cidrs[2]` is `203.0.113.0/24`, which is not private: a private endpoint sees only private addresses: move it to `public_access_cidrs`
    staging.toml:12:88: `cluster.private_access_cidrs[4]` is `10.9.0.0/16`, which is in this list twice: remove one
    staging.toml:13:35: `cluster.private_access_security_groups[0]` is `sg-0123`, the id of a security group such as `sg-0123456789abcdef0` is expected
    staging.toml:13:46: `cluster.private_access_security_groups[1]` is `vpc-0123456789abcdef0`, the id of a security group such as `sg-0123456789abcdef0` is expected
    staging.toml:13:95: `cluster.private_access_security_groups[3]` is `sg-0123456789abcdef0`, which is in this list twice: remove one
    ");
}

#[test]
fn a_name_that_iam_cannot_hold_is_refused_with_the_length_that_fits() {
    assert_eq!(refused(&format!("name = \"{}\"", "a".repeat(35))), "");
    insta::assert_snapshot!(refused(&format!("name = \"{}\"", "a".repeat(36))), @"staging.toml:1:8: `name` makes the role name `aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-aws-load-balancer-controller` of 65 characters, but IAM allows 64: use at most 35 characters");
    insta::assert_snapshot!(refused("name = \"Tide_line\""), @"staging.toml:1:8: `name` is `Tide_line`: begin with a letter, use `a-z`, digits and `-`, and do not end in `-`");
}

#[test]
fn sizes_that_cannot_be_are_refused() {
    let text = r#"
[base_nodes]
min_size = 2
desired_size = 9
max_size = 6
instance_types = ["m7i.xlarge", "m7g.xlarge"]

[services.mock_target_server]
min_replicas = 30
admin_port = 3000
target_cpu_utilization = 0
"#;
    insta::assert_snapshot!(refused(text), @r"
    staging.toml:3:12: `base_nodes.min_size` is 2, fewer than one in each of 3 zones: use at least 3
    staging.toml:4:16: `base_nodes.desired_size` is 9, above `base_nodes.max_size`, `6`: lower it
    staging.toml:6:33: `base_nodes.instance_types[1]` is `m7g.xlarge`, an arm64 machine, which cannot run `base_nodes.ami_type`, `AL2023_x86_64_STANDARD` at default.toml:80
    staging.toml:11:26: `services.mock_target_server.target_cpu_utilization` is 0, but must be from 1 to 100
    ");
}

#[test]
fn a_section_that_is_whole_is_held_against_its_own_values() {
    let text = "
[services.cors_proxy_server]
min_replicas = 70
admin_port = 8080
";
    insta::assert_snapshot!(refused(text), @r"
    staging.toml:3:16: `services.cors_proxy_server.min_replicas` is 70, above `services.cors_proxy_server.max_replicas`, `60` at default.toml:182: lower it
    staging.toml:4:14: `services.cors_proxy_server.admin_port` is 8080, which is `port` already: choose another
    ");
}

#[test]
fn mail_needs_a_sender_and_a_server() {
    let text = "[observability.receivers]\nmail_to = [\"on-call@example.com\"]\n";
    let whole = "mail_from = \"alerts@example.com\"\nmail_server = \"smtp.example.com:587\"\n";
    assert_eq!(refused(&format!("{text}{whole}")), "");
    insta::assert_snapshot!(refused(text), @r"
    default.toml:169:13: `observability.receivers.mail_from` is empty, but `observability.receivers.mail_to` names people: set it, too
    default.toml:170:15: `observability.receivers.mail_server` is empty, but `observability.receivers.mail_to` names people: set it, too
    ");
}

#[test]
fn an_environment_may_add_a_pool_but_not_half_of_one() {
    let pool = r#"
[karpenter.node_pools.large]
capacity_type = "spot"
architectures = ["arm64"]
instance_categories = ["r"]
instance_generation_min = 7
instance_vcpus_max = 8
limit_cpu = 64
limit_memory_gib = 512
weight = 1
"#;
    assert_eq!(refused(&format!("{pool}consolidate_after = \"Never\"\n")), "");
    insta::assert_snapshot!(refused(pool), @"staging.toml:2:23: `karpenter.node_pools.large.consolidate_after` is missing: add it to `[karpenter.node_pools.large]`");
}

#[test]
fn secrets_are_refused_wherever_they_stand_and_never_repeated() {
    let token = format!("ghp_{}", "0123456789abcdefghij0123456789abcdef");
    let text = format!(
        "[repository]\nurl = \"https://user:hunter2@git.example.com/a/b.git\"\ncredentials = \"{token}\"\n\
         [aws.tags]\nKey = \"AKIA{}\"\n[argocd]\ndomain = '''\n-----BEGIN PRIVATE KEY-----\nMIIabc\n'''\nnickname = \"{token}\"\n",
        "IOSFODNN7EXAMPLE"
    );
    let refused = refused(&text);
    for secret in [token.as_str(), "hunter2", "IOSFODNN7", "MIIabc"] {
        assert!(!refused.contains(secret), "{refused}");
    }
    let advice =
        "settings are committed to Git: remove it and revoke it; credentials are variables of the stack `add-ons`";
    let expected = [
        format!("staging.toml:2:7: `repository.url` looks like an address with a password: {advice}"),
        format!("staging.toml:3:15: `repository.credentials` looks like a token of GitHub: {advice}"),
        format!("staging.toml:5:7: `aws.tags.Key` looks like an access key of AWS: {advice}"),
        format!("staging.toml:7:10: `argocd.domain` looks like a private key: {advice}"),
        format!("staging.toml:11:12: `argocd.nickname` looks like a token of GitHub: {advice}"),
    ];
    assert_eq!(refused.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn a_value_of_several_lines_is_reported_on_one() {
    assert_eq!(
        refused("name = \"\"\"a\nb\"\"\"\n"),
        "staging.toml:1:8: `name` is `a\\nb`: begin with a letter, use `a-z`, digits and `-`, and do not end in `-`"
    );
}

#[test]
fn tags_that_iam_or_karpenter_would_refuse_are_refused() {
    insta::assert_snapshot!(refused(
        "[aws.tags]\nManagedBy = \"me\"\nproject = \"b\"\n\"a,b\" = \"c\"\nCost = \"50%\"\n\"karpenter.sh/nodepool\" = \"spot\"\n\
         \"kubernetes.io/cluster/x\" = \"owned\"\n\"Größe\" = \"XL\"\n"
    ), @r#"
    staging.toml:2:1: `aws.tags.ManagedBy` is a tag that the stacks give themselves: choose another key
    staging.toml:3:1: `aws.tags.project` differs from `Project` only in case, which IAM ignores: remove one
    staging.toml:4:1: `aws.tags."a,b"` is not a tag key: AWS allows letters, digits, spaces and `_.:/=+-@`
    staging.toml:5:8: `aws.tags.Cost` is not a tag value: AWS allows letters, digits, spaces and `_.:/=+-@`
    staging.toml:6:1: `aws.tags."karpenter.sh/nodepool"` is reserved for controllers, which find and protect resources by it: do not begin a key with `karpenter.sh/`
    staging.toml:7:1: `aws.tags."kubernetes.io/cluster/x"` is reserved for controllers, which find and protect resources by it: do not begin a key with `kubernetes.io/cluster/`
    "#);
}

#[test]
fn an_administrator_that_has_an_access_entry_already_is_refused() {
    insta::assert_snapshot!(refused(
        "[cluster]\nadmin_principal_arns = [\n\"arn:aws:iam::111122223333:role/tideline-github-plan\",\n\
         \"arn:aws:iam::111122223333:role/tideline-karpenter-node\",\n\"arn:aws:iam::111122223333:user/a b\",\n]\n"
    ), @"staging.toml:5:1: `cluster.admin_principal_arns[2]` is `arn:aws:iam::111122223333:user/a b`, the ARN of an IAM role or user is expected");
    insta::assert_snapshot!(refused(
        "[cluster]\nadmin_principal_arns = [\n\"arn:aws:iam::111122223333:role/tideline-github-plan\",\n\
         \"arn:aws:iam::111122223333:role/tideline-karpenter-node\",\n]\n"
    ), @r"
    staging.toml:3:1: `cluster.admin_principal_arns[0]` is `arn:aws:iam::111122223333:role/tideline-github-plan`, the role that plans, which must not administer the cluster: remove it
    staging.toml:4:1: `cluster.admin_principal_arns[1]` is `arn:aws:iam::111122223333:role/tideline-karpenter-node`, the role that runs Karpenter's nodes, which must not administer the cluster: remove it
    ");
}

#[test]
fn every_origin_beside_one_is_refused() {
    insta::assert_snapshot!(refused("[services.proxy]\nallow_origins = [\"https://a.example\", \"*\"]\n"), @"staging.toml:2:39: `services.proxy.allow_origins[1]` is `*`, which allows every origin, beside other origins: keep one or the other");
}

#[test]
fn what_pods_are_added_by_is_a_set_of_known_words_with_targets_that_can_be_met() {
    let text = r#"
[services.cors_proxy_server]
scale_on = []
target_in_flight = 0
[services.mock_target_server]
scale_on = ["cpu", "inflight", "requests", "requests"]
target_requests_per_second = 1.5
[keda]
namespace = "services"
replicas = 0
"#;
    insta::assert_snapshot!(refused(text), @r"
    staging.toml:3:12: `services.cors_proxy_server.scale_on` is empty: name at least one
    staging.toml:4:20: `services.cors_proxy_server.target_in_flight` is 0, but must be from 1 to 100000
    staging.toml:6:20: `services.mock_target_server.scale_on[1]` is `inflight`, one of `cpu`, `requests` and `in-flight` is expected: did you mean `in-flight`?
    staging.toml:7:30: `services.mock_target_server.target_requests_per_second` is a float, an integer is expected
    staging.toml:10:12: `keda.replicas` is 0, but must be from 1 to 10
    ");
    let twice = "[services.mock_target_server]\nscale_on = [\"cpu\", \"cpu\"]\n";
    insta::assert_snapshot!(refused(twice), @"staging.toml:2:20: `services.mock_target_server.scale_on[1]` is `cpu`, which is in this list twice: remove one");
    insta::assert_snapshot!(refused("[keda]\nnamespace = \"services\"\n[argocd]\nnamespace = \"a\"\n[observability]\nnamespace = \"a\"\n"), @r"
    default.toml:174:13: `services.namespace` is taken by `keda.namespace`, `services` at staging.toml:2: the services need one of their own
    staging.toml:6:13: `observability.namespace` is taken by `argocd.namespace`, `a`, and pruning one would remove the other: choose another
    ");
    insta::assert_snapshot!(refused("[keda]\nnamespace = \"argocd\"\n"), @"staging.toml:2:13: `keda.namespace` is taken by `argocd.namespace`, `argocd` at default.toml:90: KEDA reads every Secret of its namespace, so choose another");
    insta::assert_snapshot!(refused("[keda]\nnamespace = \"kube-system\"\n"), @"staging.toml:2:13: `keda.namespace` is `kube-system`, which belongs to Kubernetes, and KEDA reads every Secret of its namespace: choose another");
}

#[test]
fn a_branch_with_its_prefix_is_refused() {
    insta::assert_snapshot!(refused("[github]\nbranch = \"refs/heads/main\"\n"), @"staging.toml:2:10: `github.branch` is `refs/heads/main`, a branch name such as `main` is expected");
}

#[test]
fn what_two_parts_cannot_share_is_refused() {
    let text = "
[argocd]
namespace = \"monitoring\"
[services.proxy]
certificate_arn = \"arn:aws:acm:eu-north-1:999922223333:certificate/1\"
";
    insta::assert_snapshot!(refused(text), @r"
    default.toml:154:13: `observability.namespace` is taken by `argocd.namespace`, `monitoring` at staging.toml:3, and pruning one would remove the other: choose another
    staging.toml:5:19: `services.proxy.certificate_arn` is `arn:aws:acm:eu-north-1:999922223333:certificate/1`, but a load balancer only takes certificates of its own account, `aws.account_id`, `111122223333` at default.toml:5
    ");
}

#[test]
fn an_edge_says_what_it_lacks_and_what_lies_elsewhere() {
    let text = r#"
[edge]
enabled = true
host = "www.example.com"
price_class = "PriceClass_300"
requests_per_five_minutes = 9
managed_rules = "count"
geo_restriction = "deny"
countries = ["Sweden"]
firewall_log_retention_days = 31
alarm_error_percent = 0
"#;
    insta::assert_snapshot!(refused(text), @r"
    staging.toml:5:15: `edge.price_class` is `PriceClass_300`, one of `PriceClass_100`, `PriceClass_200` and `PriceClass_All` is expected: did you mean `PriceClass_100`?
    staging.toml:6:29: `edge.requests_per_five_minutes` is 9, but must be from 10 to 2000000000
    staging.toml:9:14: `edge.countries[0]` is `Sweden`, a country's two letters such as `SE`, or `GB` for the United Kingdom, is expected
    staging.toml:10:31: `edge.firewall_log_retention_days` is `31`: choose one of `1`, `3`, `5`, `7`, `14`, `30`, `60`, `90`, `120`, `150`, `180`, `365`, `400`, `545`, `731`, `1096`, `1827`, `2192`, `2557`, `2922`, `3288` and `3653`
    staging.toml:11:23: `edge.alarm_error_percent` is 0, but must be from 1 to 100
    ");
    let text = r#"
[edge]
enabled = true
host = "www.example.com"
geo_restriction = "allow"
alarm_topic_arn = "arn:aws:sns:eu-north-1:111122223333:alarms"

[services.proxy]
certificate_arn = "arn:aws:acm:eu-north-1:111122223333:certificate/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
"#;
    insta::assert_snapshot!(refused(text), @r"
    default.toml:229:19: `edge.certificate_arn` is empty, but `edge.host` is `www.example.com`: name a certificate of it in us-east-1
    default.toml:235:13: `edge.countries` is empty, but `edge.geo_restriction` is `allow`: name them
    staging.toml:6:19: `edge.alarm_topic_arn` is `arn:aws:sns:eu-north-1:111122223333:alarms`, but CloudFront and its alarms look in us-east-1: name one that lies there
    staging.toml:9:19: `services.proxy.certificate_arn` is `arn:aws:acm:eu-north-1:111122223333:certificate/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0`, but with `edge.enabled` CloudFront ends TLS and reaches the load balancer inside the VPC: clear it, and name one in `edge.certificate_arn`
    ");
    let text = r#"
[edge]
certificate_arn = "arn:aws:acm:eu-north-1:111122223333:certificate/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
countries = ["SE"]
"#;
    insta::assert_snapshot!(refused(text), @r"
    staging.toml:3:19: `edge.certificate_arn` is `arn:aws:acm:eu-north-1:111122223333:certificate/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0`, but CloudFront and its alarms look in us-east-1: name one that lies there
    staging.toml:3:19: `edge.certificate_arn` is `arn:aws:acm:eu-north-1:111122223333:certificate/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0`, but `edge.host` is empty: name the host that it is for, or clear it
    staging.toml:4:13: `edge.countries` names 1 countries, but `edge.geo_restriction` is `none`: empty it, or set that to `allow` or `deny`
    ");
}

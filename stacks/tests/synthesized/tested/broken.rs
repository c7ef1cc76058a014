//! Stacks as they are written, broken on purpose.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use synth_framework::StackFile;

use super::{declared, offline, terraform};
use crate::platforms;

/// Files of a stack, to be broken on purpose.
struct Broken(Vec<StackFile>);

impl Broken {
    fn change(&mut self, file: &str, change: impl FnOnce(&mut Json)) {
        let file = self.0.iter_mut().find(|found| found.path == file).expect("the file is written");
        let mut json = serde_json::from_str(&file.text).expect("written as JSON");
        change(&mut json);
        file.text = json.to_string();
    }

    /// Keeps one run of the stack: each takes a plan.
    fn only(&mut self, run: &str) {
        self.0.retain_mut(|file| {
            if !file.path.ends_with(".tftest.json") {
                return true;
            }
            let mut json: Json = serde_json::from_str(&file.text).expect("written as JSON");
            let runs = json["run"].as_object_mut().expect("a test file has runs");
            runs.retain(|name, _| name == run);
            let kept = !runs.is_empty();
            file.text = json.to_string();
            kept
        });
        assert_eq!(declared(&self.0), BTreeSet::from([run.to_owned()]));
    }

    /// Changes an argument, by its path in the file.
    fn set(&mut self, file: &str, pointer: &str, value: Json) {
        self.change(file, |json| {
            let place = json.pointer_mut(pointer).unwrap_or_else(|| panic!("`{pointer}` is not in `{file}`"));
            assert_ne!(*place, value, "`{pointer}` of `{file}` is so already");
            *place = value;
        });
    }
}

/// The files of a stack of the environment.
fn files(environment: &str, stack: &str) -> Vec<StackFile> {
    let (_, platform) = platforms().find(|(name, _)| *name == environment).expect("a fixed environment");
    platform.stack(stack).expect("the stack is built").files()
}

/// Asserts that each run of a stack fails once each of these arguments is another.
#[track_caller]
fn all_fail(environment: &str, stack: &str, changes: &[(&str, &str, Json)]) {
    let Some(terraform) = terraform() else { return };
    let mut broken = Broken(files(environment, stack));
    for (file, pointer, value) in changes {
        broken.set(file, pointer, value.clone());
    }
    let tested = offline(&terraform, &broken.0);
    assert!(!tested.worked, "{}", tested.text);
    assert_eq!(tested.runs("fail"), declared(&broken.0), "{}", tested.text);
}

#[test]
#[ignore = "each run is a plan: `make judge`"]
fn each_run_of_the_cluster_fails_where_what_it_guards_is_broken() {
    let cluster = "/resource/aws_eks_cluster/main";
    let at = |argument: &str| format!("{cluster}/{argument}");
    let queue = "/data/aws_iam_policy_document/interruption_queue/statement/1/effect";
    let rule = "/resource/aws_vpc_security_group_ingress_rule/nodes_from_control_plane_443";
    let access = "/resource/aws_vpc_security_group_ingress_rule/control_plane_from_sg_0a1b2c3d/to_port";
    all_fail(
        "small",
        "cluster",
        &[
            ("network.tf.json", "/resource/aws_subnet/public_b/availability_zone", json!("eu-north-1a")),
            ("network.tf.json", "/resource/aws_subnet/private_a/tags/karpenter.sh~1discovery", json!("another")),
            (
                "network.tf.json",
                "/resource/aws_ec2_subnet_cidr_reservation/private_a_10_0_32_0/reservation_type",
                json!("explicit"),
            ),
            ("routing.tf.json", "/resource/aws_route/private_a_internet/destination_cidr_block", json!("10.9.0.0/16")),
            (
                "routing.tf.json",
                "/resource/aws_route/public_internet/route_table_id",
                json!("${aws_route_table.intra.id}"),
            ),
            ("control-plane.tf.json", &at("vpc_config/0/endpoint_private_access"), json!(false)),
            ("control-plane.tf.json", &at("encryption_config/0/resources"), json!([])),
            ("control-plane.tf.json", &at("access_config/0/authentication_mode"), json!("API_AND_CONFIG_MAP")),
            ("control-plane.tf.json", &at("bootstrap_self_managed_addons"), json!(true)),
            ("control-plane.tf.json", "/resource/aws_cloudwatch_log_group/control_plane/retention_in_days", Json::Null),
            (
                "base-nodes.tf.json",
                "/resource/aws_launch_template/base_node/metadata_options/0/http_tokens",
                json!("optional"),
            ),
            (
                "base-nodes.tf.json",
                "/resource/aws_launch_template/base_node/block_device_mappings/0/ebs/0/encrypted",
                json!("false"),
            ),
            ("base-nodes.tf.json", "/resource/aws_eks_node_group/base/scaling_config/0/min_size", json!(1)),
            ("base-nodes.tf.json", "/resource/aws_eks_node_group/base/taint/0/effect", json!("PREFER_NO_SCHEDULE")),
            ("encryption.tf.json", "/resource/aws_kms_key/secrets/enable_key_rotation", json!(false)),
            ("encryption.tf.json", "/resource/aws_kms_key/logs/enable_key_rotation", json!(false)),
            ("flow-logs.tf.json", "/resource/aws_flow_log/main/traffic_type", json!("REJECT")),
            ("interruption.tf.json", queue, json!("Allow")),
            (
                "add-ons.tf.json",
                "/resource/aws_eks_addon/vpc_cni/configuration_values",
                json!(r#"{"enableNetworkPolicy":"false"}"#),
            ),
            (
                "security-groups.tf.json",
                "/resource/aws_security_group/nodes/tags/karpenter.sh~1discovery",
                json!("another"),
            ),
            (
                "security-groups.tf.json",
                rule,
                json!({
                    "security_group_id": "${aws_security_group.nodes.id}",
                    "cidr_ipv4": "0.0.0.0/0",
                    "ip_protocol": "-1",
                }),
            ),
            ("security-groups.tf.json", access, json!(65535)),
            ("argocd.tf.json", "/resource/helm_release/argocd/upgrade_install", json!(false)),
        ],
    );
}

#[test]
fn an_endpoint_that_is_open_to_everyone_fails_however_it_is_opened() {
    let Some(terraform) = terraform() else { return };
    let run = "the_endpoint_is_never_open_to_everyone";
    for cidrs in [json!(["203.0.113.0/24", "0.0.0.0/0"]), Json::Null] {
        let mut broken = Broken(files("large", "cluster"));
        broken.only(run);
        broken.change("control-plane.tf.json", |json| {
            let vpc = &mut json["resource"]["aws_eks_cluster"]["main"]["vpc_config"][0];
            vpc["endpoint_public_access"] = json!(true);
            vpc["public_access_cidrs"] = cidrs;
        });
        let tested = offline(&terraform, &broken.0);
        assert_eq!(tested.runs("fail"), BTreeSet::from([run.to_owned()]));
        assert!(tested.text.contains("anyone reaches the public endpoint"), "{}", tested.text);
    }
}

#[test]
fn a_route_that_is_gone_fails_by_the_name_of_its_run() {
    let Some(terraform) = terraform() else { return };
    let run = "every_private_subnet_leaves_through_a_nat_gateway";
    let mut broken = Broken(files("small", "cluster"));
    broken.only(run);
    broken.change("routing.tf.json", |json| {
        let routes = json["resource"]["aws_route"].as_object_mut().expect("there are routes");
        routes.shift_remove("private_b_internet").expect("the zone has a route");
    });
    broken.change("base-nodes.tf.json", |json| {
        let group = &mut json["resource"]["aws_eks_node_group"]["base"];
        let after = group["depends_on"].as_array_mut().expect("nodes wait for routes");
        after.retain(|address| address != "aws_route.private_b_internet");
    });
    let tested = offline(&terraform, &broken.0);
    assert!(!tested.worked, "{}", tested.text);
    assert!(tested.text.contains(&format!("run.{run}")), "{}", tested.text);
}

#[test]
#[ignore = "each run is a plan: `make judge`"]
fn each_run_of_the_bootstrap_fails_where_what_it_guards_is_broken() {
    let subject = |role: &str| format!("/data/aws_iam_policy_document/{role}_trust/statement/0/condition/1/values");
    let block = "/resource/aws_s3_bucket_public_access_block/state/block_public_policy";
    let encryption = "/resource/aws_s3_bucket_server_side_encryption_configuration/state/rule/0";
    all_fail(
        "large",
        "bootstrap",
        &[
            (
                "state.tf.json",
                "/resource/aws_s3_bucket_versioning/state/versioning_configuration/0/status",
                json!("Suspended"),
            ),
            ("state.tf.json", block, json!(false)),
            (
                "state.tf.json",
                &format!("{encryption}/apply_server_side_encryption_by_default/0/sse_algorithm"),
                json!("AES256"),
            ),
            (
                "state.tf.json",
                "/data/aws_iam_policy_document/state_bucket/statement/0/condition/0/values",
                json!(["true"]),
            ),
            ("state-log.tf.json", "/resource/aws_s3_bucket_logging/state/target_bucket", json!("another")),
            (
                "registry.tf.json",
                "/resource/aws_ecr_repository/cors_proxy_server/image_tag_mutability",
                json!("MUTABLE"),
            ),
            (
                "registry.tf.json",
                "/resource/aws_ecr_repository/mock_target_server/image_scanning_configuration/0/scan_on_push",
                json!(false),
            ),
            ("github.tf.json", &subject("github_push"), json!(["repo:another/tideline:pull_request"])),
            ("github.tf.json", &subject("github_plan"), json!(["*"])),
            (
                "github.tf.json",
                "/data/aws_iam_policy_document/github_apply_trust/statement/0/condition/0/values",
                json!(["x"]),
            ),
        ],
    );
}

#[test]
#[ignore = "each run is a plan: `make judge`"]
fn each_run_of_the_add_ons_fails_where_what_it_guards_is_broken() {
    let Some(terraform) = terraform() else { return };
    let mut broken = Broken(files("large", "add-ons"));
    let application = "/objects/1/spec";
    broken.set("root-values.json", &format!("{application}/source/path"), json!("out/manifests"));
    broken.set("root-values.json", &format!("{application}/syncPolicy/automated/selfHeal"), json!(false));
    broken.change("credentials.tf.json", |json| {
        for variable in json["variable"].as_object_mut().expect("there are secrets").values_mut() {
            variable["ephemeral"] = json!(false);
        }
    });
    broken.change("root.tf.json", |json| {
        let release = json["resource"]["helm_release"]["root"].as_object_mut().expect("there is a release");
        let secrets = release.shift_remove("set_wo").expect("secrets are write-only");
        release.insert("set".to_owned(), secrets);
        release.insert("reuse_values".to_owned(), json!(false));
        release.insert("upgrade_install".to_owned(), json!(false));
    });
    let tested = offline(&terraform, &broken.0);
    assert_eq!(tested.runs("fail"), declared(&broken.0), "{}", tested.text);
    assert!(tested.text.contains("a credential would be in the state"), "{}", tested.text);
}

#[test]
#[ignore = "each run is a plan: `make judge`"]
fn each_run_of_the_edge_fails_where_what_it_guards_is_broken() {
    all_fail(
        "fronted",
        "edge",
        &[
            ("distribution.tf.json", "/resource/aws_cloudfront_distribution/main/web_acl_id", json!("another")),
            (
                "pages.tf.json",
                "/resource/aws_s3_bucket_public_access_block/pages/restrict_public_buckets",
                json!(false),
            ),
        ],
    );
}

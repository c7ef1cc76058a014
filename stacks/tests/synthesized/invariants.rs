//! Conditions that hold of every stack, whatever the settings.

use std::collections::BTreeSet;

use synth_framework::{Expression, Resource};

use super::{platforms, settings};

#[test]
fn two_builds_give_equal_bytes() {
    let files =
        || -> Vec<_> { platforms().flat_map(|(_, platform)| platform.parts).flat_map(|part| part.files()).collect() };
    assert_eq!(files(), files());
}

#[test]
fn the_longest_name_fits_what_aws_allows() {
    let longest = 64 - stacks::settings::LONGEST_NAME_SUFFIX.len();
    let platform = super::platform("small", &format!("name = \"{}\"", "n".repeat(longest)));
    let limits =
        [("aws_iam_role", 64), ("aws_iam_policy", 128), ("aws_cloudwatch_event_rule", 64), ("aws_sqs_queue", 80)];
    let named = |resource: &Resource| resource.body.get("name").and_then(Expression::as_str).map(str::len);
    for stack in platform.stacks() {
        for (type_name, limit) in limits {
            for resource in stack.managed(type_name) {
                let length = named(resource).expect("named by settings");
                assert!(
                    length <= limit,
                    "{type_name}.{} has a name of {length} characters, at most {limit}",
                    resource.label
                );
            }
        }
    }
}

#[test]
fn every_zone_has_its_own_subnets_and_way_out() {
    for (environment, overrides) in super::ENVIRONMENTS {
        let settings = settings(environment, overrides);
        let platform = super::platform(environment, overrides);
        let cluster = platform.stack("cluster").expect("the cluster stack is built");
        let zones = |tier: &str| -> BTreeSet<String> {
            let subnets = cluster.managed("aws_subnet").filter(|subnet| subnet.label.starts_with(tier));
            let zone = |subnet: &Resource| {
                subnet.body.get("availability_zone").and_then(Expression::as_str).map(str::to_owned)
            };
            subnets.filter_map(zone).collect()
        };
        let wanted: BTreeSet<_> = settings.network.zones.iter().map(ToString::to_string).collect();
        for tier in ["public", "private", "intra"] {
            assert_eq!(zones(tier), wanted, "{environment}: {tier}");
        }
        let gateways = cluster.managed("aws_nat_gateway").count();
        assert_eq!(gateways, if environment == "small" { 1 } else { wanted.len() });
    }
}

#[test]
fn every_output_says_what_it_is() {
    for (environment, platform) in platforms() {
        for stack in platform.stacks() {
            for placed in stack.declarations() {
                if let synth_framework::Declaration::Output(output) = &placed.declaration {
                    assert!(output.description.is_some(), "{environment}: output.{}", output.name);
                }
            }
        }
    }
}

#[test]
fn the_outputs_that_others_rely_on_are_there() {
    let wanted = [
        "cluster_name",
        "cluster_endpoint",
        "aws_region",
        "argocd_namespace",
        "argocd_helm_release_name",
        "argocd_initial_password_secret_name",
    ];
    for (environment, platform) in platforms() {
        let files = platform.stack("cluster").expect("the cluster stack is built").files();
        let outputs =
            files.iter().find(|file| file.path == "outputs.tf.json").expect("outputs are a file of their own");
        let outputs: serde_json::Value = serde_json::from_str(&outputs.text).expect("written as JSON");
        for name in wanted {
            assert!(outputs["output"].get(name).is_some(), "{environment}: {name}");
        }
    }
}

/// Terraform destroys what nothing depends on first: what a thing needs until its end, it has to depend on.
#[test]
fn what_is_torn_down_keeps_its_permissions_until_then() {
    for (environment, platform) in platforms() {
        let mut resources = serde_json::Map::new();
        for file in platform.stack("cluster").expect("the cluster stack is built").files() {
            let json: serde_json::Value = serde_json::from_str(&file.text).unwrap_or_default();
            for (type_name, labels) in json["resource"].as_object().into_iter().flatten() {
                let known = resources.entry(type_name).or_insert_with(|| serde_json::json!({}));
                known.as_object_mut().expect("made so").extend(labels.as_object().expect("labels").clone());
            }
        }
        let of_type = |type_name: &str| resources[type_name].as_object().expect("labels").iter();
        let depends = |of: &serde_json::Value, address: &str| {
            of["depends_on"].as_array().is_some_and(|all| all.iter().any(|on| on == address))
        };
        let release = &resources["helm_release"]["argocd"];
        for (label, _) in of_type("aws_eks_access_policy_association") {
            let access = format!("aws_eks_access_policy_association.{label}");
            assert!(depends(release, &access), "{environment}: nobody uninstalls Argo CD once {access} is gone");
        }
        let mut with_role = 0;
        for (label, addon) in
            of_type("aws_eks_addon").filter(|(_, addon)| addon.get("pod_identity_association").is_some())
        {
            let role =
                addon["pod_identity_association"][0]["role_arn"].as_str().expect("a role").replace(".arn}", ".name}");
            let mut granted =
                of_type("aws_iam_role_policy_attachment").filter(|(_, attached)| attached["role"] == role);
            let kept = granted.all(|(name, _)| depends(addon, &format!("aws_iam_role_policy_attachment.{name}")));
            assert!(kept, "{environment}: aws_eks_addon.{label} outlives what its role may do");
            with_role += 1;
        }
        assert_eq!(with_role, 2, "{environment}: the network and the volumes have roles");
    }
}

#[test]
fn administrators_of_one_name_have_entries_of_their_own() {
    let arns = ["role/on-call", "role/night/on-call", "user/jane.doe@example.com", "user/a.b", "user/a-b"];
    let arns = arns.map(|path| format!("\"arn:aws:iam::111122223333:{path}\"")).join(", ");
    let platform = super::platform("small", &format!("[cluster]\nadmin_principal_arns = [{arns}]"));
    let cluster = platform.stack("cluster").expect("the cluster stack is built");
    let entries = cluster.managed("aws_eks_access_entry").map(|entry| entry.label.as_str());
    let labels: Vec<_> = entries.filter(|label| label.starts_with("admin_")).collect();
    let expected = [
        "admin_role_on_call",
        "admin_role_night_on_call",
        "admin_jane_doe_example_com",
        "admin_user_a_b_4",
        "admin_user_a_b_5",
    ];
    assert_eq!(labels, expected);
}

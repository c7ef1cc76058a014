//! AWS: ids, ARNs and answers that a stack can go on with.

use serde_json::{Value as Json, json};

use crate::bench::{aws, bench};

fn network(change: impl FnOnce(&mut Json)) -> Json {
    let mut resources = json!({
        "aws_vpc": { "main": { "cidr_block": "10.0.0.0/16", "tags": { "Name": "main" } } },
        "aws_subnet": { "private": {
            "for_each": "${toset(data.aws_availability_zones.available.names)}",
            "vpc_id": "${aws_vpc.main.id}",
            "availability_zone": "${each.key}",
            "cidr_block": "${cidrsubnet(aws_vpc.main.cidr_block, 4, index(data.aws_availability_zones.available.names, each.key))}",
        } },
        "aws_eip": { "nat": { "count": 3, "domain": "vpc" } },
        "aws_launch_template": { "nodes": { "name": "nodes", "image_id": "ami-1", "update_default_version": true } },
        "aws_eks_cluster": { "main": {
            "name": "tideline",
            "role_arn": "arn:aws:iam::111122223333:role/cluster",
            "vpc_config": [{ "subnet_ids": "${[for subnet in aws_subnet.private : subnet.id]}" }],
        } },
    });
    change(&mut resources);
    aws(json!({
        "data": {
            "aws_availability_zones": { "available": {} },
            "aws_eks_cluster": { "by_name": { "name": "tideline" } },
        },
        "resource": resources,
        "output": {
            "issuer": { "value": "${aws_eks_cluster.main.identity[0].oidc[0].issuer}" },
            "service_range": { "value": "${aws_eks_cluster.main.kubernetes_network_config[0].service_ipv4_cidr}" },
            "certificate": { "value": "${base64decode(aws_eks_cluster.main.certificate_authority[0].data)}" },
        },
    }))
}

#[test]
fn a_network_and_a_cluster_are_applied_and_nothing_is_left_to_do() {
    let Some(bench) = bench() else { return };
    let state = bench.apply(&network(|_| {}));
    let vpc = &state["aws_vpc.main"];
    let id = vpc["id"].as_str().unwrap();
    assert!(id.starts_with("vpc-0") && id.len() == 21, "{id}");
    assert_eq!(vpc["arn"], format!("arn:aws:ec2:eu-north-1:111122223333:vpc/{id}"));
    assert_eq!(vpc["tags_all"], json!({ "Name": "main", "Project": "tideline" }));
    assert_eq!(state["aws_subnet.private[\"eu-north-1c\"]"]["availability_zone_id"], "eun1-az3");
    let addresses: std::collections::BTreeSet<_> =
        (0..3).map(|number| state[format!("aws_eip.nat[{number}]")]["id"].to_string()).collect();
    assert_eq!(addresses.len(), 3);
    let (cluster, found) = (&state["aws_eks_cluster.main"], &state["data.aws_eks_cluster.by_name"]);
    assert_eq!(cluster["endpoint"], found["endpoint"], "whoever asks by name finds what was made");
    assert_eq!(cluster["identity"], found["identity"]);
    assert_eq!(cluster["status"], "ACTIVE");
    assert!(cluster["vpc_config"][0]["cluster_security_group_id"].as_str().unwrap().starts_with("sg-0"));
    assert_eq!(state["aws_launch_template.nodes"]["latest_version"], 1);
}

#[test]
fn a_change_is_made_in_place_where_aws_can_and_replaces_where_it_cannot() {
    let Some(bench) = bench() else { return };
    bench.apply(&network(|_| {}));
    let tagged = network(|all| all["aws_vpc"]["main"]["tags"]["Name"] = json!("renamed"));
    assert_eq!(bench.actions(&tagged)["aws_vpc.main"], json!(["update"]));
    let moved = network(|all| all["aws_vpc"]["main"]["cidr_block"] = json!("10.1.0.0/16"));
    let actions = bench.actions(&moved);
    assert_eq!(actions["aws_vpc.main"], json!(["delete", "create"]));
    assert_eq!(actions["aws_subnet.private[\"eu-north-1a\"]"], json!(["delete", "create"]));
    assert_eq!(actions["aws_eks_cluster.main"], json!(["update"]));
    let next = network(|all| all["aws_launch_template"]["nodes"]["image_id"] = json!("ami-2"));
    let state = bench.apply(&next);
    assert_eq!(state["aws_launch_template.nodes"]["latest_version"], 2);
}

#[test]
fn what_the_provider_refuses_is_refused_at_its_argument() {
    let Some(bench) = bench() else { return };
    for (kind, body, finding) in [
        ("aws_vpc", json!({ "cidr_block": "10.0.0.1/16" }), "cidr_block: \"10.0.0.1/16\" is not a range"),
        ("aws_iam_role", json!({ "assume_role_policy": "{" }), "assume_role_policy: contains invalid JSON"),
        (
            "aws_iam_role",
            json!({ "name": "a", "name_prefix": "b", "assume_role_policy": "{}" }),
            "\"name\": conflicts with name_prefix",
        ),
        ("aws_route", json!({ "route_table_id": "rtb-1", "gateway_id": "igw-1" }), "one of `destination_cidr_block"),
        (
            "aws_eks_node_group",
            json!({
                "cluster_name": "c",
                "node_role_arn": "arn:aws:iam::111122223333:role/r",
                "subnet_ids": ["subnet-1"],
                "scaling_config": [{ "desired_size": 1, "max_size": 1, "min_size": 1 }],
                "taint": [{ "key": "k", "effect": "NoSchedule" }],
            }),
            "taint[0].effect: expected one of",
        ),
    ] {
        bench.run(&aws(json!({ "resource": { kind: { "x": body } } })), &["validate"]).exits(1).says(finding);
    }
}

/// A node group, and what of its sizes the configuration ignores.
fn group(min: u32, desired: u32, max: u32, ignored: &[&str]) -> Json {
    aws(json!({ "resource": { "aws_eks_node_group": { "base": {
        "cluster_name": "tideline",
        "node_role_arn": "arn:aws:iam::111122223333:role/r",
        "subnet_ids": ["subnet-1"],
        "scaling_config": [{ "min_size": min, "desired_size": desired, "max_size": max }],
        "lifecycle": [{ "ignore_changes": ignored }],
    } } } }))
}

#[test]
fn a_group_of_nodes_is_scaled_where_eks_lets_it_and_refused_where_it_does_not() {
    let Some(bench) = bench() else { return };
    bench.run(&group(4, 3, 6, &[]), &["plan"]).exits(1).says("minSize can't be greater than desiredSize");
    bench.run(&group(7, 7, 6, &[]), &["plan"]).exits(1).says("minSize can't be greater than maxSize");
    bench.apply(&group(3, 3, 6, &[]));
    // What is ignored stays as it is in the state, and EKS compares the new minimum with that.
    let refused = "Minimum capacity 4 can't be greater than desired size 3";
    bench.run(&group(4, 4, 6, &["scaling_config[0].desired_size"]), &["plan"]).exits(1).says(refused);
    bench.run(&group(2, 7, 6, &[]), &["plan"]).exits(1).says("desiredSize can't be greater than maxSize");
    assert_eq!(bench.actions(&group(4, 4, 6, &[]))["aws_eks_node_group.base"], json!(["update"]));
    assert_eq!(bench.apply(&group(4, 4, 6, &[]))["aws_eks_node_group.base"]["scaling_config"][0]["min_size"], 4);
}

#[test]
fn an_import_takes_what_the_provider_asks_for_and_leaves_nothing_to_replace() {
    let Some(bench) = bench() else { return };
    let policy = "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy";
    for (kind, id, body) in [
        (
            "aws_backup_selection",
            "plan-1|selection-1",
            json!({ "name": "x", "plan_id": "plan-1", "iam_role_arn": policy }),
        ),
        ("aws_cloudwatch_event_target", "default/r/t", json!({ "rule": "r", "target_id": "t", "arn": policy })),
        ("aws_eks_addon", "tideline:coredns", json!({ "cluster_name": "tideline", "addon_name": "coredns" })),
        (
            "aws_eks_pod_identity_association",
            "tideline,a-1",
            json!({ "cluster_name": "tideline", "namespace": "n", "service_account": "s", "role_arn": policy }),
        ),
        ("aws_iam_role_policy_attachment", &format!("node/{policy}"), json!({ "role": "node", "policy_arn": policy })),
        (
            "aws_route",
            "rtb-1_0.0.0.0/0",
            json!({ "route_table_id": "rtb-1", "destination_cidr_block": "0.0.0.0/0", "gateway_id": "igw-1" }),
        ),
        (
            "aws_route_table_association",
            "subnet-1/rtb-1",
            json!({ "subnet_id": "subnet-1", "route_table_id": "rtb-1" }),
        ),
        (
            "aws_iam_openid_connect_provider",
            "arn:aws:iam::111122223333:oidc-provider/example.com",
            json!({ "url": "https://example.com", "client_id_list": ["sts.amazonaws.com"] }),
        ),
        ("aws_s3_bucket", "states", json!({ "bucket": "states" })),
        ("aws_vpc", "vpc-0123456789abcdef0", json!({ "cidr_block": "10.0.0.0/16" })),
    ] {
        let stack = aws(json!({
            "import": [{ "to": format!("{kind}.x"), "id": id }],
            "resource": { kind: { "x": body } },
        }));
        bench.run(&stack, &["plan"]).succeeds().says("1 to import, 0 to add").says("0 to destroy");
    }
    let stack = aws(json!({
        "import": [{ "to": "aws_route.x", "id": "r-1" }],
        "resource": { "aws_route": { "x": { "route_table_id": "rtb-1", "destination_cidr_block": "0.0.0.0/0", "gateway_id": "igw-1" } } },
    }));
    bench.run(&stack, &["plan"]).exits(1).says("takes `{route_table_id}_{destination_cidr_block}`, not \"r-1\"");
}

#[test]
fn every_data_source_answers_with_its_required_arguments() {
    let Some(bench) = bench() else { return };
    let stack = aws(json!({ "data": {
        "aws_availability_zones": { "x": {} },
        "aws_caller_identity": { "x": {} },
        "aws_ec2_managed_prefix_list": { "x": { "name": "x" } },
        "aws_ecr_repository": { "x": { "name": "x" } },
        "aws_eks_addon_version": { "x": { "addon_name": "coredns", "kubernetes_version": "1.36" } },
        "aws_eks_cluster": { "x": { "name": "x" } },
        "aws_eks_cluster_auth": { "x": { "name": "x" } },
        "aws_iam_openid_connect_provider": { "x": { "url": "https://example.com" } },
        "aws_iam_policy_document": { "x": {} },
        "aws_iam_role": { "x": { "name": "x" } },
        "aws_kms_alias": { "x": { "name": "alias/x" } },
        "aws_kms_key": { "x": { "key_id": "x" } },
        "aws_lb": { "x": { "name": "x" } },
        "aws_partition": { "x": {} },
        "aws_region": { "x": {} },
        "aws_route53_zone": { "x": { "name": "example.com" } },
        "aws_ssm_parameter": { "x": { "name": "/x" } },
        "aws_subnets": { "x": {} },
        "aws_vpc": { "x": {} },
    } }));
    let schemas: Json = serde_json::from_str(include_str!("../../../codegen/schemas/aws.json")).unwrap();
    let schemas = schemas["provider_schemas"][crate::bench::AWS]["data_source_schemas"].as_object().unwrap();
    assert!(schemas.keys().eq(stack["data"].as_object().unwrap().keys()), "each type has a line above");
    let state = bench.apply(&stack);
    for kind in schemas.keys() {
        assert!(state[format!("data.{kind}.x")]["id"].is_string(), "{kind}");
    }
}

#[test]
fn a_name_tells_what_was_imported() {
    let Some(bench) = bench() else { return };
    let stack = aws(json!({
        "import": [{ "to": "aws_eks_addon.dns", "id": "tideline:coredns" }],
        "resource": { "aws_eks_addon": { "dns": { "cluster_name": "tideline", "addon_name": "coredns" } } },
    }));
    bench.run(&stack, &["plan"]).succeeds().says("1 to import");
    assert_eq!(bench.apply(&stack)["aws_eks_addon.dns"]["addon_version"], "v1.14.6-eksbuild.4");
}

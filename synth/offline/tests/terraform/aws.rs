//! AWS: ids, ARNs and answers that a stack can go on with.

use serde_json::json;

use crate::bench::{aws, bench};

#[test]
fn a_network_and_a_cluster_are_applied_and_nothing_is_left_to_do() {
    let Some(bench) = bench() else { return };
    let stack = aws(json!({
        "data": {
            "aws_availability_zones": { "available": {} },
            "aws_caller_identity": { "current": {} },
            "aws_partition": { "current": {} },
            "aws_iam_policy_document": { "trust": {
                "statement": [{
                    "actions": ["sts:AssumeRole", "sts:TagSession"],
                    "principals": [{ "type": "Service", "identifiers": ["eks.amazonaws.com"] }],
                }],
            } },
        },
        "resource": {
            "aws_vpc": { "main": { "cidr_block": "10.0.0.0/16", "tags": { "Name": "main" } } },
            "aws_subnet": { "private": {
                "for_each": "${toset(data.aws_availability_zones.available.names)}",
                "vpc_id": "${aws_vpc.main.id}",
                "availability_zone": "${each.key}",
                "cidr_block": "${cidrsubnet(aws_vpc.main.cidr_block, 4, index(data.aws_availability_zones.available.names, each.key))}",
            } },
            "aws_eip": { "nat": { "count": 3, "domain": "vpc" } },
            "aws_iam_role": { "cluster": {
                "name": "tideline-cluster",
                "assume_role_policy": "${data.aws_iam_policy_document.trust.json}",
            } },
            "aws_eks_cluster": { "main": {
                "name": "tideline",
                "role_arn": "${aws_iam_role.cluster.arn}",
                "version": "1.36",
                "vpc_config": [{ "subnet_ids": "${[for subnet in aws_subnet.private : subnet.id]}" }],
            } },
            "aws_launch_template": { "nodes": { "name": "nodes", "update_default_version": true } },
        },
        "output": {
            "issuer": { "value": "${aws_eks_cluster.main.identity[0].oidc[0].issuer}" },
            "security_group": { "value": "${aws_eks_cluster.main.vpc_config[0].cluster_security_group_id}" },
            "certificate": { "value": "${base64decode(aws_eks_cluster.main.certificate_authority[0].data)}" },
        },
    }));
    let state = bench.apply(&stack);
    println!("{state:#}");
    let vpc = &state["aws_vpc.main"];
    let id = vpc["id"].as_str().unwrap();
    assert!(id.starts_with("vpc-0") && id.len() == 21, "{id}");
    assert_eq!(vpc["arn"], format!("arn:aws:ec2:eu-north-1:111122223333:vpc/{id}"));
    assert_eq!(vpc["tags_all"], json!({ "Name": "main", "Project": "tideline" }));
}

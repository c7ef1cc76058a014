//! Facts of `aws_vpc_security_group_ingress_rule`.

use super::{
    Facts,
    Rule::{One, Range},
};

/// Where a rule of a security group may point to.
pub(super) const ENDS: &[&str] = &["cidr_ipv4", "cidr_ipv6", "prefix_list_id", "referenced_security_group_id"];

pub(super) const RESOURCE: Facts = Facts {
    newer_sdk: true,
    rules: &[One(ENDS), Range("cidr_ipv4")],
    replaces: Some(&["security_group_id"]),
    templates: &[
        ("arn", "arn:{partition}:ec2:{region}:{account}:security-group-rule/{id}"),
        ("id", "sgr-0{hex:16}"),
        ("security_group_rule_id", "{id}"),
    ],
    ..Facts::new("aws_vpc_security_group_ingress_rule")
};

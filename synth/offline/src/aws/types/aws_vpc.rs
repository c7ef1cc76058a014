//! Facts of `aws_vpc`.

use super::{
    Cause::One,
    Facts,
    Rule::{In, Most, Range},
};
use crate::value::Value;

pub(super) const RESOURCE: Facts = Facts {
    rules: &[
        In("instance_tenancy", &["dedicated", "default"]),
        Most(&["cidr_block", "ipv4_netmask_length"]),
        Range("cidr_block"),
    ],
    replaces: Some(&["cidr_block", "ipv4_ipam_pool_id", "ipv4_netmask_length"]),
    // A network may leave dedicated hardware, and never come to it.
    replaces_by: &[("instance_tenancy", |tenancy| tenancy.and_then(Value::as_text) != Some("default"))],
    recomputes: &[
        ("ipv6_association_id", One(&["assign_generated_ipv6_cidr_block"])),
        ("ipv6_cidr_block", One(&["assign_generated_ipv6_cidr_block"])),
    ],
    defaults: &[("enable_dns_support", "true"), ("instance_tenancy", r#""default""#)],
    templates: &[
        ("arn", "arn:{partition}:ec2:{region}:{account}:vpc/{id}"),
        ("cidr_block", "10.0.0.0/16"),
        ("cidr_block_associations.association_id", "vpc-cidr-assoc-0{hex:16}"),
        ("cidr_block_associations.cidr_block", "{cidr_block}"),
        ("cidr_block_associations.state", "associated"),
        ("default_network_acl_id", "acl-0{hex:16}"),
        ("default_route_table_id", "rtb-0{hex:16:main}"),
        ("default_security_group_id", "sg-0{hex:16}"),
        ("dhcp_options_id", "dopt-0{hex:16}"),
        ("enable_dns_support", "true"),
        ("id", "vpc-0{hex:16}"),
        ("instance_tenancy", "default"),
        ("ipv6_association_id", ""),
        ("main_route_table_id", "rtb-0{hex:16:main}"),
        ("state", "available"),
    ],
    ..Facts::new("aws_vpc")
};

//! Facts of `aws_eip`.

use super::{
    Facts,
    Rule::{In, Most},
};

pub(super) const RESOURCE: Facts = Facts {
    rules: &[In("domain", &["vpc", "standard"]), Most(&["instance", "network_interface"])],
    replaces: Some(&["address", "domain", "ipam_pool_id", "network_border_group", "public_ipv4_pool", "vpc"]),
    templates: &[
        ("allocation_id", "{id}"),
        ("arn", "arn:{partition}:ec2:{region}:{account}:elastic-ip/{id}"),
        ("association_id", ""),
        ("carrier_ip", ""),
        ("customer_owned_ip", ""),
        ("domain", "vpc"),
        ("id", "eipalloc-0{hex:16}"),
        ("network_border_group", "{region}"),
        ("private_dns", ""),
        ("private_ip", ""),
        ("ptr_record", ""),
        ("public_dns", "ec2-{public_ip|dashes}.{region}.compute.{dns_suffix}"),
        ("public_ip", "198.18.{byte:0}.{byte:1}"),
        ("public_ipv4_pool", "amazon"),
        ("vpc", "true"),
    ],
    ..Facts::new("aws_eip")
};

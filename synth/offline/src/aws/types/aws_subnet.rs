//! Facts of `aws_subnet`.

use super::{
    Facts,
    Rule::{Most, Range},
};

pub(super) const RESOURCE: Facts = Facts {
    rules: &[Most(&["availability_zone", "availability_zone_id"]), Range("cidr_block")],
    replaces: Some(&[
        "availability_zone",
        "availability_zone_id",
        "cidr_block",
        "ipv6_native",
        "outpost_arn",
        "vpc_id",
    ]),
    defaults: &[
        ("assign_ipv6_address_on_creation", "false"),
        ("enable_dns64", "false"),
        ("enable_resource_name_dns_a_record_on_launch", "false"),
        ("enable_resource_name_dns_aaaa_record_on_launch", "false"),
        ("ipv6_native", "false"),
        ("map_public_ip_on_launch", "false"),
    ],
    templates: &[
        ("arn", "arn:{partition}:ec2:{region}:{account}:subnet/{id}"),
        ("availability_zone", "{region}a"),
        ("availability_zone_id", "{availability_zone|zone}"),
        ("id", "subnet-0{hex:16}"),
        ("ipv6_cidr_block_association_id", ""),
        ("private_dns_hostname_type_on_launch", "ip-name"),
    ],
    ..Facts::new("aws_subnet")
};

//! Facts of `aws_nat_gateway`.

use super::{Cause::One, Facts, Rule::In};

pub(super) const RESOURCE: Facts = Facts {
    rules: &[In("connectivity_type", &["private", "public"])],
    replaces: Some(&["allocation_id", "connectivity_type", "private_ip", "subnet_id"]),
    recomputes: &[
        ("secondary_private_ip_address_count", One(&["secondary_allocation_ids"])),
        ("secondary_private_ip_addresses", One(&["secondary_allocation_ids"])),
    ],
    defaults: &[("connectivity_type", r#""public""#)],
    templates: &[
        ("association_id", "eipassoc-0{hex:16}"),
        ("id", "nat-0{hex:16}"),
        ("network_interface_id", "eni-0{hex:16}"),
        ("private_ip", "10.0.{byte:0}.{byte:1}"),
        ("public_ip", "198.18.{byte:0}.{byte:1}"),
    ],
    ..Facts::new("aws_nat_gateway")
};

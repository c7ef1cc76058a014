//! Facts of `aws_route`.

use super::{
    Facts,
    Rule::{One, Range},
};

pub(super) const RESOURCE: Facts = Facts {
    imported_by: Some("{route_table_id}_{destination_cidr_block}"),
    rules: &[
        One(&["destination_cidr_block", "destination_ipv6_cidr_block", "destination_prefix_list_id"]),
        One(&[
            "carrier_gateway_id",
            "core_network_arn",
            "egress_only_gateway_id",
            "gateway_id",
            "local_gateway_id",
            "nat_gateway_id",
            "network_interface_id",
            "transit_gateway_id",
            "vpc_endpoint_id",
            "vpc_peering_connection_id",
        ]),
        Range("destination_cidr_block"),
    ],
    replaces: Some(&[
        "destination_cidr_block",
        "destination_ipv6_cidr_block",
        "destination_prefix_list_id",
        "route_table_id",
    ]),
    templates: &[
        ("id", "r-{route_table_id}{digits:10}"),
        ("instance_id", ""),
        ("instance_owner_id", ""),
        ("origin", "CreateRoute"),
        ("state", "active"),
    ],
    ..Facts::new("aws_route")
};

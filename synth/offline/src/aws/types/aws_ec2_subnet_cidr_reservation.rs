//! Facts of `aws_ec2_subnet_cidr_reservation`.

use super::{
    Facts,
    Rule::{In, Range},
};

pub(super) const RESOURCE: Facts = Facts {
    rules: &[In("reservation_type", &["prefix", "explicit"]), Range("cidr_block")],
    replaces: Some(&["cidr_block", "description", "reservation_type", "subnet_id"]),
    templates: &[("id", "scr-0{hex:16}"), ("owner_id", "{account}")],
    ..Facts::new("aws_ec2_subnet_cidr_reservation")
};

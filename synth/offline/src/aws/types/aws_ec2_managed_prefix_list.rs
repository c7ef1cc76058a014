//! Facts of `aws_ec2_managed_prefix_list`.

use super::Facts;

pub(super) const DATA: Facts = Facts {
    templates: &[
        ("address_family", "IPv4"),
        ("arn", "arn:{partition}:ec2:{region}:aws:prefix-list/{id}"),
        ("id", "pl-{hex:8:name}"),
        ("max_entries", "55"),
        ("name", "{name}"),
        ("owner_id", "AWS"),
        ("version", "1"),
    ],
    ..Facts::new("data.aws_ec2_managed_prefix_list")
};

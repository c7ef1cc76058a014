//! Facts of `aws_internet_gateway`.

use super::Facts;

pub(super) const RESOURCE: Facts = Facts {
    replaces: Some(&[]),
    templates: &[("arn", "arn:{partition}:ec2:{region}:{account}:internet-gateway/{id}"), ("id", "igw-0{hex:16}")],
    ..Facts::new("aws_internet_gateway")
};

//! Facts of `aws_route_table`.

use super::Facts;

pub(super) const RESOURCE: Facts = Facts {
    replaces: Some(&["vpc_id"]),
    templates: &[("arn", "arn:{partition}:ec2:{region}:{account}:route-table/{id}"), ("id", "rtb-0{hex:16}")],
    ..Facts::new("aws_route_table")
};

//! Facts of `aws_default_security_group`.

use super::Facts;

pub(super) const RESOURCE: Facts = Facts {
    replaces: Some(&["vpc_id"]),
    defaults: &[("revoke_rules_on_delete", "false")],
    templates: &[
        ("arn", "arn:{partition}:ec2:{region}:{account}:security-group/{id}"),
        ("description", "default VPC security group"),
        ("id", "sg-0{hex:16}"),
        ("name", "default"),
        ("name_prefix", ""),
        ("vpc_id", "vpc-0{hex:16}"),
    ],
    ..Facts::new("aws_default_security_group")
};

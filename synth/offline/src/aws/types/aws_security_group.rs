//! Facts of `aws_security_group`.

use super::{
    Facts,
    Rule::{Length, Most},
};

pub(super) const RESOURCE: Facts = Facts {
    rules: &[Length("description", 255), Length("name", 255), Most(&["name", "name_prefix"])],
    replaces: Some(&["description", "name", "name_prefix", "vpc_id"]),
    defaults: &[("description", r#""Managed by Terraform""#), ("revoke_rules_on_delete", "false")],
    templates: &[
        ("arn", "arn:{partition}:ec2:{region}:{account}:security-group/{id}"),
        ("id", "sg-0{hex:16}"),
        ("vpc_id", "vpc-0{hex:16}"),
    ],
    ..Facts::new("aws_security_group")
};

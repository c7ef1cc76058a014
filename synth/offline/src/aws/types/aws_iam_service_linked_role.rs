//! Facts of `aws_iam_service_linked_role`.

use super::Facts;

pub(super) const RESOURCE: Facts = Facts {
    replaces: Some(&["aws_service_name", "custom_suffix"]),
    templates: &[
        ("arn", "arn:{partition}:iam::{account}:role/aws-service-role/{aws_service_name}/{name}"),
        ("id", "{arn}"),
        ("name", "AWSServiceRoleFor{aws_service_name|role}"),
        ("path", "/aws-service-role/{aws_service_name}/"),
        ("unique_id", "AROA{upper:17}"),
    ],
    ..Facts::new("aws_iam_service_linked_role")
};

//! Facts of `aws_cloudwatch_log_delivery`.

use super::Facts;

pub(super) const RESOURCE: Facts = Facts {
    newer_sdk: true,
    replaces: Some(&["delivery_destination_arn", "delivery_source_name"]),
    templates: &[
        ("arn", "arn:{partition}:logs:{region}:{account}:delivery:{id}"),
        ("field_delimiter", ""),
        ("id", "{lower:16}"),
    ],
    ..Facts::new("aws_cloudwatch_log_delivery")
};

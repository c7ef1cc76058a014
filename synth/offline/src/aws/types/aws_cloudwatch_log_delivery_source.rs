//! Facts of `aws_cloudwatch_log_delivery_source`.

use super::Facts;

pub(super) const RESOURCE: Facts = Facts {
    newer_sdk: true,
    identity: &["name"],
    replaces: Some(&["log_type", "name", "resource_arn"]),
    templates: &[("arn", "arn:{partition}:logs:{region}:{account}:delivery-source:{name}"), ("service", "cloudfront")],
    ..Facts::new("aws_cloudwatch_log_delivery_source")
};

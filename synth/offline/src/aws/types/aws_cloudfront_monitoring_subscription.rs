//! Facts of `aws_cloudfront_monitoring_subscription`.

use super::Facts;

pub(super) const RESOURCE: Facts = Facts {
    identity: &["distribution_id"],
    imported_by: Some("{distribution_id}"),
    replaces: Some(&["distribution_id"]),
    templates: &[("id", "{distribution_id}")],
    ..Facts::new("aws_cloudfront_monitoring_subscription")
};

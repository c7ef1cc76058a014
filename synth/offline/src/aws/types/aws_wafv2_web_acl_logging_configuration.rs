//! Facts of `aws_wafv2_web_acl_logging_configuration`.

use super::Facts;

pub(super) const RESOURCE: Facts = Facts {
    identity: &["resource_arn"],
    replaces: Some(&["log_destination_configs", "resource_arn"]),
    keeps: &["redacted_fields"],
    templates: &[("id", "{resource_arn}")],
    ..Facts::new("aws_wafv2_web_acl_logging_configuration")
};

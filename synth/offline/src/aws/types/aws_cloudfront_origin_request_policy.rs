//! Facts of `aws_cloudfront_origin_request_policy`.

use super::{Facts, Rule::In};

pub(super) const RESOURCE: Facts = Facts {
    identity: &["name"],
    rules: &[In(
        "headers_config.header_behavior",
        &["allExcept", "allViewer", "allViewerAndWhitelistCloudFront", "none", "whitelist"],
    )],
    replaces: Some(&[]),
    templates: &[
        ("arn", "arn:{partition}:cloudfront::{account}:origin-request-policy/{id}"),
        ("etag", "E{upper:13}"),
        ("id", "{uuid}"),
    ],
    ..Facts::new("aws_cloudfront_origin_request_policy")
};

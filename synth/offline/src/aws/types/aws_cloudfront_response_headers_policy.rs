//! Facts of `aws_cloudfront_response_headers_policy`.

use super::Facts;

pub(super) const RESOURCE: Facts = Facts {
    identity: &["name"],
    replaces: Some(&[]),
    templates: &[
        ("arn", "arn:{partition}:cloudfront::{account}:response-headers-policy/{id}"),
        ("etag", "E{upper:13}"),
        ("id", "{uuid}"),
    ],
    ..Facts::new("aws_cloudfront_response_headers_policy")
};

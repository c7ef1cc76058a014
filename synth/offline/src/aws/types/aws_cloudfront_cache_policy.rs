//! Facts of `aws_cloudfront_cache_policy`.

use super::{Facts, Rule::In};
use crate::aws::defaults::empty;

pub(super) const RESOURCE: Facts = Facts {
    identity: &["name"],
    rules: &[In(
        "parameters_in_cache_key_and_forwarded_to_origin.headers_config.header_behavior",
        &["none", "whitelist"],
    )],
    replaces: Some(&[]),
    defaults: &[("default_ttl", "86400"), ("max_ttl", "31536000")],
    templates: &[
        ("arn", "arn:{partition}:cloudfront::{account}:cache-policy/{id}"),
        ("etag", "E{upper:13}"),
        ("id", "{uuid}"),
    ],
    plan: Some(|change, planned| empty(&EMPTY, change, planned)),
    ..Facts::new("aws_cloudfront_cache_policy")
};

/// What its one block leaves out is empty, no longer null, once anything else changes.
const EMPTY: [(&str, &str); 2] = [
    ("parameters_in_cache_key_and_forwarded_to_origin.enable_accept_encoding_brotli", "false"),
    ("parameters_in_cache_key_and_forwarded_to_origin.enable_accept_encoding_gzip", "false"),
];

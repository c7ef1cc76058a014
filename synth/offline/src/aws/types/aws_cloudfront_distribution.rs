//! Facts of `aws_cloudfront_distribution`.

use super::{Facts, Rule::In};
use crate::{
    aws::defaults::empty,
    cloud::Change,
    value::{Mapping, Value},
};

pub(super) const RESOURCE: Facts = Facts {
    rules: &[
        In("http_version", &["http1.1", "http2", "http2and3", "http3"]),
        In("price_class", &["PriceClass_100", "PriceClass_200", "PriceClass_All"]),
    ],
    replaces: Some(&["staging"]),
    defaults: &[
        ("default_cache_behavior.compress", "false"),
        ("default_cache_behavior.min_ttl", "0"),
        ("http_version", r#""http2""#),
        ("is_ipv6_enabled", "false"),
        ("logging_config.include_cookies", "false"),
        ("ordered_cache_behavior.compress", "false"),
        ("ordered_cache_behavior.min_ttl", "0"),
        ("origin.connection_attempts", "3"),
        ("origin.connection_timeout", "10"),
        ("origin.custom_origin_config.origin_keepalive_timeout", "5"),
        ("origin.custom_origin_config.origin_read_timeout", "30"),
        ("origin.origin_access_control_id", r#""""#),
        ("origin.origin_path", r#""""#),
        ("origin.vpc_origin_config.origin_keepalive_timeout", "5"),
        ("origin.vpc_origin_config.origin_read_timeout", "30"),
        ("price_class", r#""PriceClass_All""#),
        ("retain_on_delete", "false"),
        ("staging", "false"),
        ("viewer_certificate.minimum_protocol_version", r#""TLSv1""#),
        ("wait_for_deployment", "true"),
    ],
    computed_blocks: &["default_cache_behavior.grpc_config", "ordered_cache_behavior.grpc_config"],
    templates: &[
        ("arn", "arn:{partition}:cloudfront::{account}:distribution/{id}"),
        ("caller_reference", "terraform-{digits:26}"),
        ("continuous_deployment_policy_id", ""),
        ("default_cache_behavior.default_ttl", "0"),
        ("default_cache_behavior.grpc_config.enabled", "false"),
        ("default_cache_behavior.max_ttl", "0"),
        ("domain_name", "d{lower:13}.cloudfront.net"),
        ("etag", "E{upper:13}"),
        ("hosted_zone_id", "Z2FDTNDATAQYW2"),
        ("id", "E{upper:13}"),
        ("in_progress_validation_batches", "0"),
        ("last_modified_time", "2026-01-01 00:00:00 +0000 UTC"),
        ("ordered_cache_behavior.default_ttl", "0"),
        ("ordered_cache_behavior.grpc_config.enabled", "false"),
        ("ordered_cache_behavior.max_ttl", "0"),
        ("status", "Deployed"),
    ],
    plan: Some(empties),
    ..Facts::new("aws_cloudfront_distribution")
};

/// What single blocks leave out is empty, no longer null, once anything else changes.
const EMPTY: [(&str, &str); 9] = [
    ("default_cache_behavior.cache_policy_id", r#""""#),
    ("default_cache_behavior.field_level_encryption_id", r#""""#),
    ("default_cache_behavior.origin_request_policy_id", r#""""#),
    ("default_cache_behavior.realtime_log_config_arn", r#""""#),
    ("default_cache_behavior.response_headers_policy_id", r#""""#),
    ("default_cache_behavior.smooth_streaming", "false"),
    ("viewer_certificate.acm_certificate_arn", r#""""#),
    ("viewer_certificate.iam_certificate_id", r#""""#),
    ("viewer_certificate.ssl_support_method", r#""""#),
];

fn empties(change: &Change<'_>, planned: &mut Mapping) {
    empty(&EMPTY, change, planned);
    let Some(prior) = change.prior else { return };
    let before = prior.get("ordered_cache_behavior").and_then(Value::as_sequence).map_or(0, <[Value]>::len);
    let Some(Value::Sequence(behaviors)) = planned.get_mut("ordered_cache_behavior") else { return };
    for behavior in behaviors.iter_mut().skip(before) {
        // A behavior that joins the others has it left to CloudFront all the same.
        if let Value::Mapping(behavior) = behavior
            && behavior.get("grpc_config").is_none_or(Value::is_empty)
        {
            behavior.insert("grpc_config".to_owned(), Value::Unknown);
        }
    }
}

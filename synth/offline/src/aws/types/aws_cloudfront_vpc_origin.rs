//! Facts of `aws_cloudfront_vpc_origin`.

use super::{Cause::AllBut, Facts, Rule::In};

pub(super) const RESOURCE: Facts = Facts {
    newer_sdk: true,
    rules: &[
        In("vpc_origin_endpoint_config.origin_protocol_policy", &["http-only", "https-only", "match-viewer"]),
        In("vpc_origin_endpoint_config.origin_ssl_protocols.items", &["SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2"]),
    ],
    replaces: Some(&[]),
    recomputes: &[("etag", AllBut(&[]))],
    templates: &[
        ("arn", "arn:{partition}:cloudfront::{account}:vpcorigin/{id}"),
        ("etag", "E{upper:13}"),
        ("id", "vo_{lower:22}"),
    ],
    ..Facts::new("aws_cloudfront_vpc_origin")
};

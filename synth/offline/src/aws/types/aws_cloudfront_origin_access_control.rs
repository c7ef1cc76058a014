//! Facts of `aws_cloudfront_origin_access_control`.

use super::{Facts, Rule::In};

pub(super) const RESOURCE: Facts = Facts {
    identity: &["name"],
    rules: &[
        In("origin_access_control_origin_type", &["lambda", "mediapackagev2", "mediastore", "s3"]),
        In("signing_behavior", &["always", "never", "no-override"]),
        In("signing_protocol", &["sigv4"]),
    ],
    replaces: Some(&[]),
    defaults: &[("description", r#""Managed by Terraform""#)],
    templates: &[
        ("arn", "arn:{partition}:cloudfront::{account}:origin-access-control/{id}"),
        ("etag", "E{upper:13}"),
        ("id", "E{upper:13}"),
    ],
    ..Facts::new("aws_cloudfront_origin_access_control")
};

//! Facts of `aws_s3_bucket`.

use super::{
    Document::Sorted,
    Facts,
    Rule::{Length, Most},
};

pub(super) const RESOURCE: Facts = Facts {
    identity: &["bucket"],
    rules: &[Length("bucket", 63), Most(&["bucket", "bucket_prefix"])],
    replaces: Some(&["bucket", "bucket_prefix", "object_lock_enabled"]),
    defaults: &[("force_destroy", "false"), ("versioning.mfa_delete", "false")],
    computed_blocks: &[
        "cors_rule",
        "grant",
        "lifecycle_rule",
        "logging",
        "object_lock_configuration",
        "replication_configuration",
        "server_side_encryption_configuration",
        "versioning",
        "website",
    ],
    documents: &[Sorted("policy")],
    templates: &[
        ("arn", "arn:{partition}:s3:::{bucket}"),
        ("bucket", "{bucket_prefix|or:terraform-}{hex:26}"),
        ("bucket_domain_name", "{bucket}.s3.{dns_suffix}"),
        ("bucket_regional_domain_name", "{bucket}.s3.{region}.{dns_suffix}"),
        ("hosted_zone_id", "Z{upper:13}"),
        ("id", "{bucket}"),
        ("request_payer", "BucketOwner"),
        ("website_domain", ""),
        ("website_endpoint", ""),
    ],
    ..Facts::new("aws_s3_bucket")
};

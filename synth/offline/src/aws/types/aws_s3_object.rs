//! Facts of `aws_s3_object`.

use super::{Cause::One, Facts, Rule::Most};

pub(super) const RESOURCE: Facts = Facts {
    identity: &["bucket", "key"],
    rules: &[Most(&["content", "content_base64", "source"])],
    replaces: Some(&["bucket", "key"]),
    recomputes: &[(
        "version_id",
        One(&[
            "bucket_key_enabled",
            "cache_control",
            "checksum_algorithm",
            "content",
            "content_base64",
            "content_disposition",
            "content_encoding",
            "content_language",
            "content_type",
            "etag",
            "kms_key_id",
            "metadata",
            "server_side_encryption",
            "source",
            "source_hash",
            "storage_class",
            "website_redirect",
        ]),
    )],
    defaults: &[("force_destroy", "false")],
    templates: &[
        ("acl", ""),
        ("arn", "arn:{partition}:s3:::{bucket}/{key}"),
        ("bucket_key_enabled", "false"),
        ("content_type", "application/octet-stream"),
        ("etag", "{hex:32}"),
        ("id", "{key}"),
        ("kms_key_id", ""),
        ("server_side_encryption", "AES256"),
        ("storage_class", "STANDARD"),
        ("version_id", ""),
    ],
    ..Facts::new("aws_s3_object")
};

//! Facts of `aws_s3_bucket_public_access_block`.

use super::Facts;

pub(super) const RESOURCE: Facts = Facts {
    replaces: Some(&["bucket"]),
    defaults: &[
        ("block_public_acls", "false"),
        ("block_public_policy", "false"),
        ("ignore_public_acls", "false"),
        ("restrict_public_buckets", "false"),
    ],
    templates: &[("id", "{bucket}")],
    ..Facts::new("aws_s3_bucket_public_access_block")
};

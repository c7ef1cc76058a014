//! Facts of `aws_s3_bucket_server_side_encryption_configuration`.

use super::Facts;

pub(super) const RESOURCE: Facts = Facts {
    replaces: Some(&["bucket", "expected_bucket_owner"]),
    templates: &[("id", "{bucket}")],
    ..Facts::new("aws_s3_bucket_server_side_encryption_configuration")
};

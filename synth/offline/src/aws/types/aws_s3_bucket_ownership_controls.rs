//! Facts of `aws_s3_bucket_ownership_controls`.

use super::Facts;

pub(super) const RESOURCE: Facts = Facts {
    replaces: Some(&["bucket"]),
    templates: &[("id", "{bucket}")],
    ..Facts::new("aws_s3_bucket_ownership_controls")
};

//! Facts of `aws_s3_bucket_versioning`.

use super::{Facts, Rule::In};

pub(super) const RESOURCE: Facts = Facts {
    rules: &[In("versioning_configuration.status", &["Disabled", "Enabled", "Suspended"])],
    replaces: Some(&["bucket", "expected_bucket_owner"]),
    templates: &[("id", "{bucket}"), ("versioning_configuration.mfa_delete", "Disabled")],
    ..Facts::new("aws_s3_bucket_versioning")
};

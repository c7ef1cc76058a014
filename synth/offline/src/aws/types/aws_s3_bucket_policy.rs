//! Facts of `aws_s3_bucket_policy`.

use super::{Document::Sorted, Facts, Rule::Json};

pub(super) const RESOURCE: Facts = Facts {
    rules: &[Json("policy")],
    replaces: Some(&["bucket"]),
    documents: &[Sorted("policy")],
    templates: &[("id", "{bucket}")],
    ..Facts::new("aws_s3_bucket_policy")
};

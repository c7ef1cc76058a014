//! Facts of `aws_ecr_lifecycle_policy`.

use super::{Document::Sorted, Facts, Rule::Json};

pub(super) const RESOURCE: Facts = Facts {
    rules: &[Json("policy")],
    replaces: Some(&["policy", "repository"]),
    documents: &[Sorted("policy")],
    templates: &[("id", "{repository}")],
    ..Facts::new("aws_ecr_lifecycle_policy")
};

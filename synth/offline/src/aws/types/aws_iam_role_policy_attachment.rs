//! Facts of `aws_iam_role_policy_attachment`.

use super::{Facts, Rule::Arn};

pub(super) const RESOURCE: Facts = Facts {
    imported_by: Some("{role}/{policy_arn}"),
    rules: &[Arn("policy_arn")],
    replaces: Some(&["policy_arn", "role"]),
    templates: &[("id", "{role}-{hex:26}")],
    ..Facts::new("aws_iam_role_policy_attachment")
};

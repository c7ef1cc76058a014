//! Facts of `aws_cloudwatch_log_resource_policy`.

use super::{Document::Sorted, Facts, Rule::Json};

pub(super) const RESOURCE: Facts = Facts {
    identity: &["policy_name"],
    rules: &[Json("policy_document")],
    replaces: Some(&["policy_name"]),
    documents: &[Sorted("policy_document")],
    templates: &[("id", "{policy_name}")],
    ..Facts::new("aws_cloudwatch_log_resource_policy")
};

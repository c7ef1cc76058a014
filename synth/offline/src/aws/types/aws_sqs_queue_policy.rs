//! Facts of `aws_sqs_queue_policy`.

use super::{Document::Sorted, Facts, Rule::Json};

pub(super) const RESOURCE: Facts = Facts {
    rules: &[Json("policy")],
    replaces: Some(&["queue_url"]),
    documents: &[Sorted("policy")],
    templates: &[("id", "{queue_url}")],
    ..Facts::new("aws_sqs_queue_policy")
};

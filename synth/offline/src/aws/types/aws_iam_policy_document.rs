//! Facts of `aws_iam_policy_document`.

use super::{
    Facts,
    Rule::{In, Json},
};
use crate::aws::policy;

pub(super) const DATA: Facts = Facts {
    rules: &[
        In("statement.effect", &["Allow", "Deny"]),
        In("version", &["2008-10-17", "2012-10-17"]),
        Json("override_policy_documents"),
        Json("source_policy_documents"),
    ],
    read: Some(|_, state| policy::answer(state)),
    ..Facts::new("data.aws_iam_policy_document")
};

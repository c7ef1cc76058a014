//! Facts of `aws_iam_role_policy`.

use super::{
    Document::VersionFirst,
    Facts,
    Rule::{Json, Most},
};

pub(super) const RESOURCE: Facts = Facts {
    rules: &[Json("policy"), Most(&["name", "name_prefix"])],
    replaces: Some(&["name", "name_prefix", "role"]),
    documents: &[VersionFirst("policy")],
    templates: &[("id", "{role}:{name}")],
    ..Facts::new("aws_iam_role_policy")
};

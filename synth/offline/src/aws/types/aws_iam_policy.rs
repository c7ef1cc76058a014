//! Facts of `aws_iam_policy`.

use super::{
    Document::Sorted,
    Facts,
    Rule::{Json, Length, Most},
};

pub(super) const RESOURCE: Facts = Facts {
    identity: &["name", "path"],
    rules: &[Json("policy"), Length("name", 128), Most(&["name", "name_prefix"])],
    replaces: Some(&["description", "name", "name_prefix", "path"]),
    defaults: &[("path", r#""/""#)],
    documents: &[Sorted("policy")],
    templates: &[
        ("arn", "arn:{partition}:iam::{account}:policy{path|or:/}{name}"),
        ("id", "{arn}"),
        ("policy_id", "ANPA{upper:17}"),
    ],
    ..Facts::new("aws_iam_policy")
};

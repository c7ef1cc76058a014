//! Facts of `aws_iam_role`.

use super::{
    Document::Sorted,
    Facts,
    Rule::{Between, Json, Length, Most},
};
use crate::value::Mapping;

pub(super) const RESOURCE: Facts = Facts {
    identity: &["name"],
    rules: &[
        Between("max_session_duration", 3600, 43200),
        Json("assume_role_policy"),
        Length("name", 64),
        Length("name_prefix", 38),
        Most(&["name", "name_prefix"]),
    ],
    replaces: Some(&["name", "name_prefix", "path"]),
    defaults: &[("force_detach_policies", "false"), ("max_session_duration", "3600"), ("path", r#""/""#)],
    computed_blocks: &["inline_policy"],
    documents: &[Sorted("assume_role_policy")],
    templates: &[
        ("arn", "arn:{partition}:iam::{account}:role{path|or:/}{name}"),
        ("id", "{name}"),
        ("unique_id", "AROA{upper:17}"),
    ],
    ..Facts::new("aws_iam_role")
};

pub(super) const DATA: Facts = Facts {
    templates: &[("description", ""), ("max_session_duration", "3600"), ("path", "/"), ("permissions_boundary", "")],
    read: Some(|_, state| {
        trust(state);
        Ok(())
    }),
    ..Facts::new("data.aws_iam_role")
};

/// A role that somebody else made trusts somebody; offline nobody can say whom.
fn trust(state: &mut Mapping) {
    state.insert("assume_role_policy".to_owned(), r#"{"Version":"2012-10-17","Statement":[]}"#.into());
}

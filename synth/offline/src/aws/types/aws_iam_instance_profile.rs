//! Facts of `aws_iam_instance_profile`.

use super::{Facts, Rule::Most};

pub(super) const RESOURCE: Facts = Facts {
    identity: &["name"],
    rules: &[Most(&["name", "name_prefix"])],
    replaces: Some(&["name", "name_prefix", "path"]),
    defaults: &[("path", r#""/""#)],
    templates: &[
        ("arn", "arn:{partition}:iam::{account}:instance-profile{path|or:/}{name}"),
        ("id", "{name}"),
        ("unique_id", "AIPA{upper:17}"),
    ],
    ..Facts::new("aws_iam_instance_profile")
};

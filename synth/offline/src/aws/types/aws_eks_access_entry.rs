//! Facts of `aws_eks_access_entry`.

use super::{Facts, Rule::Arn};

const ENTRY: &str =
    "arn:{partition}:eks:{region}:{account}:access-entry/{cluster_name}/role/{account}/{principal_arn|last}/{uuid}";

pub(super) const RESOURCE: Facts = Facts {
    identity: &["cluster_name", "principal_arn"],
    rules: &[Arn("principal_arn")],
    replaces: Some(&["cluster_name", "principal_arn", "type"]),
    defaults: &[("type", r#""STANDARD""#)],
    templates: &[
        ("access_entry_arn", ENTRY),
        ("id", "{cluster_name}:{principal_arn}"),
        ("user_name", "arn:{partition}:sts::{account}:assumed-role/{principal_arn|last}/{session_name}"),
    ],
    ..Facts::new("aws_eks_access_entry")
};

//! Facts of `aws_eks_addon`.

use super::{
    Facts,
    Rule::{In, Most},
};

pub(super) const RESOURCE: Facts = Facts {
    identity: &["cluster_name", "addon_name"],
    rules: &[
        In("resolve_conflicts_on_create", &["NONE", "OVERWRITE"]),
        In("resolve_conflicts_on_update", &["NONE", "OVERWRITE", "PRESERVE"]),
        Most(&["resolve_conflicts", "resolve_conflicts_on_create"]),
    ],
    replaces: Some(&["addon_name", "cluster_name"]),
    templates: &[
        ("addon_version", "{addon_name|addon}"),
        ("arn", "arn:{partition}:eks:{region}:{account}:addon/{cluster_name}/{addon_name}/{uuid}"),
        ("id", "{cluster_name}:{addon_name}"),
    ],
    ..Facts::new("aws_eks_addon")
};

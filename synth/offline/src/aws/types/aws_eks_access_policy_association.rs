//! Facts of `aws_eks_access_policy_association`.

use super::Facts;

pub(super) const RESOURCE: Facts = Facts {
    replaces: Some(&["access_scope", "cluster_name", "policy_arn", "principal_arn"]),
    templates: &[("associated_at", "{created}"), ("id", "{cluster_name}#{principal_arn}#{policy_arn}")],
    ..Facts::new("aws_eks_access_policy_association")
};

//! Facts of `aws_eks_cluster_auth`.

use super::Facts;

pub(super) const DATA: Facts = Facts {
    identity: &["name"],
    templates: &[("id", "{name}"), ("token", "k8s-aws-v1.{hex:64}")],
    ..Facts::new("data.aws_eks_cluster_auth")
};

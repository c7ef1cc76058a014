//! Facts of `aws_eks_addon_version`.

use super::Facts;

pub(super) const DATA: Facts = Facts {
    templates: &[("id", "{addon_name}"), ("version", "{addon_name|addon}")],
    ..Facts::new("data.aws_eks_addon_version")
};

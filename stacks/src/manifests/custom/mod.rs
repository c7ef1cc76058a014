//! The kinds that Argo CD, Karpenter and the Prometheus operator define: the fields that are used here, under their own names.

pub(crate) mod argocd;
pub(super) mod karpenter;
pub(super) mod monitoring;

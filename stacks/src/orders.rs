//! Changes that have to be made one after the other, since Terraform waits for someone's approval and Argo CD for nobody's.

use synth_project::{Attribute, Order};

/// Karpenter asks AWS which zones are impaired, and panics at its start where the cluster is not registered for zonal shift.
const ZONAL_SHIFT: Order = Order {
    terraform: Attribute { part: "cluster", address: "aws_eks_cluster.main", path: "zonal_shift_config.enabled" },
    argocd: Attribute { part: "manifests", address: "file karpenter.yaml", path: "settings.enableZonalShift" },
    steps: &[
        (
            (Some(true), Some(true)),
            "this turns zonal shift on in one step: Argo CD may change Karpenter before Terraform has changed AWS, and Karpenter \
             then panics at its start",
            "set `cluster.zonal_shift` to \"aws-only\" first, and to \"on\" once the cluster stack is applied",
        ),
        (
            (Some(false), Some(false)),
            "this turns zonal shift off in one step: Terraform may change AWS before Argo CD has changed Karpenter, which then \
             panics at its next start",
            "set `cluster.zonal_shift` to \"aws-only\" first, and to \"off\" once Argo CD has synced Karpenter",
        ),
        (
            (Some(true), None),
            "this turns zonal shift on in AWS, the first of two steps",
            "apply the cluster stack before you set `cluster.zonal_shift` to \"on\"",
        ),
        (
            (None, Some(true)),
            "this turns zonal shift on in Karpenter, the second of two steps: until AWS has it, Karpenter panics at its start",
            "merge this once the cluster stack is applied",
        ),
        (
            (None, Some(false)),
            "this turns zonal shift off in Karpenter, the first of two steps",
            "let Argo CD sync Karpenter before you set `cluster.zonal_shift` to \"off\"",
        ),
        (
            (Some(false), None),
            "this turns zonal shift off in AWS, the second of two steps: a Karpenter that still expects it panics at its next \
             start",
            "apply the cluster stack once Argo CD has synced Karpenter",
        ),
    ],
};

/// Every such change.
pub(crate) const ALL: &[Order] = &[ZONAL_SHIFT];

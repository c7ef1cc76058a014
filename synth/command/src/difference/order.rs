//! Changes whose order no merge keeps: Terraform waits for someone's approval, Argo CD for nobody's.

use serde_json::{Value as Json, json};

use super::{Change, Difference};

/// Where AWS is told of zonal shift: the part, the address, and the end of the attribute's path.
const AWS: (&str, &str, &str) = ("cluster", "aws_eks_cluster.main", "zonal_shift_config.enabled");

/// Where Karpenter is.
const KARPENTER: (&str, &str, &str) = ("manifests", "file karpenter.yaml", "settings.enableZonalShift");

/// An order to keep, or one that a change cannot keep.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Order {
    why: &'static str,
    mend: &'static str,
}

impl Order {
    /// The order of what is about to change, part by part.
    pub(crate) fn of<'a>(parts: impl Iterator<Item = (&'a str, &'a [Difference])> + Clone) -> Option<Self> {
        let becomes = |(part, address, end): (&str, &str, &str)| {
            let mut of_part = parts.clone().filter(|(name, _)| *name == part).flat_map(|(_, differences)| differences);
            let changed = of_part.find(|difference| difference.address == address)?;
            let Change::Changed(attributes) = &changed.change else { return None };
            attributes.iter().find_map(|attribute| attribute.becomes(end)?.as_bool())
        };
        let (why, mend) = match (becomes(AWS), becomes(KARPENTER)) {
            (Some(true), Some(true)) => (
                "this turns zonal shift on in one step: Argo CD may change Karpenter before Terraform has changed AWS, \
                 and Karpenter then panics at its start",
                "set `cluster.zonal_shift` to \"aws-only\" first, and to \"on\" once the cluster stack is applied",
            ),
            (Some(false), Some(false)) => (
                "this turns zonal shift off in one step: Terraform may change AWS before Argo CD has changed \
                 Karpenter, which then panics at its next start",
                "set `cluster.zonal_shift` to \"aws-only\" first, and to \"off\" once Argo CD has synced Karpenter",
            ),
            (Some(true), None) => (
                "this turns zonal shift on in AWS, the first of two steps",
                "apply the cluster stack before you set `cluster.zonal_shift` to \"on\"",
            ),
            (None, Some(true)) => (
                "this turns zonal shift on in Karpenter, the second of two steps: until AWS has it, Karpenter panics \
                 at its start",
                "merge this once the cluster stack is applied",
            ),
            (None, Some(false)) => (
                "this turns zonal shift off in Karpenter, the first of two steps",
                "let Argo CD sync Karpenter before you set `cluster.zonal_shift` to \"off\"",
            ),
            (Some(false), None) => (
                "this turns zonal shift off in AWS, the second of two steps: a Karpenter that still expects it panics \
                 at its next start",
                "apply the cluster stack once Argo CD has synced Karpenter",
            ),
            _ => return None,
        };
        Some(Self { why, mend })
    }

    pub(crate) fn json(&self) -> Json {
        json!({ "message": self.why, "mend": self.mend })
    }
}

impl std::fmt::Display for Order {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { why, mend } = self;
        write!(formatter, "order: {why}\n  mend: {mend}")
    }
}

//! Repair: whether a node that is broken and still there is told of, and replaced.

use synth_bindings::{aws_eks_cluster, aws_eks_node_group};
use synth_review::{Findings, Policy, Severity};

use crate::{Platform, charts::karpenter, names::NODE_MONITORING_ADD_ON, view::addon};

pub(super) const BROKEN_NODES_ARE_REPAIRED: Policy<Platform> = Policy {
    code: "HA014",
    name: "broken-nodes-are-repaired",
    severity: Severity::Error,
    explanation: "A node with a broken network, disk or kernel takes pods and fails them until it is replaced: an \
                  agent has to report it, and Karpenter and the node group have to act.",
    check: broken_nodes_are_repaired,
};

fn broken_nodes_are_repaired(platform: &Platform, findings: &mut Findings) {
    if let Some(chart) = platform.chart::<karpenter::Values>()
        && !chart.values.settings.feature_gates.node_repair
    {
        findings.report(
            chart.place(),
            "does not replace broken nodes: its feature gate `NodeRepair` is off",
            "set `settings.featureGates.nodeRepair` in its values",
        );
    }
    for group in platform.resources::<aws_eks_node_group::Handle>() {
        if !group.is_true(|of| of.node_repair_config().enabled()) {
            findings.report(
                group.place(),
                "does not replace broken nodes",
                "set `enabled` in its `node_repair_config`",
            );
        }
    }
    if addon(platform, NODE_MONITORING_ADD_ON).is_none() {
        for cluster in platform.resources::<aws_eks_cluster::Handle>() {
            findings.report(
                cluster.place(),
                "has no agent that reports broken networks, disks and kernels: only a node that stops reporting counts \
                 as broken",
                format!("install the add-on `{NODE_MONITORING_ADD_ON}`"),
            );
        }
    }
}

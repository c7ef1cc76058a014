//! Pods that run on some nodes only: whether the pools make such nodes, and enough of them.

use synth_review::{Findings, Policy, Severity};

use super::room::sizes;
use crate::{
    Platform,
    view::{Labels, PodGroup, Pools, Workload, daemon_pods},
};

/// The labels of nodes that a workload's pods ask for, and that pools say something about.
fn asked(workload: &Workload<'_>) -> Labels {
    let known = |key: &str| matches!(key, "karpenter.sh/capacity-type" | "kubernetes.io/arch");
    let selector = workload.pod().node_selector.iter().flatten();
    selector.filter(|(key, _)| known(key)).map(|(key, value)| (key.clone(), value.clone())).collect()
}

fn described(labels: &Labels) -> String {
    labels.iter().map(|(key, value)| format!("`{key}: {value}`")).collect::<Vec<_>>().join(" and ")
}

/// Every workload that asks for some nodes, with what it asks for.
fn choosy(platform: &Platform) -> impl Iterator<Item = (Workload<'_>, Labels)> {
    let workloads = platform.autoscaled().into_iter().map(|workload| (asked(&workload), workload));
    workloads.filter(|(labels, _)| !labels.is_empty()).map(|(labels, workload)| (workload, labels))
}

pub(super) const PODS_FIND_THEIR_NODES: Policy<Platform> = Policy {
    code: "SCALE024",
    name: "pods-find-their-nodes",
    severity: Severity::Error,
    explanation: "Pods that ask for nodes of a kind get them from the pools of that kind alone: where none makes any, \
                  they wait for ever, and where those are limited below the autoscaler's maximum, at the height of the load.",
    check: pods_find_their_nodes,
};

fn pods_find_their_nodes(platform: &Platform, findings: &mut Findings) {
    for (workload, labels) in choosy(platform) {
        let settings = ["capacity_type", "architectures"].map(|name| workload.setting(&format!("nodes.{name}")));
        let pools = Pools::labelled(platform, &labels);
        let group = PodGroup {
            name: workload.name().to_owned(),
            pods: workload.most(),
            each: workload.requests(),
            apart: false,
        };
        let nodes = described(&labels);
        let Ok(taken) = pools.hosting(std::slice::from_ref(&group), daemon_pods(platform)) else {
            findings
                .report(
                    workload.deployment.place(),
                    format!(
                        "runs on nodes of {nodes} alone, of which no pool makes one that hosts its pod ({})",
                        group.each
                    ),
                    "name other nodes in `nodes`, or add a pool that makes such ones",
                )
                .set_by(settings);
            continue;
        };
        let limits = pools.limits();
        if limits.fits(taken.capacity) == 0 {
            findings
                .report(
                    workload.deployment.place(),
                    format!(
                        "runs on nodes of {nodes} alone, of which its maximum takes {} of {} in all, but their pools are \
                         limited to {}",
                        taken.nodes,
                        sizes(taken.capacity),
                        sizes(limits)
                    ),
                    "raise the limits of those pools, or lower `max_replicas` of the service",
                )
                .set_by(settings.into_iter().chain([workload.setting("max_replicas")]));
        }
    }
}

pub(super) const NOT_ON_SPOT_ALONE: Policy<Platform> = Policy {
    code: "SCALE025",
    name: "not-on-spot-alone",
    severity: Severity::Warning,
    explanation: "Spot capacity can disappear all at once: pods that run on Spot alone are then gone until it comes back.",
    check: not_on_spot_alone,
};

fn not_on_spot_alone(platform: &Platform, findings: &mut Findings) {
    for (workload, labels) in choosy(platform) {
        if labels.get("karpenter.sh/capacity-type").is_some_and(|of| of == "spot") {
            findings
                .report(
                    workload.deployment.place(),
                    "runs on Spot nodes alone",
                    "leave `nodes.capacity_type` open: pools with a higher weight are tried first, and Spot has it",
                )
                .set_by([workload.setting("nodes.capacity_type")]);
        }
    }
}

//! Pods that run on some nodes only: whether the pools make such nodes, and enough of them.

use k8s_openapi::api::core::v1::PodSpec;
use synth_review::{Findings, Place, Policy, Severity};

use super::room::sizes;
use crate::{
    Platform,
    view::{CAPACITY_TYPE, Labels, PodGroup, Pools, daemon_pods},
};

/// Pods that ask for some nodes.
struct Choosy {
    place: Place,
    group: PodGroup,
    /// The labels of nodes that they ask for, and that pools say something about.
    labels: Labels,
    /// The settings that say so, and that of their number.
    nodes: [String; 2],
    most: Option<String>,
}

fn asked(pod: &PodSpec) -> Labels {
    let known = |key: &str| matches!(key, CAPACITY_TYPE | "kubernetes.io/arch");
    let selector = pod.node_selector.iter().flatten();
    selector.filter(|(key, _)| known(key)).map(|(key, value)| (key.clone(), value.clone())).collect()
}

fn described(labels: &Labels) -> String {
    labels.iter().map(|(key, value)| format!("`{key}: {value}`")).collect::<Vec<_>>().join(" and ")
}

/// Every workload and every job that asks for some nodes.
fn choosy(platform: &Platform) -> impl Iterator<Item = Choosy> {
    let keys = ["nodes.capacity_type", "nodes.architectures"];
    let workloads = platform.autoscaled().into_iter().map(move |of| Choosy {
        place: of.deployment.place(),
        group: PodGroup { name: of.name().to_owned(), pods: of.most(), each: of.requests(), apart: false },
        labels: asked(of.pod()),
        nodes: keys.map(|name| of.setting(name)),
        most: Some(of.setting("max_replicas")),
    });
    let jobs = platform.scheduled().map(move |of| Choosy {
        place: of.cron_job.place(),
        group: of.group(),
        labels: of.pod().map(asked).unwrap_or_default(),
        nodes: keys.map(|name| of.setting(name)),
        most: None,
    });
    workloads.chain(jobs).filter(|of| !of.labels.is_empty())
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
    for Choosy { place, group, labels, nodes: settings, most } in choosy(platform) {
        let pools = Pools::labelled(platform, &labels);
        let nodes = described(&labels);
        let Ok(taken) = pools.hosting(std::slice::from_ref(&group), daemon_pods(platform)) else {
            findings
                .report(
                    place,
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
                    place,
                    format!(
                        "runs on nodes of {nodes} alone, of which its maximum takes {} of {} in all, but their pools are \
                         limited to {}",
                        taken.nodes,
                        sizes(taken.capacity),
                        sizes(limits)
                    ),
                    "raise the limits of those pools, or lower `max_replicas` of the service",
                )
                .set_by(settings.into_iter().chain(most));
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
    // A job has no pods that could all be gone.
    for Choosy { place, labels, nodes: [setting, _], .. } in choosy(platform).filter(|of| of.most.is_some()) {
        if labels.get(CAPACITY_TYPE).is_some_and(|of| of == "spot") {
            findings
                .report(
                    place,
                    "runs on Spot nodes alone",
                    "leave `nodes.capacity_type` open: pools with a higher weight are tried first, and Spot has it",
                )
                .set_by([setting]);
        }
    }
}

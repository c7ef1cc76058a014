//! Whether Karpenter and the scheduler count alike how many pods a node may have.

use synth_review::{Findings, Policy, Severity};

use crate::{
    Platform,
    charts::karpenter,
    names::MOST_NODES,
    view::{HOST, Pools, whole},
};

pub(super) const COUNTED_ALIKE: Policy<Platform> = Policy {
    code: "SCALE017",
    name: "counted-alike",
    severity: Severity::Warning,
    explanation: "For a spread over nodes, Karpenter counts from an empty node, which it could always make; the \
                  scheduler counts from the emptiest one there is, unless `minDomains` is above the number of nodes. \
                  Where the two differ, Karpenter buys a node that no pod gets.",
    check: counted_alike,
};

fn counted_alike(platform: &Platform, findings: &mut Findings) {
    if platform.chart::<karpenter::Values>().is_none() {
        return;
    }
    let most = Pools::of(platform, None).most_nodes();
    for workload in platform.autoscaled() {
        let Some(spread) = workload.spread(HOST, "DoNotSchedule") else { continue };
        let domains = spread.min_domains.map_or(1, whole);
        if most != u64::MAX && domains <= most {
            findings.report(
                workload.deployment.place(),
                format!(
                    "is counted from the emptiest node once there are {domains} nodes, of the {most} that the pools \
                     may make"
                ),
                format!(
                    "set `minDomains` of its spread over `{HOST}` to more nodes than there ever are, such as \
                     {MOST_NODES}"
                ),
            );
        }
    }
}

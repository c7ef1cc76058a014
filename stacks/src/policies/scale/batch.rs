//! Nodes that Karpenter buys at once, and preferences that it takes for demands.

use k8s_openapi::api::core::v1::Affinity;
use synth_review::{Findings, Policy, Severity};

use super::{
    planned::{counted, planned, wanted_of},
    room,
};
use crate::{
    Platform,
    charts::karpenter,
    view::{HOST, Pools, ZONE, pool_setting},
};

pub(super) const BATCH_FITS_SPOT: Policy<Platform> = Policy {
    code: "SCALE015",
    name: "batch-fits-spot",
    severity: Severity::Warning,
    explanation: "Karpenter counts each node that it plans as the largest that it might become: once a batch exceeds a \
                  pool's limits that way, the rest is bought on demand although Spot is available.",
    check: batch_fits_spot,
};

fn batch_fits_spot(platform: &Platform, findings: &mut Findings) {
    // A maximum that is too high for the pools is said once, and what mends that is enough here.
    if room::is_short(platform) {
        return;
    }
    for pool in Pools::of(platform, Some("spot")).pools {
        let wanted: Vec<_> = wanted_of(platform, &pool).collect();
        if wanted.is_empty() {
            continue;
        }
        let counted = counted(platform, &pool);
        let message = format!(
            "counts the {} nodes that the services' maximum takes at once as the largest there are, {} vCPU and {} GiB \
             in all, which exceeds its limits: the rest is bought on demand",
            planned(platform, &pool),
            counted.cpu.div_ceil(1000),
            counted.memory.div_ceil(1024)
        );
        let raised: Vec<_> = wanted.iter().map(|(key, limit)| format!("`{key}` to {limit}")).collect();
        let lower = pool_setting(&pool, "instance_vcpus_max");
        findings
            .report(pool.place(), message, format!("raise {}, or lower `{lower}`", raised.join(" and ")))
            .set_by(wanted.into_iter().map(|(key, _)| key).chain([lower]));
    }
}

pub(super) const PREFERENCES_BUY_NO_NODES: Policy<Platform> = Policy {
    code: "SCALE016",
    name: "preferences-buy-no-nodes",
    severity: Severity::Error,
    explanation: "Unless told to ignore preferences, Karpenter treats them as requirements while it can make a node \
                  for them: a preferred spread over nodes buys one node for each pod, and a second spread over zones \
                  makes it rule out Spot.",
    check: preferences_buy_no_nodes,
};

fn preferences_buy_no_nodes(platform: &Platform, findings: &mut Findings) {
    let Some(karpenter) = platform.chart::<karpenter::Values>() else { return };
    if karpenter.values.settings.preference_policy == "Ignore" {
        return;
    }
    for workload in platform.autoscaled() {
        let prefers = workload.pod().affinity.as_ref().is_some_and(prefers);
        let spreads = [ZONE, HOST].iter().any(|key| workload.spread(key, "ScheduleAnyway").is_some());
        if prefers || spreads {
            findings.report(
                karpenter.place(),
                format!("treats what {} only prefers as a requirement, and buys nodes for it", workload.name()),
                "set `settings.preferencePolicy` of the chart to `Ignore`",
            );
        }
    }
}

/// Does a pod ask for places without insisting on them?
fn prefers(affinity: &Affinity) -> bool {
    let apart = affinity.pod_anti_affinity.as_ref();
    let together = affinity.pod_affinity.as_ref();
    let nodes = affinity.node_affinity.as_ref();
    let asked = [
        apart.and_then(|of| of.preferred_during_scheduling_ignored_during_execution.as_ref()).map(Vec::len),
        together.and_then(|of| of.preferred_during_scheduling_ignored_during_execution.as_ref()).map(Vec::len),
        nodes.and_then(|of| of.preferred_during_scheduling_ignored_during_execution.as_ref()).map(Vec::len),
    ];
    asked.into_iter().flatten().any(|asked| asked > 0)
}

//! Settings and objects that keep nodes from going, and those that take too many of them at once.

use synth_kubernetes::karpenter::Budget;
use synth_review::{Findings, Policy, Severity};

use super::budgets::{Guarded, guarded};
use crate::{
    Platform,
    settings::Duration,
    view::{NodePool, Workload},
};

pub(super) const BUDGET_LEAVES_ROOM: Policy<Platform> = Policy {
    code: "DRAIN004",
    name: "budget-leaves-room",
    severity: Severity::Error,
    explanation: "A disruption budget that allows no eviction at the minimum number of pods keeps nodes from draining.",
    check: budget_leaves_room,
};

fn budget_leaves_room(platform: &Platform, findings: &mut Findings) {
    for Guarded { name, pods, place, mend: (mend, setting), .. } in
        guarded(platform).into_iter().filter(|pods| pods.allowed(pods.pods.0) == 0)
    {
        let message = format!("lets none of the {} pods of {name} be evicted at its minimum", pods.0);
        findings.report(place, message, mend).set_by(setting);
    }
}

pub(super) const NODES_WAIT_FOR_PODS: Policy<Platform> = Policy {
    code: "DRAIN005",
    name: "nodes-wait-for-pods",
    severity: Severity::Error,
    explanation: "Without a termination grace period one pod can keep an expired node for ever, and a period shorter \
                  than the pods' own cuts them off.",
    check: nodes_wait_for_pods,
};

fn nodes_wait_for_pods(platform: &Platform, findings: &mut Findings) {
    let jobs = platform.scheduled().map(|job| job.grace());
    let longest = platform.autoscaled().iter().map(Workload::grace).chain(jobs).max().unwrap_or_default();
    for pool in platform.every::<NodePool>() {
        let spec = &pool.spec.template.spec;
        // Karpenter's default is 30 days.
        let expires = spec.expire_after.as_deref() != Some("Never");
        match spec.termination_grace_period.as_deref().and_then(Duration::seconds_of).filter(|seconds| *seconds > 0) {
            None if expires => findings.report(
                pool.place(),
                "lets its nodes expire without a limit on how long they wait for their pods",
                "set `karpenter.termination_grace_period`, such as 30m",
            ),
            Some(wait) if wait < longest => findings.report(
                pool.place(),
                format!("ends its nodes after {wait} s, but their pods may take {longest} s to leave"),
                format!("raise `karpenter.termination_grace_period` to {longest}s or more"),
            ),
            _ => continue,
        }
        .set_by(["karpenter.termination_grace_period"]);
    }
}

pub(super) const POOLS_DISRUPT_GENTLY: Policy<Platform> = Policy {
    code: "DRAIN006",
    name: "pools-disrupt-gently",
    severity: Severity::Error,
    explanation: "A pool that may replace all nodes at once evicts every service's pods at once; one that may replace \
                  none never gets a new image.",
    check: pools_disrupt_gently,
};

fn pools_disrupt_gently(platform: &Platform, findings: &mut Findings) {
    for pool in platform.every::<NodePool>() {
        for Budget { nodes, reasons, schedule, .. } in &pool.spec.disruption.budgets {
            // An empty node takes no pod with it.
            let harmless = *reasons == ["Empty"];
            let always = schedule.is_none();
            let what = if reasons.is_empty() { "any reason".to_owned() } else { reasons.join(" and ") };
            let (message, mend) = match nodes.as_str() {
                "100%" if !harmless => ("may replace all of its nodes at once", "lower the budget, to 20% or less"),
                "0" | "0%" if always => ("may never replace a node", "raise the budget, or give it a schedule"),
                _ => continue,
            };
            findings.report(pool.place(), format!("{message} for {what}"), mend);
        }
    }
}

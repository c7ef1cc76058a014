//! What keeps nodes from going, and what takes too many of them at once.

use synth_framework::Findings;

use crate::{
    Platform,
    policies::view::{Workload, at, items, seconds, strings, text},
};

pub(super) fn budget_leaves_room(platform: &Platform, findings: &mut Findings) {
    for workload in platform.autoscaled() {
        for budget in workload.selecting(platform, "PodDisruptionBudget", "/spec/selector") {
            let pods = workload.fewest();
            let share = |pointer: &str| {
                let value = at(&budget.object, pointer);
                let percent = value.as_str().and_then(|text| text.strip_suffix('%')?.parse::<u64>().ok());
                value.as_u64().or_else(|| percent.map(|percent| (pods * percent).div_ceil(100)))
            };
            let allowed = match (share("/spec/maxUnavailable"), share("/spec/minAvailable")) {
                (Some(lost), _) => lost,
                (None, Some(kept)) => pods.saturating_sub(kept),
                (None, None) => 0,
            };
            if allowed == 0 {
                findings.report(
                    platform.place(budget),
                    format!("lets none of the {pods} pods of {} go at its minimum", workload.name()),
                    "set `maxUnavailable` to 1 or to a percentage",
                );
            }
        }
    }
}

pub(super) fn nodes_wait_for_pods(platform: &Platform, findings: &mut Findings) {
    let longest = platform.autoscaled().iter().map(Workload::grace).max().unwrap_or_default();
    for pool in platform.of_kind("NodePool") {
        let spec = at(&pool.object, "/spec/template/spec");
        // Karpenter's default is 30 days.
        let expires = text(spec, "/expireAfter") != "Never";
        match seconds(text(spec, "/terminationGracePeriod")).filter(|seconds| *seconds > 0) {
            None if expires => findings.report(
                platform.place(pool),
                "lets its nodes expire without a bound on how long they wait for their pods",
                "set `karpenter.termination_grace_period`, such as 30m",
            ),
            Some(wait) if wait < longest => findings.report(
                platform.place(pool),
                format!("ends its nodes after {wait} s, but their pods may take {longest} s to leave"),
                format!("raise `karpenter.termination_grace_period` to {longest}s or more"),
            ),
            _ => continue,
        }
        .set_by(["karpenter.termination_grace_period"]);
    }
}

pub(super) fn pools_disrupt_gently(platform: &Platform, findings: &mut Findings) {
    for pool in platform.of_kind("NodePool") {
        for budget in items(&pool.object, "/spec/disruption/budgets") {
            let (nodes, reasons) = (text(budget, "/nodes"), strings(budget, "/reasons"));
            // An empty node takes no pod with it.
            let harmless = reasons == ["Empty"];
            let always = budget.get("schedule").is_none();
            let what = if reasons.is_empty() { "any reason".to_owned() } else { reasons.join(" and ") };
            let (message, mend) = match nodes {
                "100%" if !harmless => ("may replace all of its nodes at once", "lower the budget, to 20% or less"),
                "0" | "0%" if always => ("may never replace a node", "raise the budget, or give it a schedule"),
                _ => continue,
            };
            findings.report(platform.place(pool), format!("{message} for {what}"), mend);
        }
    }
}

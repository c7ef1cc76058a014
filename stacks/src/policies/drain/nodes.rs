//! What keeps nodes from going, and what takes too many of them at once.

use synth_framework::Findings;

use super::budgets::{Guarded, guarded};
use crate::{
    Platform,
    policies::view::{Workload, at, items, seconds, strings, text},
};

pub(super) fn budget_leaves_room(platform: &Platform, findings: &mut Findings) {
    for Guarded { name, pods, place, mend: (mend, setting), .. } in
        guarded(platform).into_iter().filter(|pods| pods.allowed(pods.pods.0) == 0)
    {
        let message = format!("lets none of the {} pods of {name} go at its minimum", pods.0);
        findings.report(place, message, mend).set_by(setting);
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

//! Nodes that go together: whether all their pods can leave in time, and how seldom it comes to that.

use synth_review::{Findings, Policy, Severity};

use super::budgets::guarded;
use crate::{Platform, settings::Duration, versions::OLD_DAYS, view::NodePool};

/// Seconds until the pod that takes the place of an evicted one is ready: a new node (a minute and a half with many daemons),
/// the pod itself, and the first health checks of a load balancer.
const START: u64 = 180;

pub(super) const TURNS_FIT_GRACE: Policy<Platform> = Policy {
    code: "DRAIN010",
    name: "turns-fit-grace",
    severity: Severity::Error,
    explanation: "Nodes that expire together drain together, and disruption budgets let only a few pods leave at a \
                  time: pods that are still there after the termination grace period are deleted, whatever their \
                  budget.",
    check: turns_fit_grace,
};

/// Expired nodes of a pool drain all at once, and none is made before they do; evictions wait for the budgets of the pods. A pod
/// that still waits when the grace period is over is deleted, whatever its budget says.
fn turns_fit_grace(platform: &Platform, findings: &mut Findings) {
    let guarded = guarded(platform);
    let slowest = guarded.iter().filter_map(|pods| Some((pods, pods.turns()?)));
    let Some((pods, turns)) = slowest.max_by_key(|(pods, turns)| turns * (pods.grace + START)) else { return };
    let (turn, grace) = (pods.grace + START, pods.grace);
    let needed = turns * turn;
    for pool in platform.every::<NodePool>() {
        let wait = pool.spec.template.spec.termination_grace_period.as_deref().and_then(Duration::seconds_of);
        let Some(wait) = wait.filter(|wait| (1..needed).contains(wait)) else {
            continue;
        };
        findings
            .report(
                pool.place(),
                format!(
                    "ends its nodes after {wait} s, but if all of them go together, the pods of {} leave in {turns} \
                     turns of {turn} s: {grace} s to leave, and {START} s until their replacements are ready",
                    pods.name
                ),
                format!("raise `karpenter.termination_grace_period` to {needed}s or more"),
            )
            .set_by(["karpenter.termination_grace_period"]);
    }
}

pub(super) const EXPIRY_COMES_LAST: Policy<Platform> = Policy {
    code: "DRAIN011",
    name: "expiry-comes-last",
    severity: Severity::Error,
    explanation: "Expiry ends all nodes of the same age at once, without a budget and before new nodes are ready: a \
                  new image should have replaced them long before.",
    check: expiry_comes_last,
};

/// Drift replaces nodes within budgets, and makes others before; expiry does neither. It must come last.
fn expiry_comes_last(platform: &Platform, findings: &mut Findings) {
    let last = OLD_DAYS.unsigned_abs() * 24;
    for pool in platform.every::<NodePool>() {
        // Karpenter's default is 30 days.
        let after = pool.spec.template.spec.expire_after.as_deref().map_or(Some(720 * 3600), Duration::seconds_of);
        let Some(hours) = after.map(|after| after / 3600).filter(|hours| *hours < last) else { continue };
        findings
            .report(
                pool.place(),
                format!(
                    "ends its nodes {hours} h after they were made, all of the same age at once and without a budget, \
                     but a new image, which replaces them gently, may be {last} h away"
                ),
                format!("raise `karpenter.expire_after` to {last}h or more, or set it to `Never`"),
            )
            .set_by(["karpenter.expire_after"]);
    }
}

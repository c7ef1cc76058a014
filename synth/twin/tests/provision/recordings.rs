//! Recorded decisions of a real Karpenter, each simulation by itself from the state that the recording shows.

mod judge;
mod objects;
mod read;
mod state;

use judge::{Judge, Score};
use read::Recording;

macro_rules! recordings {
    ($($name:literal)*) => {
        [$(($name, include_str!(concat!("../data/karpenter/", $name, ".json")))),*]
    };
}

/// Every recording in which the provisioner decides something.
const ALL: [(&str, &str); 55] = recordings! {
    "anti-affinity-6" "balanced-policy" "batch-10x500m" "batch-60x500m" "batch-7x1500m-3gi-spot" "batch-any-size" "batch-both-types"
    "budget-schedule" "budget-ten-percent" "daemonset-by-arch" "daemonset-two" "deletion-cost-order" "do-not-disrupt"
    "drift-label-one-by-one" "drift-requirement" "empty-0s" "empty-30s" "expiry-60s" "ice-cheapest" "ice-one-zone" "ice-spot"
    "interruption" "limit-cpu-10" "limit-memory-64" "min-values-3" "mixed-four" "mixed-in-flight" "multi-4-nodes" "multi-6-nodes-spot"
    "multi-budget-one" "no-replacement-same-price" "on-demand-to-spot" "pdb-blocks" "pdb-one-at-a-time" "prefer-host-ignore"
    "prefer-host-respect" "prefer-host-respect-limited" "replace-on-demand" "spot-to-spot-few-types" "spot-to-spot-gate-off"
    "spot-to-spot-gate-on" "termination-grace-period" "tideline-24-ignore" "tideline-24-ignore-memory1024" "tideline-24-memory1024"
    "tideline-ami-change" "tideline-up-down" "under-consolidate-after" "weights-spot-16" "weights-spot-40gi" "when-empty-only"
    "window-every-half-second" "window-gap-of-2s" "zone-spread-5-30" "zone-spread-9-10-14"
};

/// Judges a recording by its simulations alone, and says what did not come out.
fn judged(name: &str, text: &str) -> (Score, Vec<String>) {
    let (score, told) = Judge::new(&Recording::read(text)).judge();
    (score, told.into_iter().map(|what| format!("{name}: {what}")).collect())
}

#[test]
fn every_recorded_simulation_comes_out() {
    let mut sum = Score::default();
    let mut told = Vec::new();
    for (name, text) in ALL {
        let (score, some) = judged(name, text);
        sum.simulations += score.simulations;
        sum.at_once += score.at_once;
        sum.claims += score.claims;
        sum.fleets += score.fleets;
        told.extend(some);
    }
    assert!(told.is_empty(), "{sum:?}\n{}", told.join("\n"));
    assert_eq!(sum, Score { simulations: 231, at_once: 224, claims: 223, fleets: 211 });
}

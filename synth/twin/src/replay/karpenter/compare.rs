//! What was recorded beside what the twin came to.

mod claims;
mod commands;
mod states;

use std::collections::BTreeMap;

use super::{Decision, Settled, recording::Recording};
use crate::{
    engine::Engine,
    pods::{Capacity, NodeId, PodId},
    time::{Span, Time},
};

/// Moments of recording and twin that are further apart than this are not the same decision's.
pub(super) const TOLERANCE: Span = Span::whole_seconds(2);

/// A node of a settled state, and its pods by group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Host {
    /// Pool, type, zone's letter, capacity type.
    pub(super) kind: [String; 4],
    pub(super) pods: BTreeMap<String, usize>,
}

impl Host {
    pub(super) fn of(engine: &Engine, id: NodeId, group: impl Fn(&PodId) -> String) -> Self {
        let node = &engine.nodes()[id.0];
        let pool = node.pool.map(|pool| engine.pools()[pool.0].name.clone()).unwrap_or_default();
        let mut pods = BTreeMap::new();
        let there = engine.pods_on(id).iter().filter(|pod| engine.pods()[pod.0].deleting.is_none());
        for pod in there {
            *pods.entry(group(pod)).or_default() += 1;
        }
        Self { kind: [pool, node.instance_type.clone(), letter(&node.zone), capacity(node.capacity).to_owned()], pods }
    }
}

/// The letter of a zone.
fn letter(zone: &str) -> String {
    zone.chars().next_back().map(String::from).unwrap_or_default()
}

fn capacity(capacity: Capacity) -> &'static str {
    match capacity {
        Capacity::Spot => "spot",
        Capacity::OnDemand => "on-demand",
    }
}

/// Are these moments one?
fn together(recorded: f64, at: Time) -> bool {
    (Time::seconds(recorded) - at).0.abs() <= TOLERANCE.0
}

/// Every decision of both, by time.
pub(super) fn decisions(recording: &Recording, engine: &Engine, settled: &[Settled]) -> Vec<Decision> {
    let mut all = claims::decisions(recording, engine);
    all.extend(commands::decisions(recording, engine));
    all.extend(states::decisions(recording, settled));
    all.sort_by(|one, other| one.at.total_cmp(&other.at));
    all
}

/// Says what differs, if anything does.
fn differing(parts: impl IntoIterator<Item = (&'static str, String, String)>) -> Option<String> {
    let unlike = parts.into_iter().filter(|(_, recorded, own)| recorded != own);
    let said: Vec<_> = unlike.map(|(name, recorded, own)| format!("{name}: recorded {recorded}, twin {own}")).collect();
    (!said.is_empty()).then(|| said.join("; "))
}

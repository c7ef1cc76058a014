//! Which nodes go: empty, drifted, underused. One command at a time, in the order emptiness, drift, several nodes, one node.
//!
//! All of it is a pure look at the cluster: when to look, and what to do about it, is the engine's.

mod balanced;
mod budgets;
mod candidates;
mod consolidate;
mod cron;
mod drift;
mod outlook;
mod prices;
mod room;
mod search;
mod simulate;
mod validate;

use crate::{
    karpenter::{
        Claim, Reason, View,
        memory::{Clock, Memory},
    },
    pods::{NodeId, PodId, PoolId},
};

pub use budgets::allowed;
pub use candidates::{reschedulable, reschedulable_now};
pub use consolidate::{emptiness, multi};
pub use drift::drift;
pub use outlook::Outlook;
pub use search::{Search, single};
pub use simulate::{leaving, pending, simulate};
pub use validate::valid;

/// What a pod disruption budget leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Pods that may go now.
    pub allowed: i64,
    /// It never allows any: `maxUnavailable` 0 or `minAvailable` 100 %.
    pub blocks_fully: bool,
}

/// The cluster, as disruption sees it.
#[derive(Clone, Copy)]
pub struct Sight<'a> {
    /// As provisioning sees it.
    pub view: View<'a>,
    /// The wall clock.
    pub clock: Clock,
    /// What is remembered of each node.
    pub memories: &'a [Memory],
    /// The pods of each node that are not gone.
    pub on_node: &'a [Vec<PodId>],
    /// The pod disruption budgets.
    pub limits: &'a [Limit],
    /// Which of them cover each pod.
    pub covers: &'a [Vec<usize>],
    /// Where each node stands among equals: the lowest go first.
    pub ranks: &'a [i64],
}

/// A node that could go.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// The node.
    pub node: NodeId,
    /// Its pool.
    pub pool: PoolId,
    /// Dollars an hour.
    pub price: f64,
    /// Its pods that would have to move.
    pub pods: Vec<PodId>,
    /// 1 and what its pods cost to move, each at least 0.
    pub cost: f64,
    /// What its pods cost to move, by what is left of its life (the order of 1.5).
    pub disruption_cost: f64,
}

/// What is to be done.
#[derive(Clone, Debug)]
pub struct Command {
    /// Why.
    pub reason: Reason,
    /// The nodes that go.
    pub candidates: Vec<Candidate>,
    /// What takes their place; consolidation has one at most.
    pub replacements: Vec<Claim>,
    /// Nodes that get their pods.
    pub destinations: Vec<NodeId>,
    /// Dollars an hour.
    pub savings: f64,
}

/// What a method came to.
#[derive(Clone, Debug)]
pub enum Found {
    /// This; consolidation waits and looks again before it is done.
    Command(Command),
    /// Nothing, and there will be nothing before the cluster changes.
    Nothing,
    /// Nothing for now: there are no candidates, or a budget holds them.
    NotNow,
}

//! kube-scheduler 1.36, in its default profile: which node a pod gets, why it gets none, and who gives way to it.
//!
//! A [`Scheduler`] keeps what is asked for of each node. Whoever changes a pod (binds it, tells it to go, lets it be gone, or writes a
//! preemption's node into it) says so by [`Scheduler::note`]; nodes it looks at by itself, only the value of a label must not change.
//! Its decisions change nothing: they are told.

mod chance;
mod cluster;
mod filter;
mod images;
mod kinds;
mod nearness;
mod outcome;
mod preempt;
mod queue;
mod score;
mod topology;

use std::collections::{BTreeMap, BTreeSet};

use self::{chance::Chance, cluster::Cluster, images::Images, preempt::Wish, topology::Domains};
pub use self::{
    chance::Ties,
    cluster::{NOT_READY, UNSCHEDULABLE},
    filter::{Refusal, Short},
    images::image_locality,
    outcome::{Attempt, Preemption, Victims},
    preempt::Budget,
    queue::{Event, Queue},
    score::{Parts, Score, balanced, least_allocated},
};
use crate::pods::{Node, NodeId, Pod, PodId};

/// Most that a single score is worth.
const MOST: i64 = 100;
/// From so many nodes on, not all are looked at (kube-scheduler: `minFeasibleNodesToFind`).
const SAMPLED_FROM: usize = 100;

/// The scheduler, with what it knows of nodes and pods.
#[derive(Clone, Debug)]
pub struct Scheduler {
    cluster: Cluster,
    images: Images,
    chance: Chance,
    /// Where the next look over the nodes begins.
    start: usize,
    /// Pods that wait for a node on which others give way.
    nominated: BTreeMap<PodId, NodeId>,
    /// Pods that were told to give way, and are not gone.
    giving_way: BTreeSet<PodId>,
}

impl Scheduler {
    /// One that knows of nothing yet.
    pub fn new(ties: Ties) -> Self {
        Self {
            cluster: Cluster::default(),
            images: Images::default(),
            chance: Chance::new(ties),
            start: 0,
            nominated: BTreeMap::new(),
            giving_way: BTreeSet::new(),
        }
    }

    /// One that knows of these pods.
    pub fn of(ties: Ties, pods: &[Pod], nodes: &[Node]) -> Self {
        let mut scheduler = Self::new(ties);
        scheduler.cluster.look(nodes);
        (0..pods.len()).for_each(|pod| scheduler.note(pods, PodId(pod)));
        scheduler
    }

    /// Looks what has become of a pod: to be called after each change of it. It may be called without one.
    pub fn note(&mut self, pods: &[Pod], id: PodId) {
        self.cluster.note(pods, id);
        let pod = &pods[id.0];
        match pod.nominated.filter(|_| pod.pending()) {
            Some(node) => self.nominated.insert(id, node),
            None => self.nominated.remove(&id),
        };
        if pod.gone.is_some() {
            self.giving_way.remove(&id);
        }
    }

    /// Says that a node holds the image of a workload, which has so many bytes.
    pub fn pulled(&mut self, workload: &str, node: NodeId, bytes: i64) {
        self.images.pulled(workload, node, bytes);
    }

    /// What the pods on a node ask for, those that leave among them.
    pub fn requested(&self, node: NodeId) -> crate::resources::Resources {
        self.cluster.rooms.get(node.0).map(|room| room.requested).unwrap_or_default()
    }

    /// The pods that hold room on a node, those that leave among them.
    pub fn pods_on(&self, node: NodeId) -> &[PodId] {
        self.cluster.rooms.get(node.0).map_or(&[], |room| &room.pods)
    }

    /// Looks for a node for a pod. The caller binds it, or carries out what the preemption says, and notes it.
    pub fn schedule(&mut self, pods: &[Pod], nodes: &[Node], pod: PodId, budgets: &[Budget]) -> Attempt {
        self.cluster.look(nodes);
        let kind = self.cluster.kinds.of(&pods[pod.0].template);
        self.cluster.survey(nodes, kind);
        let domains = Domains::of(&self.cluster, kind);
        let wish = Wish {
            cluster: &self.cluster,
            pods,
            nodes,
            budgets,
            pod,
            kind,
            domains: &domains,
            nominated: &self.nominated,
        };
        let order = self.cluster.order();
        let mut attempt = Attempt {
            pod,
            node: None,
            scores: Vec::new(),
            best: Vec::new(),
            refused: Vec::new(),
            nodes: order.len(),
            preemption: Preemption::Unneeded,
        };
        if order.is_empty() {
            attempt.preemption = Preemption::NoNodes;
            return attempt;
        }
        let mut taking = Vec::new();
        // The node that a preemption made room on is taken if it can be, whatever others score.
        let awaited = pods[pod.0].nominated.filter(|node| order.contains(node));
        taking.extend(awaited.filter(|node| wish.trial(*node).takes().is_ok()));
        if taking.is_empty() {
            let enough = enough(order.len());
            for node in order.iter().cycle().skip(self.start % order.len()).take(order.len()) {
                match wish.trial(*node).takes() {
                    Ok(()) => taking.push(*node),
                    Err(refusal) => attempt.refused.push((*node, refusal)),
                }
                if taking.len() == enough {
                    break;
                }
            }
            self.start = (self.start + taking.len() + attempt.refused.len()) % order.len();
        }
        if taking.is_empty() {
            attempt.preemption = give_way(&wish, awaited, &attempt.refused, &self.giving_way, &mut self.chance);
            if let Preemption::Chosen(victims) = &attempt.preemption {
                self.giving_way.extend(&victims.pods);
            }
            return attempt;
        }
        attempt.scores = score::scores(&self.cluster, nodes, kind, &taking, &self.images);
        let highest = attempt.scores.iter().map(|score| score.total).max();
        let best = attempt.scores.iter().filter(|score| Some(score.total) == highest);
        attempt.best = best.map(|score| score.node).collect();
        attempt.node = self.chance.one_of(&attempt.best, nodes);
        attempt
    }
}

/// Whether others give way to a pod that no node takes.
fn give_way(
    wish: &Wish<'_>,
    awaited: Option<NodeId>,
    refused: &[(NodeId, Refusal)],
    giving_way: &BTreeSet<PodId>,
    chance: &mut Chance,
) -> Preemption {
    if wish.pods[wish.pod.0].template.never_preempts {
        return Preemption::Never;
    }
    if let Some(node) = awaited {
        let is_lost = refused.iter().any(|(other, refusal)| *other == node && !refusal.may_give_way());
        let leaves =
            |pod: &PodId| giving_way.contains(pod) && wish.pods[pod.0].deleting.is_some() && wish.outranks(*pod);
        if !is_lost && wish.cluster.rooms[node.0].pods.iter().any(leaves) {
            return Preemption::Awaited;
        }
    }
    match wish.victims(refused, chance) {
        Ok(victims) => Preemption::Chosen(victims),
        Err(reasons) => Preemption::Nobody(reasons),
    }
}

/// After so many nodes that take a pod, no more are looked at.
fn enough(nodes: usize) -> usize {
    if nodes < SAMPLED_FROM {
        return nodes;
    }
    let percent = 50_usize.saturating_sub(nodes / 125).max(5);
    (nodes * percent / 100).max(SAMPLED_FROM)
}

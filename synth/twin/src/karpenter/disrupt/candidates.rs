//! Nodes that could go, and what it costs.

use crate::{
    karpenter::{
        Reason, Version,
        disrupt::{Candidate, Sight},
        terminate::bears_disruption,
    },
    pods::{Node, NodeId, PodId},
};

/// Does the pod have to move when its node goes?
pub fn reschedulable(sight: Sight<'_>, pod: PodId) -> bool {
    let pod = &sight.view.pods[pod.0];
    pod.deleting.is_none() && pod.gone.is_none() && !pod.template.daemon
}

/// And can it, at present? What a budget or its annotation keeps for good is not waited for.
pub fn reschedulable_now(sight: Sight<'_>, pod: PodId) -> bool {
    reschedulable(sight, pod) && !stays(sight, pod)
}

/// Does a budget or its annotation keep the pod for good?
pub(super) fn stays(sight: Sight<'_>, id: PodId) -> bool {
    let fully = sight.covers[id.0].iter().any(|budget| sight.limits[*budget].blocks_fully);
    let blocked = evictable(sight, id) && (sight.covers[id.0].len() > 1 || fully);
    sight.view.pods[id.0].template.do_not_disrupt || blocked
}

/// Would the Eviction API be asked for it at all?
fn evictable(sight: Sight<'_>, pod: PodId) -> bool {
    let pod = &sight.view.pods[pod.0];
    pod.deleting.is_none() && pod.gone.is_none() && !bears_disruption(&pod.template) && !pod.template.do_not_disrupt
}

/// Does a pod of the node keep it: by its annotation, or by a budget that allows nothing now?
fn kept(sight: Sight<'_>, node: NodeId) -> bool {
    sight.on_node[node.0].iter().any(|id| {
        let pod = &sight.view.pods[id.0];
        let active = pod.deleting.is_none() && pod.gone.is_none();
        let covers = &sight.covers[id.0];
        (active && pod.template.do_not_disrupt)
            || (evictable(sight, *id)
                && (covers.len() > 1 || covers.iter().any(|budget| sight.limits[*budget].allowed <= 0)))
    })
}

/// What moving a pod costs: 1, its deletion cost in 2^27 and its priority in 2^25, within 10 of 0.
#[expect(clippy::cast_precision_loss, reason = "both are 32 bits wide")]
fn eviction_cost(sight: Sight<'_>, pod: PodId) -> f64 {
    let template = &sight.view.pods[pod.0].template;
    let cost = 1.0 + template.deletion_cost as f64 / f64::from(1 << 27) + template.priority as f64 / f64::from(1 << 25);
    cost.clamp(-10.0, 10.0)
}

impl Candidate {
    /// Does no pod make it costly to go?
    pub(super) fn empty(&self, version: Version) -> bool {
        match version {
            Version::V1_5 => self.pods.is_empty(),
            Version::V1_14 => self.cost <= 1.0,
        }
    }
}

/// 1 and what the node's pods cost, each at least 0.
pub(super) fn node_cost(sight: Sight<'_>, node: NodeId) -> f64 {
    let pods = sight.on_node[node.0].iter().filter(|pod| reschedulable(sight, **pod));
    1.0 + pods.map(|pod| eviction_cost(sight, *pod).max(0.0)).sum::<f64>()
}

/// The node as a candidate, if anything may take it away. Drift takes it in spite of its pods where its pool has a termination
/// grace period.
fn candidate(sight: Sight<'_>, id: NodeId, eventual: bool) -> Option<Candidate> {
    let (node, memory) = (&sight.view.nodes[id.0], &sight.memories[id.0]);
    let pool = node.pool?;
    if memory.initialized.is_none() || node.gone.is_some() || memory.leaves(node) || memory.nominated(sight.view.now) {
        return None;
    }
    let unstoppable = eventual && sight.view.pools[pool.0].termination_grace.is_some();
    if !unstoppable && kept(sight, id) {
        return None;
    }
    let pods: Vec<_> = sight.on_node[id.0].iter().copied().filter(|pod| reschedulable(sight, *pod)).collect();
    let all = sight.on_node[id.0].iter().map(|pod| eviction_cost(sight, *pod)).sum::<f64>();
    Some(Candidate {
        node: id,
        pool,
        price: node.price,
        cost: node_cost(sight, id),
        disruption_cost: all * life_left(sight, node, pool.0),
        pods,
    })
}

/// The share of its life that a node has before it.
fn life_left(sight: Sight<'_>, node: &Node, pool: usize) -> f64 {
    let Some(life) = sight.view.pools[pool].expire_after else { return 1.0 };
    let left = life.in_seconds() - (sight.view.now - node.created).in_seconds();
    (left / life.in_seconds()).clamp(0.0, 1.0)
}

/// The nodes that could go for this reason, by their places.
pub(super) fn candidates(sight: Sight<'_>, reason: Reason) -> Vec<Candidate> {
    let version = sight.view.settings.version;
    let nodes = sight.view.nodes_there();
    nodes
        .filter_map(|(id, _)| candidate(sight, id, reason == Reason::Drifted))
        .filter(|candidate| wanted(sight, candidate, reason, version))
        .collect()
}

/// Does this reason hold of it?
fn wanted(sight: Sight<'_>, candidate: &Candidate, reason: Reason, version: Version) -> bool {
    use crate::karpenter::Consolidation::WhenEmpty;
    let memory = &sight.memories[candidate.node.0];
    let pool = &sight.view.pools[candidate.pool.0];
    let ripe =
        || memory.consolidatable(sight.clock, pool).is_some_and(|at| at + memory.noticed_after <= sight.view.now);
    match reason {
        Reason::Drifted => memory.drifted.is_some(),
        Reason::Empty => candidate.empty(version) && ripe(),
        Reason::Underutilized => {
            let nonempty = version == Version::V1_5 || !candidate.empty(version);
            nonempty && pool.policy != WhenEmpty && ripe()
        }
    }
}

/// The most worth going first: by price for what it costs since 1.14, the cheapest to move before.
pub(super) fn sorted(sight: Sight<'_>, mut candidates: Vec<Candidate>) -> Vec<Candidate> {
    let rank = |candidate: &Candidate| sight.ranks[candidate.node.0];
    candidates.sort_by(|one, other| {
        let order = match sight.view.settings.version {
            Version::V1_5 => one.disruption_cost.total_cmp(&other.disruption_cost),
            Version::V1_14 => (other.price / other.cost).total_cmp(&(one.price / one.cost)),
        };
        order.then(rank(one).cmp(&rank(other)))
    });
    candidates
}

//! What consolidation depends on besides pods and nodes: equal outlooks on an unchanged cluster come to the same.

use crate::{
    catalogue::{TypeId, ZoneId},
    karpenter::{
        Reason, Version,
        disrupt::{Sight, budgets::allowed, candidates::candidates, simulate::pending},
    },
    pods::{Capacity, NodeId, PodId, PoolId},
    time::Time,
};

/// What consolidation depends on besides pods and nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outlook {
    candidates: Vec<NodeId>,
    /// Nodes that are left alone for now.
    resting: Vec<NodeId>,
    allowed: Vec<i64>,
    pending: Vec<PodId>,
    unavailable: Vec<(TypeId, ZoneId, Capacity)>,
    /// Where the order of nodes changes as they age, no outlook is another's equal.
    ages: Option<Time>,
}

impl Outlook {
    /// The outlook of now.
    pub fn of(sight: Sight<'_>) -> Self {
        let view = sight.view;
        let waits = |id: NodeId, pool: PoolId| sight.memories[id.0].waits(sight.clock, &view.pools[pool.0], view.now);
        let resting = view.nodes_there().filter(|(id, node)| node.pool.is_some_and(|pool| waits(*id, pool)));
        Self {
            candidates: candidates(sight, Reason::Underutilized).iter().map(|candidate| candidate.node).collect(),
            resting: resting.map(|(id, _)| id).collect(),
            allowed: allowed(sight, Reason::Underutilized),
            pending: pending(view).collect(),
            unavailable: view.unavailable.iter().map(|(id, zone, capacity, _)| (id, zone, capacity)).collect(),
            ages: (view.settings.version == Version::V1_5).then_some(view.now),
        }
    }
}

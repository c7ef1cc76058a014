//! What need not be simulated: pods that surely find no room, and nodes that are like one for which nothing was found.

use std::sync::Arc;

use crate::{
    karpenter::{
        Version,
        disrupt::{Candidate, Sight, candidates::reschedulable_now},
    },
    pods::NodeId,
    resources::Resources,
};

/// At most so much room there is for pods that move.
pub(super) struct Room {
    /// On each node, by its place.
    free: Vec<Resources>,
    all: Resources,
    /// On the one node that may be bought.
    largest: Resources,
}

impl Room {
    pub(super) fn of(sight: Sight<'_>) -> Self {
        let view = sight.view;
        let nodes = view.nodes.iter().zip(sight.memories).zip(sight.on_node);
        let free = nodes.map(|((node, memory), pods)| {
            let rests = view.settings.version == Version::V1_14
                && node.pool.is_some_and(|pool| memory.waits(sight.clock, &view.pools[pool.0], view.now));
            if node.gone.is_some() || memory.leaves(node) || rests {
                return Resources::default();
            }
            let held = pods.iter().map(|pod| view.pods[pod.0].template.requests);
            (node.allocatable - held.fold(Resources::default(), |all, one| all + one)).max(Resources::default())
        });
        let free: Vec<Resources> = free.collect();
        let types = view.pools.iter().map(|pool| pool.requirements.types(view.catalogue));
        let sizes = types.flat_map(|types| types.iter().collect::<Vec<_>>());
        Self {
            all: free.iter().fold(Resources::default(), |all, one| all + *one),
            free,
            largest: sizes.map(|id| view.catalogue.get(id).allocatable).fold(Resources::default(), Resources::max),
        }
    }

    /// Could the pods of these nodes find room on the others and on one that is bought?
    pub(super) fn could_hold(&self, sight: Sight<'_>, candidates: &[Candidate]) -> bool {
        let pods = candidates.iter().flat_map(|candidate| &candidate.pods);
        let moved = pods.filter(|pod| reschedulable_now(sight, **pod));
        let moved = moved.fold(Resources::default(), |all, pod| all + sight.view.pods[pod.0].template.requests);
        let own = candidates.iter().fold(Resources::default(), |all, candidate| all + self.free[candidate.node.0]);
        moved.fits(self.all - own + self.largest)
    }
}

/// What nodes have in common that come to the same: kind, pool, and the templates of their pods, by address.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Likeness {
    pool: usize,
    kind: (String, String, bool),
    hash: u64,
    pods: Vec<usize>,
}

impl Likeness {
    pub(super) fn of(sight: Sight<'_>, NodeId(id): NodeId) -> Self {
        let node = &sight.view.nodes[id];
        let address = |pod: &crate::pods::PodId| Arc::as_ptr(&sight.view.pods[pod.0].template).addr();
        let mut pods: Vec<usize> = sight.on_node[id].iter().map(address).collect();
        pods.sort_unstable();
        Self {
            pool: node.pool.map_or(usize::MAX, |pool| pool.0),
            kind: (node.instance_type.clone(), node.zone.clone(), node.capacity == crate::pods::Capacity::Spot),
            hash: sight.memories[id].hash,
            pods,
        }
    }
}

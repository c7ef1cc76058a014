//! What would become of the pods if these nodes went.

use crate::{
    karpenter::{
        Plan, Version, View,
        disrupt::{
            Candidate, Sight,
            candidates::{reschedulable_now, stays},
        },
        provision::{Question, Supply},
    },
    pods::{NodeId, Pod, PodId},
};

/// What would become of the pods.
pub struct Outcome {
    /// By provisioning's own simulation.
    pub plan: Plan,
    /// Each pod that runs gets a place that is sure.
    pub all_placed: bool,
}

/// Simulates scheduling without these nodes: of the pods that wait, of theirs, and of nodes that go already.
pub fn simulate(sight: Sight<'_>, supply: &Supply<'_>, candidates: &[Candidate], consolidates: bool) -> Outcome {
    let view = sight.view;
    let (leaving, marked) = leaving(sight);
    let moved = candidates.iter().flat_map(|candidate| &candidate.pods).copied();
    let mut pods: Vec<PodId> = pending(view).collect();
    // Those that it had when it became one: what went since is looked for a place, too.
    pods.extend(moved.filter(|pod| !stays(sight, *pod)));
    pods.extend(&leaving);
    // Since 1.14, nodes that are themselves left alone for now are no place for pods that are moved for money.
    let closed: Vec<NodeId> = if consolidates && view.settings.version == Version::V1_14 {
        let waits = |id: &NodeId| {
            let (node, memory) = (&view.nodes[id.0], &sight.memories[id.0]);
            node.pool.is_some_and(|pool| memory.waits(sight.clock, &view.pools[pool.0], view.now))
        };
        (0..view.nodes.len()).map(NodeId).filter(waits).collect()
    } else {
        Vec::new()
    };
    let nodes: Vec<NodeId> = candidates.iter().map(|candidate| candidate.node).collect();
    let question =
        Question { pods: &pods, candidates: &nodes, marked: &marked, resting: &closed, ..Question::default() };
    let plan = question.answer_from(supply);
    // What waits, and what leaves a node that goes anyhow, may count on nodes that are still on their way.
    let sure = |(pod, node): &(PodId, NodeId)| {
        let (memory, node) = (&sight.memories[node.0], &view.nodes[node.0]);
        node.pool.is_none() || memory.initialized.is_some() || leaving.contains(pod)
    };
    // A pod that waits is not the nodes' fault.
    let runs = |pod: &PodId| view.pods[pod.0].node.is_some();
    let all_placed =
        !plan.unschedulable.iter().any(runs) && plan.existing.iter().all(|place| sure(place) || !runs(&place.0));
    Outcome { plan, all_placed }
}

/// Pods that wait, and that the scheduler found no node for.
pub fn pending(view: View<'_>) -> impl Iterator<Item = PodId> {
    let waits =
        |pod: &Pod| pod.pending() && pod.unschedulable.is_some() && pod.nominated.is_none() && !pod.template.daemon;
    view.pods_there().filter(move |(_, pod)| waits(pod)).map(|(id, _)| id)
}

/// Pods of nodes that go already, and those nodes.
pub fn leaving(sight: Sight<'_>) -> (Vec<PodId>, Vec<NodeId>) {
    let (mut pods, mut nodes) = (Vec::new(), Vec::new());
    for (id, node) in sight.view.nodes_there() {
        if sight.memories[id.0].leaves(node) {
            nodes.push(id);
            pods.extend(sight.on_node[id.0].iter().copied().filter(|pod| reschedulable_now(sight, *pod)));
        }
    }
    (pods, nodes)
}

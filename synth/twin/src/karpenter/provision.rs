//! Which nodes pods that wait need: Karpenter's simulation of scheduling.
//!
//! Pods go in the order of what they ask for, each to the first place that takes it: a node that is there or on its way, a claim of this
//! very run, a new claim of the first pool that has one. Of a claim, nothing is chosen but that at least one type fits all of its pods.

mod claims;
mod group;
mod nodes;
mod places;
mod pools;
mod queue;
mod shapes;
mod supply;
mod topology;

use crate::{
    karpenter::{
        Claim, Plan, View,
        requirements::{Requirement, Requirements},
    },
    pods::{NodeId, Pod, PodId, Template},
};
use places::Places;
use queue::Queue;
use shapes::Shapes;
pub use supply::Supply;
use topology::Topology;

/// What a simulation is asked.
#[derive(Clone, Copy, Debug, Default)]
pub struct Question<'a> {
    /// Pods that are to have a place: those that wait, and those of nodes that go.
    pub pods: &'a [PodId],
    /// Nodes that would go: no pod may have a place there, and they do not count against limits. They still are where their other pods are.
    pub candidates: &'a [NodeId],
    /// Nodes that are already marked to go, or on which nobody may count for another reason; those being deleted are known.
    pub marked: &'a [NodeId],
    /// Nodes still inside their `consolidateAfter`: no pod of a candidate may move there. Only in consolidation, and only since 1.14.
    pub resting: &'a [NodeId],
    /// Which of equally good zones is taken, which of many claims with as many pods, and which of equal pods comes first: 0 is the first by
    /// name or number, and the older; another number draws lots, since it is chance in Karpenter.
    pub lots: u64,
}

/// Where a simulation would put pods that wait, apart from the excluded nodes.
pub fn simulate(view: View<'_>, pending: &[PodId], excluded: &[NodeId]) -> Plan {
    Question { pods: pending, marked: excluded, ..Question::default() }.answer(view)
}

/// Pods that a run simulates since they wait: the scheduler found no node for them, and preempts nobody for them. Karpenter leaves those
/// alone that refuse its nodes.
pub fn waiting(view: View<'_>) -> Vec<PodId> {
    let refuses = |template: &Template| {
        let rules = Requirements::of(template.node_terms.first().into_iter().flatten());
        rules.get(pools::POOL).is_some_and(|rule| *rule == Requirement::none())
    };
    let waits = |pod: &Pod| {
        let failed = pod.unschedulable.is_some_and(|since| since <= view.now) && pod.nominated.is_none();
        pod.pending() && failed && !pod.template.daemon && !refuses(&pod.template)
    };
    view.pods_there().filter(|(_, pod)| waits(pod)).map(|(id, _)| id).collect()
}

/// Pods that a run simulates since their nodes go, those told to go and `marked` ones alike. Whom a budget holds where it is, the caller
/// must take out.
pub fn leaving(view: View<'_>, marked: &[NodeId]) -> Vec<PodId> {
    let goes = |id: NodeId| {
        let node = &view.nodes[id.0];
        node.gone.is_none() && node.registered.is_some() && (node.deleting.is_some() || marked.contains(&id))
    };
    let leaves = |pod: &Pod| pod.holds() && pod.deleting.is_none() && !pod.template.daemon;
    let pods = view.pods_there().filter(|(_, pod)| leaves(pod) && pod.node.is_some_and(|(node, _)| goes(node)));
    pods.map(|(id, _)| id).collect()
}

impl Question<'_> {
    /// The plan that Karpenter would make.
    pub fn answer(&self, view: View<'_>) -> Plan {
        self.answer_from(&Supply::of(view))
    }

    /// The same, of the cluster of this supply.
    pub fn answer_from(&self, supply: &Supply<'_>) -> Plan {
        Simulation::new(supply, self).run(self)
    }
}

struct Simulation<'a> {
    view: View<'a>,
    shapes: Shapes<'a>,
    places: Places<'a>,
}

impl<'a> Simulation<'a> {
    fn new(supply: &Supply<'a>, question: &Question<'_>) -> Self {
        let view = supply.view;
        let gone = |id: &NodeId| question.candidates.contains(id) || question.marked.contains(id);
        let stay: Vec<NodeId> = nodes::stay(view).filter(|id| !gone(id)).collect();
        let mut topology = Topology::new(supply.counted, question.pods, &stay, question.lots);
        let mut shapes = Shapes::new(view);
        for pod in question.pods {
            let template = shapes.template(&view.pods[pod.0].template);
            if let Some(shape) = shapes.shape(template, 0) {
                topology.meet(shape);
            }
        }
        let nodes = supply.nodes(gone, question.resting);
        Self { view, shapes, places: Places::new(supply, nodes, &stay, topology) }
    }

    fn run(mut self, question: &Question<'_>) -> Plan {
        let mut queue = Queue::new(self.view, question.pods, question.lots);
        let mut plan = Plan::default();
        while let Some(id) = queue.pop() {
            let node = self.view.pods[id.0].node;
            let moves = node.is_some_and(|(node, _)| question.candidates.contains(&node));
            match self.place(id, moves, &mut plan) {
                Some(relaxed) => plan.relaxations += relaxed,
                None => queue.push(id),
            }
        }
        plan.unschedulable = queue.left();
        self.places.finish(&mut plan);
        plan
    }

    /// Gives a pod a place, its wishes given up one by one, and says how many had to be.
    fn place(&mut self, pod: PodId, moves: bool, plan: &mut Plan) -> Option<u32> {
        let template = self.shapes.template(&self.view.pods[pod.0].template);
        let mut relaxed = 0;
        loop {
            let shape = self.shapes.shape(template, relaxed)?;
            if self.places.take(pod, shape, moves, plan) {
                return u32::try_from(relaxed).ok();
            }
            relaxed += 1;
        }
    }
}

impl Plan {
    /// The claim that a pod is planned on.
    pub fn claim_of(&self, pod: PodId) -> Option<&Claim> {
        self.claims.iter().find(|claim| claim.pods.contains(&pod))
    }
}

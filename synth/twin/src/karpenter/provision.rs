//! Which nodes pods that wait need: Karpenter's simulation of scheduling.
//!
//! Pods go in the order of what they ask for, each to the first place that takes it: a node that is there or on its way, a claim of this
//! very run, a new claim of the first pool that has one. Of a claim, nothing is chosen but that at least one type fits all of its pods.

mod claims;
mod group;
mod nodes;
mod pools;
mod queue;
mod shapes;
mod topology;

use crate::{
    karpenter::{Claim, Plan, View, launch::Market},
    pods::{NodeId, PodId},
};
use claims::Planned;
use nodes::Existing;
use pools::Buyer;
use queue::Queue;
use shapes::Shapes;
use topology::Topology;

/// Types that a claim keeps, the cheapest first. Karpenter 1.14: `MaxInstanceTypes`.
const MOST_TYPES: usize = 600;

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
    /// Which of equally good zones is taken: 0 is the first by name; another number draws lots, as Karpenter does.
    pub lots: u64,
}

/// Where a simulation would put pods that wait, apart from the excluded nodes.
pub fn simulate(view: View<'_>, pending: &[PodId], excluded: &[NodeId]) -> Plan {
    Question { pods: pending, marked: excluded, ..Question::default() }.answer(view)
}

impl Question<'_> {
    /// The plan that Karpenter would make.
    pub fn answer(&self, view: View<'_>) -> Plan {
        Simulation::new(view, self).run(self)
    }
}

struct Simulation<'a> {
    view: View<'a>,
    shapes: Shapes<'a>,
    topology: Topology<'a>,
    nodes: Vec<Existing<'a>>,
    market: Market<'a>,
    buyers: Vec<Buyer<'a>>,
    claims: Vec<Planned>,
    /// Claims in the order in which they are tried.
    order: Vec<usize>,
}

/// A pod that is to have a place.
struct Wanted {
    id: PodId,
    /// Its template's number in [`Shapes`].
    template: usize,
    /// It is a candidate's: it may not move to a node that rests.
    moves: bool,
}

impl<'a> Simulation<'a> {
    fn new(view: View<'a>, question: &Question<'_>) -> Self {
        let gone = |id: &NodeId| question.candidates.contains(id) || question.marked.contains(id);
        let stay: Vec<NodeId> = nodes::stay(view).filter(|id| !gone(id)).collect();
        let mut shapes = Shapes::new(view);
        let mut topology = Topology::new(view, question, &stay);
        for pod in question.pods {
            let template = shapes.template(&view.pods[pod.0].template);
            shapes.shape(template, 0, &mut topology);
        }
        let nodes = nodes::existing(view, &stay, question.resting);
        let market = Market::new(view);
        let buyers = pools::buyers(view, &market, &stay);
        Self { view, shapes, topology, nodes, market, buyers, claims: Vec::new(), order: Vec::new() }
    }

    fn run(mut self, question: &Question<'_>) -> Plan {
        let mut queue = Queue::new(self.view, question.pods);
        let mut plan = Plan::default();
        while let Some(id) = queue.pop() {
            let pod = &self.view.pods[id.0];
            let moves = pod.node.is_some_and(|(node, _)| question.candidates.contains(&node));
            let template = self.shapes.template(&pod.template);
            let wanted = Wanted { id, template, moves };
            match self.place(&wanted, &mut plan) {
                Some(relaxed) => plan.relaxations += relaxed,
                None => queue.push(id),
            }
        }
        plan.unschedulable = queue.left();
        self.finish(plan)
    }

    /// Gives a pod a place, its wishes given up one by one, and says how many had to be.
    fn place(&mut self, pod: &Wanted, plan: &mut Plan) -> Option<u32> {
        let mut relaxed = 0;
        loop {
            let shape = self.shapes.shape(pod.template, relaxed, &mut self.topology)?;
            if self.place_as(pod, shape, plan) {
                return u32::try_from(relaxed).ok();
            }
            relaxed += 1;
        }
    }

    fn place_as(&mut self, pod: &Wanted, shape: usize, plan: &mut Plan) -> bool {
        let shape = self.shapes.get(shape);
        for node in &mut self.nodes {
            if !(pod.moves && node.rests) && node.take(shape, &mut self.topology) {
                plan.existing.push((pod.id, node.id));
                return true;
            }
        }
        self.order.sort_by_key(|claim| self.claims[*claim].pods.len());
        for claim in &self.order {
            let planned = &mut self.claims[*claim];
            if planned.take(pod.id, shape, &self.buyers[planned.buyer], &self.market, &mut self.topology) {
                return true;
            }
        }
        for (number, buyer) in self.buyers.iter_mut().enumerate() {
            let Some(types) = buyer.within_limits(self.view) else { continue };
            let host = self.topology.next_host();
            let mut planned = Planned::new(number, buyer, types, host);
            if planned.take(pod.id, shape, buyer, &self.market, &mut self.topology) {
                self.topology.register_host();
                buyer.reserve(&planned.types, self.view);
                self.order.push(self.claims.len());
                self.claims.push(planned);
                return true;
            }
        }
        false
    }

    fn finish(self, mut plan: Plan) -> Plan {
        for planned in self.claims {
            let buyer = &self.buyers[planned.buyer];
            match planned.claim(buyer, &self.market) {
                Ok(claim) => plan.claims.push(claim),
                Err(pods) => plan.unschedulable.extend(pods),
            }
        }
        plan
    }
}

impl Plan {
    /// The claim that a pod is planned on.
    pub fn claim_of(&self, pod: PodId) -> Option<&Claim> {
        self.claims.iter().find(|claim| claim.pods.contains(&pod))
    }
}

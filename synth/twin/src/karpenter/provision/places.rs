//! The places that pods may have: nodes, claims of this run, and new claims.

use std::rc::Rc;

use super::{
    claims::{Answer, Planned},
    nodes::Existing,
    pools::Buyer,
    shapes::Shape,
    supply::Supply,
    topology::Topology,
};
use crate::{
    karpenter::{Plan, View, launch::Market},
    pods::{NodeId, PodId},
};

/// Go's `sort.Slice` keeps equal ones in order up to so many.
const FEW: usize = 12;

pub(super) struct Places<'a> {
    view: View<'a>,
    topology: Topology<'a>,
    nodes: Vec<Existing<'a>>,
    market: Rc<Market<'a>>,
    buyers: Vec<Buyer<'a>>,
    claims: Vec<Planned>,
    /// Claims in the order in which they are tried, each with how many pods it has.
    order: Vec<(usize, usize)>,
    /// Of each shape, the claims that will not take it any more, by number.
    never: Vec<Vec<bool>>,
}

impl<'a> Places<'a> {
    pub(super) fn new(supply: &Supply<'a>, nodes: Vec<Existing<'a>>, stay: &[NodeId], topology: Topology<'a>) -> Self {
        Self {
            view: supply.view,
            topology,
            nodes,
            market: supply.market.clone(),
            buyers: supply.buyers(stay),
            claims: Vec::new(),
            order: Vec::new(),
            never: Vec::new(),
        }
    }

    /// Gives a pod the first place that takes it as it is. One that moves may not go to a node that rests.
    pub(super) fn take(&mut self, pod: PodId, shape: &Shape<'a>, moves: bool, plan: &mut Plan) -> bool {
        self.topology.meet(shape);
        for node in &mut self.nodes {
            if !(moves && node.rests) && node.take(shape, &mut self.topology) {
                plan.existing.push((pod, node.id));
                return true;
            }
        }
        self.sort();
        if self.never.len() <= shape.number {
            self.never.resize(shape.number + 1, Vec::new());
        }
        let never = &mut self.never[shape.number];
        never.resize(self.claims.len(), false);
        for (pods, claim) in &mut self.order {
            if never[*claim] {
                continue;
            }
            let planned = &mut self.claims[*claim];
            match planned.take(pod, shape, &self.buyers[planned.buyer], &self.market, &mut self.topology) {
                Answer::Taken => {
                    *pods += 1;
                    return true;
                }
                answer => never[*claim] = answer == Answer::Never,
            }
        }
        self.buy(pod, shape)
    }

    /// Those with the fewest pods first. Of equal ones Karpenter keeps the order while there are few; of more, the order is drawn, if lots
    /// are.
    fn sort(&mut self) {
        if self.order.len() > FEW && self.topology.draws() {
            let rank = |of: &(usize, usize)| (of.0, self.topology.lot(of.0 as u64, of.1 as u64));
            self.order.sort_by_cached_key(rank);
        } else {
            self.order.sort_by_key(|(pods, _)| *pods);
        }
    }

    /// Plans a new claim of the first pool that has one for it.
    fn buy(&mut self, pod: PodId, shape: &Shape<'a>) -> bool {
        for (number, buyer) in self.buyers.iter_mut().enumerate() {
            let Some(types) = buyer.within_limits(self.view) else { continue };
            let mut planned = Planned::new(number, buyer, types, self.topology.next_host());
            if planned.take(pod, shape, buyer, &self.market, &mut self.topology) == Answer::Taken {
                self.topology.register_host();
                buyer.reserve(&planned.types, self.view);
                self.order.push((1, self.claims.len()));
                self.claims.push(planned);
                return true;
            }
        }
        false
    }

    pub(super) fn finish(self, plan: &mut Plan) {
        for planned in self.claims {
            let buyer = &self.buyers[planned.buyer];
            match planned.claim(buyer, &self.market) {
                Ok(claim) => plan.claims.push(claim),
                Err(pods) => plan.unschedulable.extend(pods),
            }
        }
    }
}

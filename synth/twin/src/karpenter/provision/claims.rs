//! Claims that a run plans.

use std::borrow::Cow;

use super::{
    pools::{Buyer, UP},
    shapes::Shape,
    topology::{Place, Topology},
};
use crate::{
    catalogue::{CAPACITY_TYPE, TypeSet},
    karpenter::{
        Claim,
        launch::Market,
        requirements::{Requirement, Requirements, well_known},
    },
    pods::{HOSTNAME, PodId, ZONE},
    resources::Resources,
};

/// Types that a claim keeps, the cheapest first. Karpenter 1.14: `MaxInstanceTypes`.
const MOST_TYPES: usize = 600;

pub(super) struct Planned {
    /// The number of the pool among those that buy.
    pub(super) buyer: usize,
    pub(super) types: TypeSet,
    pub(super) pods: Vec<PodId>,
    host: usize,
    requirements: Requirements,
    requests: Resources,
    /// No type has more, each resource by itself.
    most: Resources,
    /// Shapes that will not fit any more, by number.
    hopeless: Vec<bool>,
}

impl Planned {
    pub(super) fn new(number: usize, buyer: &Buyer<'_>, types: TypeSet, host: usize) -> Self {
        let mut requirements = buyer.requirements.clone();
        requirements.add(HOSTNAME, Requirement::one(&format!("hostname-placeholder-{host:04}")));
        let requests = Resources::default();
        let most = most(&types, buyer);
        Self { buyer: number, types, pods: Vec::new(), host, requirements, requests, most, hopeless: Vec::new() }
    }

    /// Takes a pod if some type is left that fits it with those before.
    pub(super) fn take(
        &mut self,
        pod: PodId,
        shape: &Shape<'_>,
        buyer: &Buyer<'_>,
        market: &Market<'_>,
        topology: &mut Topology<'_>,
    ) -> bool {
        if self.hopeless.get(shape.number).is_some_and(|hopeless| *hopeless) {
            return false;
        }
        let asked = self.requests + shape.requests;
        let taints = &buyer.pool.taints;
        if !asked.fits(self.most) || !shape.bears(taints) || !topology.allows_host(shape, self.host) {
            return self.give_up(shape);
        }
        if !self.requirements.compatible(&shape.requirements, well_known) {
            return if shape.known { self.give_up(shape) } else { false };
        }
        let mut left = Cow::Borrowed(&self.requirements);
        if !shape.requirements.is_empty() {
            left.to_mut().add_all(&shape.requirements);
        }
        let place = Place { host: self.host, taints, undefined: well_known };
        let Some(further) = topology.narrow(shape, place, &left) else { return false };
        if further.iter().any(|(key, rule)| left.get(key) != Some(rule)) {
            left.to_mut().add_all(&further);
        }
        let same = matches!(left, Cow::Borrowed(_)) || *left == self.requirements;
        let mut types = self.types.clone();
        if !same {
            self.narrow(&mut types, &left, market);
        }
        types.retain(|id| asked.fits(buyer.room[id.0]));
        if types.is_empty() {
            return if same { self.give_up(shape) } else { false };
        }
        if left.has_min_values() && !market.enough(&types, &left) {
            return false;
        }
        topology.record(shape, place, &left);
        if !same {
            self.requirements = left.into_owned();
        }
        self.most = most(&types, buyer);
        self.types = types;
        self.requests = asked;
        self.pods.push(pod);
        true
    }

    /// What does not fit now never will: types become fewer, and pods more.
    fn give_up(&mut self, shape: &Shape<'_>) -> bool {
        if self.hopeless.len() <= shape.number {
            self.hopeless.resize(shape.number + 1, false);
        }
        self.hopeless[shape.number] = true;
        false
    }

    /// Keeps the types that obey what is new.
    fn narrow(&self, types: &mut TypeSet, left: &Requirements, market: &Market<'_>) {
        for (key, rule) in left.iter().filter(|(key, rule)| self.requirements.get(key) != Some(rule)) {
            if let Some(some) = rule.types(key, market.catalogue()) {
                types.keep(&some);
            }
            if key == ZONE || key == CAPACITY_TYPE {
                types.keep(&market.offered(left));
            }
        }
    }

    /// The claim as it is made, or its pods if too few types would be left.
    pub(super) fn claim(self, buyer: &Buyer<'_>, market: &Market<'_>) -> Result<Claim, Vec<PodId>> {
        let mut requirements = self.requirements;
        for key in UP.iter().chain(&[HOSTNAME]) {
            requirements.remove(key);
        }
        let requests = self.requests + buyer.least_overhead(&self.types);
        let mut types: Vec<_> = self.types.iter().collect();
        if types.len() > MOST_TYPES {
            types = market.by_price(types, &requirements);
            types.truncate(MOST_TYPES);
            types.sort_unstable();
            let mut kept = TypeSet::none(market.catalogue().types().len());
            for id in &types {
                kept.insert(*id);
            }
            if !market.enough(&kept, &requirements) {
                return Err(self.pods);
            }
        }
        let offers = types.iter().flat_map(|id| market.offers(*id, &requirements));
        let capacities = Requirement::among(offers.map(|at| at.capacity.label().to_owned()));
        requirements.add(CAPACITY_TYPE, capacities);
        Ok(Claim { pool: buyer.id, requirements, types, pods: self.pods, requests })
    }
}

fn most(types: &TypeSet, buyer: &Buyer<'_>) -> Resources {
    let rooms = types.iter().map(|id| buyer.room[id.0]);
    rooms.reduce(Resources::max).unwrap_or_default()
}

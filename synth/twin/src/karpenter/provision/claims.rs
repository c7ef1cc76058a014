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
}

/// What a claim says to a pod.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Taken,
    NotNow,
    /// Nor later in this run: types become fewer, and pods more.
    Never,
}

impl Planned {
    pub(super) fn new(number: usize, buyer: &Buyer<'_>, types: TypeSet, host: usize) -> Self {
        let mut requirements = buyer.requirements.clone();
        requirements.add(HOSTNAME, Requirement::one(&format!("hostname-placeholder-{host:04}")));
        let requests = Resources::default();
        let most = most(&types, buyer);
        Self { buyer: number, types, pods: Vec::new(), host, requirements, requests, most }
    }

    /// Takes a pod if some type is left that fits it with those before.
    pub(super) fn take(
        &mut self,
        pod: PodId,
        shape: &Shape<'_>,
        buyer: &Buyer<'_>,
        market: &Market<'_>,
        topology: &mut Topology<'_>,
    ) -> Answer {
        let asked = self.requests + shape.requests;
        let taints = &buyer.pool.taints;
        if !asked.fits(self.most) || !shape.bears(taints) || !topology.allows_host(shape, self.host) {
            return Answer::Never;
        }
        if !self.requirements.compatible(&shape.requirements, well_known) {
            return if shape.known { Answer::Never } else { Answer::NotNow };
        }
        let mut left = Cow::Borrowed(&self.requirements);
        if !shape.requirements.is_empty() {
            left.to_mut().add_all(&shape.requirements);
        }
        let place = Place { host: self.host, taints, undefined: well_known };
        let Some(further) = topology.narrow(shape, place, &left) else { return Answer::NotNow };
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
            return if same { Answer::Never } else { Answer::NotNow };
        }
        if left.has_min_values() && !market.enough(&types, &left) {
            return Answer::NotNow;
        }
        topology.record(shape, place, &left);
        if !same {
            self.requirements = left.into_owned();
        }
        self.most = most(&types, buyer);
        self.types = types;
        self.requests = asked;
        self.pods.push(pod);
        Answer::Taken
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
        let mut types = self.types;
        if types.len() > MOST_TYPES {
            let cheap = market.by_price(types.iter(), &requirements).into_iter().take(MOST_TYPES);
            types = cheap.fold(TypeSet::none(market.catalogue().types().len()), |mut kept, id| {
                kept.insert(id);
                kept
            });
            if !market.enough(&types, &requirements) {
                return Err(self.pods);
            }
        }
        let capacities = market.capacities(&types, &requirements).map(|of| of.label().to_owned());
        requirements.add(CAPACITY_TYPE, Requirement::among(capacities));
        Ok(Claim { pool: buyer.id, requirements, types: types.iter().collect(), pods: self.pods, requests })
    }
}

fn most(types: &TypeSet, buyer: &Buyer<'_>) -> Resources {
    let rooms = types.iter().map(|id| buyer.room[id.0]);
    rooms.reduce(Resources::max).unwrap_or_default()
}

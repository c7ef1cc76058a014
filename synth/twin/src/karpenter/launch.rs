//! How a claim is bought: types by price, zones, capacity that is not there.

mod offers;
mod purchase;

pub use offers::Market;
pub use purchase::{Bought, Choice, buy, node};

use crate::{
    catalogue::{CAPACITY_TYPE, Catalogue, TypeId, TypeSet, ZoneId},
    karpenter::{Claim, View},
    pods::{Capacity, PoolId, ZONE},
    resources::Resources,
};

/// Types that go into one request for instances. karpenter-provider-aws 1.14: `maxInstanceTypes`.
const MOST_TYPES: usize = 60;

/// A request for an instance (`CreateFleet`).
#[derive(Clone, Debug, PartialEq)]
pub struct Fleet {
    /// What all of it is bought as. Spot goes by `price-capacity-optimized`, on demand by `lowest-price`.
    pub capacity: Capacity,
    /// What may be bought, the cheapest first; of equal ones by type and zone.
    pub overrides: Vec<Override>,
}

/// A type in a zone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Override {
    /// The type.
    pub id: TypeId,
    /// The zone.
    pub zone: ZoneId,
    /// Dollars an hour.
    pub price: f64,
}

impl Fleet {
    /// Its types, in the order of their cheapest overrides.
    pub fn types(&self) -> Vec<TypeId> {
        let mut seen = std::collections::BTreeSet::new();
        self.overrides.iter().map(|at| at.id).filter(|id| seen.insert(*id)).collect()
    }

    /// Its zones.
    pub fn zones(&self) -> Vec<ZoneId> {
        let zones: std::collections::BTreeSet<_> = self.overrides.iter().map(|at| at.zone).collect();
        zones.into_iter().collect()
    }
}

/// What a claim is bought with; none where nothing that it may be is there any more, so that the claim is deleted and its pods wait.
pub fn fleet(view: View<'_>, claim: &Claim) -> Option<Fleet> {
    let market = Market::new(view);
    let rules = &claim.requirements;
    let fits = |id: &TypeId| claim.requests.fits(view.catalogue.get(*id).allocatable);
    let there = |id: &TypeId| market.offers(*id, rules).next().is_some();
    let mut types: Vec<TypeId> = claim.types.iter().copied().filter(fits).filter(there).collect();
    let strict = rules.has_min_values();
    let plain = |id: &TypeId| !view.catalogue.get(*id).is_metal();
    if !strict && types.iter().any(plain) {
        types.retain(plain);
    }
    let bound = if strict { f64::INFINITY } else { dearest_spot(&market, claim, &types) };
    let offers = |id: TypeId| {
        let offers = market.offers(id, rules).filter(|at| at.capacity == Capacity::OnDemand || at.price <= bound);
        offers.map(|at| (at.capacity, Override { id, zone: at.zone, price: at.price })).collect::<Vec<_>>()
    };
    let cheapest = |id: TypeId| offers(id).iter().map(|(_, at)| at.price).fold(f64::INFINITY, f64::min);
    types.sort_by(|a, b| cheapest(*a).total_cmp(&cheapest(*b)).then(a.cmp(b)));
    types.truncate(MOST_TYPES);
    if !market.enough(&set(&types, view.catalogue), rules) {
        return None;
    }
    let all: Vec<_> = types.iter().flat_map(|id| offers(*id)).collect();
    let spot = rules.allows(CAPACITY_TYPE, Capacity::Spot.label()) && all.iter().any(|(of, _)| *of == Capacity::Spot);
    let capacity = if spot { Capacity::Spot } else { Capacity::OnDemand };
    let mut overrides: Vec<_> = all.into_iter().filter(|(of, _)| *of == capacity).map(|(_, at)| at).collect();
    overrides.sort_by(|a, b| a.price.total_cmp(&b.price).then((a.id, a.zone).cmp(&(b.id, b.zone))));
    (!overrides.is_empty()).then_some(Fleet { capacity, overrides })
}

/// Where a claim may be of either capacity type and both are there: Spot is not bought that costs more than the cheapest on demand.
fn dearest_spot(market: &Market<'_>, claim: &Claim, types: &[TypeId]) -> f64 {
    let rules = &claim.requirements;
    let offers = || types.iter().flat_map(|id| market.offers(*id, rules));
    let of = |capacity: Capacity| offers().filter(move |at| at.capacity == capacity).map(|at| at.price);
    let on_demand = of(Capacity::OnDemand).fold(f64::INFINITY, f64::min);
    if of(Capacity::Spot).next().is_none() { f64::INFINITY } else { on_demand }
}

fn set(types: &[TypeId], catalogue: &Catalogue) -> TypeSet {
    types.iter().fold(TypeSet::none(catalogue.types().len()), |mut set, id| {
        set.insert(*id);
        set
    })
}

/// Requests that are alike go out as one, for as many instances: their numbers, each in the order given.
pub fn batches(fleets: &[Fleet]) -> Vec<Vec<usize>> {
    let mut batches: Vec<Vec<usize>> = Vec::new();
    for (number, fleet) in fleets.iter().enumerate() {
        match batches.iter_mut().find(|batch| fleets[batch[0]] == *fleet) {
            Some(batch) => batch.push(number),
            None => batches.push(vec![number]),
        }
    }
    batches
}

/// May a claim of a pool be made? Not while its nodes together are beyond a limit: what a plan leaves is not looked at again.
pub fn may_create(view: View<'_>, pool: PoolId) -> bool {
    let nodes = view.nodes_there().map(|(_, node)| node).filter(|node| node.pool == Some(pool));
    let nodes = nodes.filter(|node| node.launched.is_some() && node.deleting.is_none());
    let (count, size) = nodes.fold((0, Resources::default()), |(count, size), node| (count + 1, size + node.size));
    let pool = &view.pools[pool.0];
    let within = |limit: Option<i64>, used: i64| limit.is_none_or(|limit| used <= limit);
    within(pool.limit_cpu, size.cpu) && within(pool.limit_memory, size.memory) && within(pool.limit_nodes, count)
}

/// The names of the zones that a claim may be in.
pub fn zones<'a>(catalogue: &'a Catalogue, claim: &Claim) -> Vec<&'a str> {
    let zones = catalogue.zones().iter().map(String::as_str);
    zones.filter(|zone| claim.requirements.allows(ZONE, zone)).collect()
}

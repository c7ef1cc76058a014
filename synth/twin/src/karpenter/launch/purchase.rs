//! What AWS gives for a request, and the node that comes of it.

use super::{Fleet, Override};
use crate::{
    catalogue::{Band, CAPACITY_TYPE, Catalogue},
    karpenter::{Claim, View},
    pods::{Capacity, HOSTNAME, Labels, Node, ZONE},
    random,
};

/// How AWS chooses among what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The cheapest; of equal ones that whose type comes first by name, then the zone.
    Cheapest,
    /// On demand the cheapest, of equal ones any; Spot one of so many of the cheapest, the likelier the more seldom its type is taken
    /// back. AWS weighs how much capacity is free, which nobody tells; how often it is taken back stands in for that.
    Drawn {
        /// Of equal seeds, equal draws.
        seed: u64,
        /// How many of the cheapest; 5 to 10 is realistic.
        among: usize,
    },
}

/// What AWS gave.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bought {
    /// The instance, unless nothing was there.
    pub at: Option<Override>,
    /// What was asked for and not there: nobody tries it again for a while, though an instance came of the rest.
    pub refused: Vec<Override>,
}

/// Buys an instance where `has` says that there is capacity.
pub fn buy(catalogue: &Catalogue, fleet: &Fleet, has: impl Fn(&Override) -> bool, choice: Choice) -> Bought {
    let (there, refused): (Vec<Override>, _) = fleet.overrides.iter().copied().partition(has);
    let at = match choice {
        Choice::Cheapest => there.first().copied(),
        Choice::Drawn { seed, among } => draw(catalogue, fleet.capacity, &there, seed, among),
    };
    Bought { at, refused }
}

fn draw(catalogue: &Catalogue, capacity: Capacity, there: &[Override], seed: u64, among: usize) -> Option<Override> {
    let cheapest = there.first()?.price;
    let many = match capacity {
        Capacity::Spot => among.max(1),
        Capacity::OnDemand => there.iter().take_while(|at| at.price <= cheapest).count(),
    };
    let some = &there[..many.min(there.len())];
    let weight = |at: &Override| match (capacity, catalogue.get(at.id).band) {
        (Capacity::Spot, Some(band)) => 1.0 / band.share(),
        (Capacity::Spot, None) => 1.0 / Band::From20.share(),
        (Capacity::OnDemand, _) => 1.0,
    };
    let mut left = random::share(random::mix(seed)) * some.iter().map(weight).sum::<f64>();
    let mut drawn = some.iter().copied();
    drawn
        .find(|at| {
            left -= weight(at);
            left < 0.0
        })
        .or_else(|| some.last().copied())
}

/// The node that a claim becomes, as of now: bought, and neither registered nor ready.
pub fn node(view: View<'_>, claim: &Claim, at: &Override, capacity: Capacity, name: &str) -> Node {
    let of = view.catalogue.get(at.id);
    let pool = &view.pools[claim.pool.0];
    let zone = view.catalogue.zone_name(at.zone);
    let mut labels: Labels =
        view.catalogue.node_labels(at.id).map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    // Labels of a pool's own that are left one value.
    let own = claim.requirements.iter().filter(|(key, _)| view.catalogue.label(key).is_none());
    labels.extend(own.filter_map(|(key, rule)| Some((key.to_owned(), rule.only()?.to_owned()))));
    labels.extend(pool.labels.clone());
    for (key, value) in [(ZONE, zone), (CAPACITY_TYPE, capacity.label()), (HOSTNAME, name)] {
        labels.insert(key.to_owned(), value.to_owned());
    }
    Node {
        name: name.to_owned(),
        pool: Some(claim.pool),
        instance_type: of.name.clone(),
        zone: zone.to_owned(),
        capacity,
        labels,
        taints: pool.taints.iter().chain(&pool.startup_taints).cloned().collect(),
        allocatable: of.allocatable,
        size: of.capacity,
        price: at.price,
        created: view.now,
        launched: Some(view.now),
        registered: None,
        initialized: None,
        deleting: None,
        gone: None,
    }
}

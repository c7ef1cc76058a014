//! What a claim could cost, and which of its types would be worth it.

use std::collections::BTreeSet;

use crate::{
    catalogue::CAPACITY_TYPE,
    karpenter::{Claim, disrupt::Sight, launch::Market, requirements::Requirement},
    pods::Capacity,
};

/// May the claim be bought so?
pub(super) fn allows(claim: &Claim, capacity: Capacity) -> bool {
    claim.requirements.allows(CAPACITY_TYPE, capacity.label())
}

/// From here on it is bought as Spot only.
pub(super) fn pin_spot(claim: &mut Claim) {
    claim.requirements.add(CAPACITY_TYPE, Requirement::one(Capacity::Spot.label()));
}

/// The cheapest first.
pub(super) fn sort(sight: Sight<'_>, claim: &mut Claim) {
    claim.types = Market::new(sight.view).by_price(std::mem::take(&mut claim.types), &claim.requirements);
}

/// Leaves the types that are surely cheaper. Is anything left, and enough of it?
pub(super) fn cheaper_than(sight: Sight<'_>, claim: &mut Claim, bound: f64) -> bool {
    let (market, rules) = (Market::new(sight.view), &claim.requirements);
    claim.types.retain(|id| market.worst(*id, rules) < bound);
    !claim.types.is_empty() && (!rules.has_min_values() || least(sight, claim).is_some())
}

/// Leaves the types that can be bought.
pub(super) fn keep_available(sight: Sight<'_>, claim: &mut Claim) {
    let (market, rules) = (Market::new(sight.view), &claim.requirements);
    claim.types.retain(|id| market.offers(*id, rules).next().is_some());
}

/// How many of the cheapest types have as many values as `minValues` asks for; 0 where it does not.
pub(super) fn least_for_min_values(sight: Sight<'_>, claim: &Claim) -> usize {
    least(sight, claim).unwrap_or(0)
}

fn least(sight: Sight<'_>, claim: &Claim) -> Option<usize> {
    let asked: Vec<_> =
        claim.requirements.iter().filter_map(|(key, rule)| rule.min_values.map(|least| (key, least))).collect();
    let mut seen: Vec<BTreeSet<&str>> = vec![BTreeSet::new(); asked.len()];
    let enough = |seen: &[BTreeSet<&str>]| seen.iter().zip(&asked).all(|(seen, (_, least))| seen.len() >= *least);
    if enough(&seen) {
        return Some(0);
    }
    for (place, id) in claim.types.iter().enumerate() {
        for ((key, _), seen) in asked.iter().zip(&mut seen) {
            let values = sight.view.catalogue.label(key).into_iter().flat_map(|label| &label.values);
            seen.extend(values.filter(|(_, types)| types.has(*id)).map(|(value, _)| value.as_str()));
        }
        if enough(&seen) {
            return Some(place + 1);
        }
    }
    None
}

/// What claims are reckoned to cost: the least that the first type of each does.
pub(super) fn of_claims(sight: Sight<'_>, claims: &[Claim]) -> f64 {
    let market = Market::new(sight.view);
    let of = |claim: &Claim| claim.types.iter().map(|id| market.cheapest(*id, &claim.requirements)).reduce(f64::min);
    claims.iter().filter_map(of).filter(|price| price.is_finite()).sum()
}

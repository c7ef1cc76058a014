//! What of a type can be bought now, and at which price.

use crate::{
    catalogue::{CAPACITY_TYPE, Catalogue, Offering, TypeId, TypeSet, Unavailable},
    karpenter::{View, requirements::Requirements},
    pods::{Capacity, ZONE},
};

/// What can be bought of all types, asked often.
#[derive(Clone, Debug)]
pub struct Market<'a> {
    catalogue: &'a Catalogue,
    unavailable: &'a Unavailable,
    /// Types that are offered, by zone and capacity type.
    offered: Vec<(&'a str, Capacity, TypeSet)>,
}

impl<'a> Market<'a> {
    /// As it is now.
    pub fn new(view: View<'a>) -> Self {
        let View { catalogue, unavailable, .. } = view;
        let mut offered: Vec<_> = catalogue.offered().to_vec();
        for (id, zone, capacity, _) in unavailable.iter() {
            let at = offered.iter_mut().filter(|(at, of, _)| *at == zone && *of == capacity);
            at.for_each(|(.., types)| types.remove(id));
        }
        for (zone, _) in unavailable.zones() {
            offered.retain(|(at, ..)| *at != zone);
        }
        let offered = offered.into_iter().map(|(zone, of, types)| (catalogue.zone_name(zone), of, types)).collect();
        Self { catalogue, unavailable, offered }
    }

    /// What there is at all.
    pub fn catalogue(&self) -> &'a Catalogue {
        self.catalogue
    }

    /// Types that are offered somewhere as the rules allow.
    pub fn offered(&self, rules: &Requirements) -> TypeSet {
        let allowed = |(zone, of, _): &&(&str, Capacity, TypeSet)| {
            rules.allows(ZONE, zone) && rules.allows(CAPACITY_TYPE, of.label())
        };
        let mut types = TypeSet::none(self.catalogue.types().len());
        self.offered.iter().filter(allowed).for_each(|(.., some)| types.join(some));
        types
    }

    /// The capacity types as which some of these types are offered as the rules allow.
    pub fn capacities(&self, types: &TypeSet, rules: &Requirements) -> impl Iterator<Item = Capacity> {
        let there = |of: Capacity| {
            let mut offered = self.offered.iter().filter(|(zone, at, _)| *at == of && rules.allows(ZONE, zone));
            rules.allows(CAPACITY_TYPE, of.label()) && offered.any(|(.., some)| some.meets(types))
        };
        [Capacity::OnDemand, Capacity::Spot].into_iter().filter(move |of| there(*of))
    }

    /// The offerings of a type that the rules allow.
    pub fn offers(&self, id: TypeId, rules: &Requirements) -> impl Iterator<Item = &'a Offering> {
        let (catalogue, unavailable) = (self.catalogue, self.unavailable);
        let allowed = move |at: &&Offering| {
            rules.allows(ZONE, catalogue.zone_name(at.zone))
                && rules.allows(CAPACITY_TYPE, at.capacity.label())
                && !unavailable.has(id, at.zone, at.capacity)
        };
        catalogue.get(id).offerings.iter().filter(allowed)
    }

    /// The price of a type's cheapest offering, in dollars an hour; infinite where it has none.
    pub fn cheapest(&self, id: TypeId, rules: &Requirements) -> f64 {
        self.offers(id, rules).map(|at| at.price).fold(f64::INFINITY, f64::min)
    }

    /// The price of a type's dearest offering of the capacity type that it would be bought as: Spot if there is any. Infinite where it has
    /// none at all.
    pub fn worst(&self, id: TypeId, rules: &Requirements) -> f64 {
        let dearest = |capacity| {
            let prices = self.offers(id, rules).filter(|at| at.capacity == capacity).map(|at| at.price);
            prices.reduce(f64::max)
        };
        dearest(Capacity::Spot).or_else(|| dearest(Capacity::OnDemand)).unwrap_or(f64::INFINITY)
    }

    /// Types in the order of their cheapest offerings; of equal ones by name.
    pub fn by_price(&self, types: impl IntoIterator<Item = TypeId>, rules: &Requirements) -> Vec<TypeId> {
        let mut priced: Vec<_> = types.into_iter().map(|id| (self.cheapest(id, rules), id)).collect();
        priced.sort_by(|(a, a_id), (b, b_id)| a.total_cmp(b).then(a_id.cmp(b_id)));
        priced.into_iter().map(|(_, id)| id).collect()
    }

    /// Have these types together as many values of each label as the rules ask for (`minValues`)?
    pub fn enough(&self, types: &TypeSet, rules: &Requirements) -> bool {
        let values = |key: &str| {
            let label = self.catalogue.label(key);
            label.map_or(0, |label| label.values.iter().filter(|(_, some)| some.meets(types)).count())
        };
        rules.iter().all(|(key, rule)| rule.min_values.is_none_or(|least| values(key) >= least))
    }
}

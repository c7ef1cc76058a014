//! `consolidationPolicy: Balanced`: what a move saves of the pool's price, against what it disrupts of the pool's pods.

use crate::{
    karpenter::{
        Consolidation,
        disrupt::{Candidate, Sight, candidates::node_cost},
    },
    pods::PoolId,
};

/// A move must be worth one in so many (Karpenter: `BalancedK`).
const K: f64 = 2.0;

/// Is the move worth its trouble in each pool that asks for it?
pub(super) fn approved(sight: Sight<'_>, candidates: &[Candidate], savings: f64) -> bool {
    let source: f64 = candidates.iter().map(|candidate| candidate.price).sum();
    let pools = (0..sight.view.pools.len()).map(PoolId);
    pools.filter(|pool| sight.view.pools[pool.0].policy == Consolidation::Balanced).all(|pool| {
        let of = || candidates.iter().filter(|candidate| candidate.pool == pool);
        if of().next().is_none() {
            return true;
        }
        let (price, cost) = of().fold((0.0, 0.0), |(price, cost), one| (price + one.price, cost + one.cost));
        let share = if source > 0.0 { price / source } else { 1.0 };
        let (total_price, total_cost) = totals(sight, pool);
        if total_price <= 0.0 || total_cost <= 0.0 || savings <= 0.0 {
            return false;
        }
        (savings * share / total_price) / (cost / total_cost) >= 1.0 / K
    })
}

/// Can any move of this node alone be worth it?
pub(super) fn could_pass(sight: Sight<'_>, candidate: &Candidate) -> bool {
    totals(sight, candidate.pool).0 <= 0.0 || approved(sight, std::slice::from_ref(candidate), candidate.price)
}

/// What all nodes of a pool cost an hour, and to be moved.
fn totals(sight: Sight<'_>, pool: PoolId) -> (f64, f64) {
    let of = sight.view.nodes_there().filter(|(_, node)| node.pool == Some(pool));
    of.fold((0.0, 0.0), |(price, cost), (id, node)| (price + node.price, cost + node_cost(sight, id)))
}

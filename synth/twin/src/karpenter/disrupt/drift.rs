//! Nodes that are no more what their pool says: one at a time, the empty first, then in the order in which they were found.

use crate::{
    karpenter::{
        Reason,
        disrupt::{Command, Found, Sight, budgets::allowed, candidates::candidates, prices, simulate::simulate},
        provision::Supply,
    },
    time::Time,
};

/// A node that has drifted, and what takes its place.
pub fn drift(sight: Sight<'_>) -> Found {
    let mut drifted = candidates(sight, Reason::Drifted);
    if drifted.is_empty() {
        return Found::NotNow;
    }
    let since = |node: usize| sight.memories[node].drifted.map(|at| sight.clock.second(at));
    drifted.sort_by_key(|one| (!one.pods.is_empty(), since(one.node.0).unwrap_or(Time::ZERO), sight.ranks[one.node.0]));
    let allowed = allowed(sight, Reason::Drifted);
    for candidate in drifted {
        if allowed[candidate.pool.0] == 0 {
            continue;
        }
        let outcome = simulate(sight, &Supply::of(sight.view), std::slice::from_ref(&candidate), false);
        if !outcome.all_placed {
            continue;
        }
        let savings = candidate.price - prices::of_claims(sight, &outcome.plan.claims);
        return Found::Command(Command {
            reason: Reason::Drifted,
            candidates: vec![candidate],
            destinations: outcome.plan.existing.iter().map(|(_, node)| *node).collect(),
            replacements: outcome.plan.claims,
            savings,
        });
    }
    Found::NotNow
}

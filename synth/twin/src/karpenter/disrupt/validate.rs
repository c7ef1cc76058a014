//! Fifteen seconds later: does what was decided still hold?

use crate::{
    karpenter::{
        Reason,
        disrupt::{Candidate, Command, Sight, budgets::allowed, candidates::candidates, simulate::simulate},
        provision::Supply,
    },
    pods::NodeId,
};

/// What is left of the command, if anything: of empty nodes, those that still are; of others, all or nothing.
pub fn valid(sight: Sight<'_>, command: &Command) -> Option<Command> {
    let named: Vec<NodeId> = command.candidates.iter().map(|candidate| candidate.node).collect();
    let mut current = candidates(sight, command.reason);
    current.retain(|candidate| named.contains(&candidate.node));
    let mut allowed = allowed(sight, command.reason);
    let mut within = |candidate: &Candidate| {
        let left = &mut allowed[candidate.pool.0];
        let some = *left > 0;
        *left -= i64::from(some);
        some
    };
    if command.reason == Reason::Empty {
        current.retain(&mut within);
        let savings = current.iter().map(|candidate| candidate.price).sum();
        return (!current.is_empty()).then(|| Command { candidates: current, savings, ..command.clone() });
    }
    if current.len() != named.len() || !current.iter().all(&mut within) {
        return None;
    }
    let outcome = simulate(sight, &Supply::of(sight.view), &current, true);
    let claims = &outcome.plan.claims;
    let same = match (command.replacements.as_slice(), claims.as_slice()) {
        ([], []) => true,
        ([planned], [now]) => planned.types.iter().all(|kind| now.types.contains(kind)),
        _ => false,
    };
    (outcome.all_placed && same).then(|| command.clone())
}

//! Empty nodes, and several nodes for one or none.

use std::cell::LazyCell;

use crate::{
    karpenter::{
        Claim, Reason,
        disrupt::{
            Candidate, Command, Found, Sight, balanced,
            budgets::allowed,
            candidates::{candidates, sorted},
            prices,
            room::Room,
            simulate::simulate,
        },
        provision::Supply,
    },
    pods::Capacity,
};

/// At most so many nodes are thought of at once (Karpenter: `MultiNodeConsolidation`).
const AT_ONCE: usize = 100;
/// A Spot node is replaced by Spot if so many types are cheaper, and then by one of the cheapest so many.
const SPOT_CHOICES: usize = 15;

/// The empty nodes that may go.
pub fn emptiness(sight: Sight<'_>) -> Found {
    let all = sorted(sight, candidates(sight, Reason::Empty));
    if all.is_empty() {
        return Found::NotNow;
    }
    let (empty, held) = within_budgets(sight, all, Reason::Empty);
    if empty.is_empty() {
        return if held { Found::NotNow } else { Found::Nothing };
    }
    let savings = empty.iter().map(|candidate| candidate.price).sum();
    Found::Command(Command {
        reason: Reason::Empty,
        candidates: empty,
        replacements: Vec::new(),
        destinations: Vec::new(),
        savings,
    })
}

/// The largest number of nodes, from the first on, that at most one new node can stand for.
pub fn multi(sight: Sight<'_>) -> Found {
    let all = sorted(sight, candidates(sight, Reason::Underutilized));
    if all.is_empty() {
        return Found::NotNow;
    }
    let (candidates, held) = within_budgets(sight, all, Reason::Underutilized);
    let mut found = None;
    if candidates.len() >= 2 {
        let (room, supply) = (Room::of(sight), LazyCell::new(|| Supply::of(sight.view)));
        let (mut least, mut most) = (1, candidates.len().min(AT_ONCE));
        if candidates.len() <= most {
            most = candidates.len() - 1;
        }
        while least <= most {
            let middle = usize::midpoint(least, most);
            let some = &candidates[..=middle];
            let tried = if room.could_hold(sight, some) { several(sight, &supply, some) } else { None };
            if tried.is_some() {
                (found, least) = (tried, middle + 1);
            } else {
                most = middle - 1;
            }
        }
    }
    match found {
        Some(command) => Found::Command(command),
        None if held => Found::NotNow,
        None => Found::Nothing,
    }
}

/// Those whose pools' budgets have room, in their order; and whether any had to stay.
fn within_budgets(sight: Sight<'_>, mut all: Vec<Candidate>, reason: Reason) -> (Vec<Candidate>, bool) {
    let mut allowed = allowed(sight, reason);
    let before = all.len();
    all.retain(|candidate| {
        let left = &mut allowed[candidate.pool.0];
        let some = *left > 0;
        *left -= i64::from(some);
        some
    });
    let held = all.len() < before;
    (all, held)
}

/// Several nodes at once; what replaces them must be cheaper than the cheapest of its own type among them.
fn several(sight: Sight<'_>, supply: &Supply<'_>, candidates: &[Candidate]) -> Option<Command> {
    let mut command = consolidation(sight, supply, candidates)?;
    if let Some(claim) = command.replacements.first_mut() {
        let catalogue = sight.view.catalogue;
        let named = |kind: &str| catalogue.named(kind).is_some_and(|id| claim.types.contains(&id));
        let nodes = candidates.iter().map(|candidate| &sight.view.nodes[candidate.node.0]);
        let same = nodes.filter(|node| named(&node.instance_type)).map(|node| node.price);
        let bound = same.fold(f64::MAX, f64::min);
        prices::cheaper_than(sight, claim, bound).then_some(())?;
        command.savings = savings(sight, candidates, &command.replacements);
    }
    balanced::approved(sight, candidates, command.savings).then_some(command)
}

fn savings(sight: Sight<'_>, candidates: &[Candidate], claims: &[Claim]) -> f64 {
    candidates.iter().map(|candidate| candidate.price).sum::<f64>() - prices::of_claims(sight, claims)
}

/// Can these nodes go, with at most one new node that is cheaper than they are?
pub(super) fn consolidation(sight: Sight<'_>, supply: &Supply<'_>, candidates: &[Candidate]) -> Option<Command> {
    let outcome = simulate(sight, supply, candidates, true);
    if !outcome.all_placed || outcome.plan.claims.len() > 1 {
        return None;
    }
    let price: f64 = candidates.iter().map(|candidate| candidate.price).sum();
    let mut replacements = outcome.plan.claims;
    if let Some(claim) = replacements.first_mut() {
        prices::sort(sight, claim);
        let nodes = candidates.iter().map(|candidate| &sight.view.nodes[candidate.node.0]);
        let all_spot = nodes.clone().all(|node| node.capacity == Capacity::Spot);
        let spot = prices::allows(claim, Capacity::Spot);
        if all_spot && spot {
            spot_to_spot(sight, candidates, claim, price)?;
        } else {
            prices::cheaper_than(sight, claim, price).then_some(())?;
            // If Spot runs out meanwhile, the launch fails, and nothing dearer is bought instead.
            if spot && prices::allows(claim, Capacity::OnDemand) {
                prices::pin_spot(claim);
            }
        }
    }
    Some(Command {
        reason: Reason::Underutilized,
        savings: savings(sight, candidates, &replacements),
        candidates: candidates.to_vec(),
        destinations: outcome.plan.existing.iter().map(|(_, node)| *node).collect(),
        replacements,
    })
}

/// Spot for Spot, with its gate.
fn spot_to_spot(sight: Sight<'_>, candidates: &[Candidate], claim: &mut Claim, price: f64) -> Option<()> {
    sight.view.settings.spot_to_spot.then_some(())?;
    prices::pin_spot(claim);
    prices::keep_available(sight, claim);
    prices::cheaper_than(sight, claim, price).then_some(())?;
    if let [_] = candidates {
        (claim.types.len() >= SPOT_CHOICES).then_some(())?;
        let least = prices::least_for_min_values(sight, claim);
        claim.types.truncate(SPOT_CHOICES.max(least));
    }
    Some(())
}

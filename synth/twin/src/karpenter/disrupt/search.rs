//! One node for a cheaper one or none: candidate after candidate, the pools in turn.

use std::{cell::LazyCell, ops::Deref};

use crate::{
    karpenter::{
        Reason,
        disrupt::{
            Candidate, Found, Sight, balanced,
            budgets::allowed,
            candidates::{candidates, sorted},
            consolidate::consolidation,
            room::Likeness,
        },
        provision::Supply,
    },
    pods::NodeId,
};

/// A search for one node that can go. Its candidates are those of its beginning, each with the pods that it had then.
#[derive(Debug)]
pub struct Search {
    /// Those whose pools' budgets let them go, in the order in which they are tried.
    candidates: Vec<Candidate>,
    next: usize,
    /// There were others.
    held: bool,
    /// What nothing was found for.
    vain: Vec<Likeness>,
}

impl Search {
    /// Its beginning; none where no node could go, whatever budgets say.
    pub fn begin(sight: Sight<'_>) -> Option<Self> {
        let mut all = interleaved(sorted(sight, candidates(sight, Reason::Underutilized)));
        if all.is_empty() {
            return None;
        }
        let allowed = allowed(sight, Reason::Underutilized);
        let before = all.len();
        all.retain(|candidate| allowed[candidate.pool.0] > 0);
        Some(Self { held: all.len() < before, candidates: all, next: 0, vain: Vec::new() })
    }

    /// So many candidates at most are tried.
    pub fn most(&self) -> usize {
        self.candidates.len()
    }

    /// Tries the next candidate, in the cluster of now; what was found for others is not remembered, since that was another cluster.
    pub fn step(&mut self, sight: Sight<'_>) -> Option<Found> {
        self.vain.clear();
        self.go_on(sight, &LazyCell::new(|| Supply::of(sight.view)))
    }

    /// Tries the next candidate. Comes to something once one can go, or none is left.
    fn go_on<'a>(&mut self, sight: Sight<'a>, supply: &impl Deref<Target = Supply<'a>>) -> Option<Found> {
        let Some(candidate) = self.candidates.get(self.next) else {
            return Some(if self.held { Found::NotNow } else { Found::Nothing });
        };
        self.next += 1;
        let NodeId(place) = candidate.node;
        let node = &sight.view.nodes[place];
        let goes = node.gone.is_some() || sight.memories[place].leaves(node);
        if goes || !balanced::could_pass(sight, candidate) {
            return None;
        }
        let alone = std::slice::from_ref(candidate);
        let likeness = Likeness::of(sight, candidate.node);
        if self.vain.contains(&likeness) {
            return None;
        }
        if let Some(command) = consolidation(sight, supply, alone)
            && balanced::approved(sight, alone, command.savings)
        {
            return Some(Found::Command(command));
        }
        self.vain.push(likeness);
        None
    }
}

/// The first node that can go, or that a cheaper one can stand for, in the cluster of one moment.
pub fn single(sight: Sight<'_>) -> Found {
    let Some(mut search) = Search::begin(sight) else { return Found::NotNow };
    let supply = LazyCell::new(|| Supply::of(sight.view));
    loop {
        if let Some(found) = search.go_on(sight, &supply) {
            return found;
        }
    }
}

/// The first of each pool, then the second of each, and so on.
fn interleaved(all: Vec<Candidate>) -> Vec<Candidate> {
    let mut pools: Vec<(usize, Vec<Candidate>)> = Vec::new();
    for candidate in all {
        match pools.iter_mut().find(|(pool, _)| *pool == candidate.pool.0) {
            Some((_, of)) => of.push(candidate),
            None => pools.push((candidate.pool.0, vec![candidate])),
        }
    }
    let longest = pools.iter().map(|(_, of)| of.len()).max().unwrap_or(0);
    (0..longest).flat_map(|place| pools.iter().filter_map(move |(_, of)| of.get(place).cloned())).collect()
}

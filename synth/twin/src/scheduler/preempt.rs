//! Who gives way to a pod of higher priority: kube-scheduler's default preemption.

use std::{cmp::Reverse, collections::BTreeMap};

use super::{
    chance::Chance,
    cluster::Cluster,
    filter::{Refusal, Trial},
    kinds::{Kind, holds},
    outcome::Victims,
    topology::Domains,
};
use crate::pods::{Expression, Node, NodeId, Pod, PodId};

/// So many hundredths of the nodes are thought through (`minCandidateNodesPercentage`'s default).
const CANDIDATES_PERCENT: usize = 10;
/// But at least so many (`minCandidateNodesAbsolute`'s default).
const CANDIDATES: usize = 100;

/// A disruption budget, as the scheduler sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Its namespace.
    pub namespace: String,
    /// Which pods it is for; none of it is for no pod.
    pub selector: Vec<Expression>,
    /// How many of them may go at present (`status.disruptionsAllowed`).
    pub allowed: i64,
}

/// The pod that wants room, and what it is seen against.
#[derive(Clone, Copy)]
pub(super) struct Wish<'a> {
    pub(super) cluster: &'a Cluster,
    pub(super) pods: &'a [Pod],
    pub(super) nodes: &'a [Node],
    pub(super) budgets: &'a [Budget],
    pub(super) pod: PodId,
    pub(super) kind: Kind,
    pub(super) domains: &'a Domains,
    /// Pods that wait for a node, and which.
    pub(super) nominated: &'a BTreeMap<PodId, NodeId>,
}

/// A node, and who would have to go.
struct Candidate {
    node: NodeId,
    victims: Vec<PodId>,
    violations: usize,
}

impl Wish<'_> {
    fn priority(&self, pod: PodId) -> i64 {
        self.pods[pod.0].template.priority
    }

    fn kind_of(&self, pod: PodId) -> Option<Kind> {
        self.cluster.kinds.known(&self.pods[pod.0].template)
    }

    /// Kinds of the pods that wait for a node and are at least as important: room is kept for them.
    pub(super) fn beside(&self, node: NodeId) -> Vec<Kind> {
        let own = self.priority(self.pod);
        let waiting = self.nominated.iter().filter(|(pod, on)| **on == node && **pod != self.pod);
        waiting.filter(|(pod, _)| self.priority(**pod) >= own).filter_map(|(pod, _)| self.kind_of(*pod)).collect()
    }

    /// Is a pod less important than the one that wants room?
    pub(super) fn outranks(&self, pod: PodId) -> bool {
        self.priority(pod) < self.priority(self.pod)
    }

    /// The pod on a node, in thought.
    pub(super) fn trial(&self, node: NodeId) -> Trial<'_> {
        let beside = if self.nominated.is_empty() { Vec::new() } else { self.beside(node) };
        Trial::new(self.cluster, self.kind, (node, &self.nodes[node.0]), self.domains, beside)
    }

    /// Who gives way, or by the reason, how many nodes help nothing.
    pub(super) fn victims(
        &self,
        refused: &[(NodeId, Refusal)],
        chance: &mut Chance,
    ) -> Result<Victims, BTreeMap<&'static str, usize>> {
        let hopeful: Vec<_> =
            refused.iter().filter(|(_, refusal)| refusal.may_give_way()).map(|(node, _)| *node).collect();
        let mut reasons = BTreeMap::new();
        let enough = (hopeful.len() * CANDIDATES_PERCENT / 100).max(CANDIDATES).min(hopeful.len());
        let offset = chance.below(hopeful.len());
        let (mut candidates, mut violating) = (Vec::new(), Vec::new());
        for node in hopeful.iter().cycle().skip(offset).take(hopeful.len()) {
            if !candidates.is_empty() && candidates.len() + violating.len() >= enough {
                break;
            }
            match self.on(*node) {
                Ok(candidate) if candidate.violations == 0 => candidates.push(candidate),
                Ok(candidate) => violating.push(candidate),
                Err(words) => words.into_iter().for_each(|words| *reasons.entry(words).or_default() += 1),
            }
        }
        candidates.append(&mut violating);
        if let Some(best) = self.best(candidates, chance) {
            return Ok(best);
        }
        let helpless = self.cluster.order().len() - hopeful.len();
        if helpless > 0 {
            reasons.insert("Preemption is not helpful for scheduling", helpless);
        }
        Err(reasons)
    }

    /// Who would have to go from a node: all that are less important, less those that can stay after all.
    fn on(&self, node: NodeId) -> Result<Candidate, Vec<&'static str>> {
        let there = self.cluster.rooms[node.0].pods.iter().copied();
        let mut lower: Vec<_> = there.filter(|pod| self.outranks(*pod)).collect();
        if lower.is_empty() {
            return Err(vec!["No preemption victims found for incoming pod"]);
        }
        let mut trial = self.trial(node);
        let shift = |trial: &mut Trial<'_>, pod: PodId, times: i64| {
            if let Some(kind) = self.kind_of(pod) {
                trial.shift(kind, times);
            }
        };
        for pod in &lower {
            shift(&mut trial, *pod, -1);
        }
        trial.takes().map_err(Refusal::words)?;
        lower.sort_by_key(|pod| self.importance(*pod));
        let (protected, free) = self.protected(&lower);
        let mut victims = Vec::new();
        let mut violations = 0;
        for (pods, counts) in [(protected, 1), (free, 0)] {
            for pod in pods {
                shift(&mut trial, pod, 1);
                if trial.takes().is_err() {
                    shift(&mut trial, pod, -1);
                    victims.push(pod);
                    violations += counts;
                }
            }
        }
        victims.sort_by_key(|pod| self.importance(*pod));
        Ok(Candidate { node, victims, violations })
    }

    /// The most important comes first: by priority, then by how long it runs.
    fn importance(&self, pod: PodId) -> (Reverse<i64>, i64, PodId) {
        (Reverse(self.priority(pod)), self.since(pod), pod)
    }

    /// `status.startTime`, which is in whole seconds.
    fn since(&self, pod: PodId) -> i64 {
        self.pods[pod.0].node.map_or(i64::MAX, |(_, bound)| bound.0.div_euclid(1000))
    }

    /// Those that a budget keeps once what it allows is used up, and the others.
    fn protected(&self, pods: &[PodId]) -> (Vec<PodId>, Vec<PodId>) {
        let mut allowed: Vec<_> = self.budgets.iter().map(|budget| budget.allowed).collect();
        pods.iter().partition(|pod| {
            let template = &self.pods[pod.0].template;
            let mut is_kept = false;
            for (budget, allowed) in self.budgets.iter().zip(&mut allowed) {
                let is_for = budget.namespace == template.namespace
                    && !budget.selector.is_empty()
                    && !template.labels.is_empty()
                    && holds(&budget.selector, &template.labels);
                if is_for {
                    *allowed -= 1;
                    is_kept |= *allowed < 0;
                }
            }
            is_kept
        })
    }

    /// The candidate that hurts least.
    fn best(&self, candidates: Vec<Candidate>, chance: &mut Chance) -> Option<Victims> {
        let cost = |candidate: &Candidate| {
            let highest = candidate.victims.first().map_or(i64::MIN, |pod| self.priority(*pod));
            // Each victim weighs something, however low its priority is.
            let sum: i64 = candidate.victims.iter().map(|pod| self.priority(*pod) + (1 << 31)).sum();
            let of_highest = candidate.victims.iter().filter(|pod| self.priority(**pod) == highest);
            let earliest = of_highest.map(|pod| self.since(*pod)).min().unwrap_or(i64::MAX);
            (candidate.violations, highest, sum, candidate.victims.len(), Reverse(earliest))
        };
        let least = candidates.iter().map(cost).min()?;
        let equals: Vec<_> =
            candidates.iter().filter(|candidate| cost(candidate) == least).map(|candidate| candidate.node).collect();
        let node = chance.one_of(&equals, self.nodes)?;
        let best = candidates.into_iter().find(|candidate| candidate.node == node)?;
        let waiting = self.nominated.iter().filter(|(pod, on)| **on == node && self.outranks(**pod));
        Some(Victims {
            node,
            pods: best.victims,
            violations: best.violations,
            outbid: waiting.map(|(pod, _)| *pod).collect(),
            equals: equals.len(),
        })
    }
}

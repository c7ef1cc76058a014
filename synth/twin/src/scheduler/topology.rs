//! Pods counted by domain for one pod that waits: the filters `PodTopologySpread` and `InterPodAffinity`.

use super::{
    cluster::{Cluster, Crowd},
    kinds::{Key, Kind, holds},
};
use crate::pods::NodeId;

/// What rules about domains say of a pod, before any node is looked at. Pods can be added and taken away in thought.
#[derive(Clone, Debug, Default)]
pub(super) struct Domains {
    spreads: Vec<Spread>,
    /// The pod's own rules: how many pods it keeps away from are in each domain.
    own: Vec<(Key, Vec<i64>)>,
    /// Rules of pods that are there: how many keep away from this one in each domain.
    others: Vec<(Key, Vec<i64>)>,
}

/// A hard spread.
#[derive(Clone, Debug)]
struct Spread {
    /// Its place in the template.
    place: usize,
    key: Key,
    max_skew: i64,
    min_domains: i64,
    itself: i64,
    /// By value; a value without an eligible node is no domain.
    counts: Vec<Option<i64>>,
}

/// Why a node is in no domain for the pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Misfit {
    /// The node lacks a label that the pod is spread by.
    NoDomain,
    /// Its domain has too many already.
    Skew,
    /// A pod is there that this one keeps away from.
    Own,
    /// A pod is there that keeps away from this one.
    Others,
}

impl Domains {
    /// Counts what is there.
    pub(super) fn of(cluster: &Cluster, kind: Kind) -> Self {
        let entry = cluster.kinds.entry(kind);
        let hard = entry.template.spreads.iter().zip(&entry.spreads).enumerate().filter(|(_, (spread, _))| spread.hard);
        let spreads = hard.map(|(place, (spread, selects))| Spread {
            place,
            key: selects.key,
            max_skew: spread.max_skew,
            min_domains: spread.min_domains.unwrap_or(1),
            itself: i64::from(holds(&spread.selector, &entry.template.labels)),
            counts: vec![None; cluster.breadth(selects.key)],
        });
        let required = entry.template.anti_affinity.iter().zip(&entry.apart).filter(|(rule, _)| rule.weight.is_none());
        let own = required.map(|(_, selects)| (selects.key, vec![0; cluster.breadth(selects.key)]));
        let mut domains = Self { spreads: spreads.collect(), own: own.collect(), others: Vec::new() };
        for node in cluster.order() {
            domains.open(cluster, kind, *node);
            for crowd in &cluster.rooms[node.0].crowd {
                domains.add(cluster, kind, *node, *crowd, 1);
            }
        }
        domains
    }

    /// Opens the domains of a node.
    fn open(&mut self, cluster: &Cluster, kind: Kind, node: NodeId) {
        if self.spreads.iter().any(|spread| cluster.value(node, spread.key).is_none()) {
            return;
        }
        for spread in &mut self.spreads {
            if counts(cluster, kind, spread.place, node)
                && let Some(value) = cluster.value(node, spread.key)
            {
                spread.counts[value].get_or_insert(0);
            }
        }
    }

    /// Adds so many times the pods of a crowd on a node; none that leave count for spreads.
    pub(super) fn add(&mut self, cluster: &Cluster, kind: Kind, node: NodeId, crowd: Crowd, times: i64) {
        let entry = cluster.kinds.entry(kind);
        let has_all = self.spreads.iter().all(|spread| cluster.value(node, spread.key).is_some());
        for spread in self.spreads.iter_mut().filter(|_| has_all) {
            let selected = entry.spreads[spread.place].kinds[crowd.kind];
            if selected
                && counts(cluster, kind, spread.place, node)
                && let Some(value) = cluster.value(node, spread.key)
            {
                *spread.counts[value].get_or_insert(0) += times * crowd.standing;
            }
        }
        let all = times * (crowd.standing + crowd.leaving);
        let required = entry.template.anti_affinity.iter().zip(&entry.apart).filter(|(rule, _)| rule.weight.is_none());
        for ((key, domains), (_, selects)) in self.own.iter_mut().zip(required) {
            if selects.kinds[crowd.kind]
                && let Some(value) = cluster.value(node, *key)
            {
                domains[value] += all;
            }
        }
        let there = cluster.kinds.entry(crowd.kind);
        for (rule, selects) in there.template.anti_affinity.iter().zip(&there.apart) {
            if rule.weight.is_some() || !selects.kinds[kind] {
                continue;
            }
            let Some(value) = cluster.value(node, selects.key) else { continue };
            let known = self.others.iter().position(|(key, _)| *key == selects.key);
            let index = known.unwrap_or_else(|| {
                self.others.push((selects.key, vec![0; cluster.breadth(selects.key)]));
                self.others.len() - 1
            });
            self.others[index].1[value] += all;
        }
    }

    /// May the pod come to this node, as far as spreads go?
    pub(super) fn spread(&self, cluster: &Cluster, node: NodeId) -> Result<(), Misfit> {
        for spread in &self.spreads {
            let value = cluster.value(node, spread.key).ok_or(Misfit::NoDomain)?;
            let domains = spread.counts.iter().flatten();
            let least = domains.clone().min().copied().unwrap_or_default();
            let many = i64::try_from(domains.count()).unwrap_or(i64::MAX);
            let least = if many < spread.min_domains { 0 } else { least };
            let here = spread.counts[value].unwrap_or_default();
            if here + spread.itself - least > spread.max_skew {
                return Err(Misfit::Skew);
            }
        }
        Ok(())
    }

    /// May it come to this node, as far as anti-affinity goes?
    pub(super) fn apart(&self, cluster: &Cluster, node: NodeId) -> Result<(), Misfit> {
        let is_taken =
            |(key, domains): &(Key, Vec<i64>)| cluster.value(node, *key).is_some_and(|value| domains[value] > 0);
        match () {
            () if self.own.iter().any(is_taken) => Err(Misfit::Own),
            () if self.others.iter().any(is_taken) => Err(Misfit::Others),
            () => Ok(()),
        }
    }
}

/// Does a node count for a spread, by its inclusion policies?
pub(super) fn counts(cluster: &Cluster, kind: Kind, spread: usize, node: NodeId) -> bool {
    let facts = cluster.facts(kind, node);
    let spread = &cluster.kinds.template(kind).spreads[spread];
    (!spread.honors_affinity || facts.selected) && (!spread.honors_taints || !facts.tainted)
}

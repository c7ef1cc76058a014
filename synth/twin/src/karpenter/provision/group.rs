//! A group of the topology: pods that are counted by the values of a label of nodes.

use std::collections::BTreeMap;

use super::shapes::{Shape, Wishes, bears};
use crate::{
    karpenter::requirements::{Requirement, Requirements},
    pods::{Expression, HOSTNAME, Node, Taint, Template, Toleration},
};

/// What pods are counted for, and of which nodes. Equal ones are one group.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Rule<'a> {
    pub(super) key: &'a str,
    pub(super) namespace: &'a str,
    pub(super) selector: &'a [Expression],
    /// Most by which one domain may be ahead; none where pods keep apart.
    max_skew: Option<i64>,
    /// Alternatives of which nodes must obey one to count; none where all count.
    terms: Vec<Requirements>,
    /// Nodes count whose taints these bear; none where all count.
    tolerations: Option<Vec<Toleration>>,
}

pub(super) struct Group<'a> {
    pub(super) rule: Rule<'a>,
    /// With fewer domains, the least is 0. It is not part of what makes groups equal.
    min_domains: Option<i64>,
    /// Pods by domain, unless domains are hosts.
    domains: BTreeMap<String, i64>,
    /// Pods by the number of the host.
    hosts: Vec<i64>,
}

impl<'a> Rule<'a> {
    pub(super) fn spread(of: &'a Template, wishes: &Wishes<'a>, number: usize) -> (Self, Option<i64>) {
        let spread = wishes.spreads[number];
        let terms = if spread.honors_affinity { wishes.terms } else { &[] };
        let rule = Self {
            key: &spread.key,
            namespace: &of.namespace,
            selector: &spread.selector,
            max_skew: Some(spread.max_skew),
            terms: terms.iter().map(Requirements::of).collect(),
            tolerations: spread.honors_taints.then(|| wishes.tolerations.clone()),
        };
        (rule, spread.min_domains)
    }

    pub(super) fn apart(of: &'a Template, key: &'a str, selector: &'a [Expression]) -> Self {
        Self { key, namespace: &of.namespace, selector, max_skew: None, terms: Vec::new(), tolerations: None }
    }

    pub(super) fn of_hosts(&self) -> bool {
        self.key == HOSTNAME
    }

    pub(super) fn selects(&self, of: &Template) -> bool {
        self.namespace == of.namespace && self.selector.iter().all(|rule| rule.holds(&of.labels))
    }

    /// Do pods count that are on a node, or claim, of such taints and requirements?
    pub(super) fn counts(&self, taints: &[Taint], requirements: &Requirements) -> bool {
        let obeys = |term: &Requirements| requirements.compatible(term, |_| false);
        (self.terms.is_empty() || self.terms.iter().any(obeys))
            && self.tolerations.as_ref().is_none_or(|tolerations| bears(tolerations, taints))
    }

    /// As [`Self::counts`], of a node that is there.
    pub(super) fn counts_node(&self, node: &Node) -> bool {
        (self.terms.is_empty() || self.terms.iter().any(|term| term.holds(&node.labels)))
            && self.tolerations.as_ref().is_none_or(|tolerations| bears(tolerations, &node.taints))
    }

    /// Whose taints must be borne for a pool's domains to be there: pods that keep apart look at all that they bear.
    pub(super) fn bears(&self, own: &[Toleration], taints: &[Taint]) -> bool {
        match (&self.tolerations, self.max_skew) {
            (None, Some(_)) => true,
            (None, None) => bears(own, taints),
            (Some(tolerations), _) => bears(tolerations, taints),
        }
    }
}

impl<'a> Group<'a> {
    pub(super) fn new(rule: Rule<'a>, min_domains: Option<i64>, domains: impl Iterator<Item = String>) -> Self {
        Self { rule, min_domains, domains: domains.map(|domain| (domain, 0)).collect(), hosts: Vec::new() }
    }

    /// Knows of a domain from here on.
    pub(super) fn register(&mut self, domain: &str) {
        if !self.domains.contains_key(domain) {
            self.domains.insert(domain.to_owned(), 0);
        }
    }

    /// Counts a pod.
    pub(super) fn record(&mut self, domain: &str) {
        *self.domains.entry(domain.to_owned()).or_default() += 1;
    }

    /// Counts a pod on a host.
    pub(super) fn record_host(&mut self, host: usize) {
        if self.hosts.len() <= host {
            self.hosts.resize(host + 1, 0);
        }
        self.hosts[host] += 1;
    }

    /// Counts a pod by what is left of the place that it has: all domains where it might be if pods keep apart, else the one.
    pub(super) fn record_place(&mut self, host: usize, requirements: &Requirements) {
        if self.rule.of_hosts() {
            return self.record_host(host);
        }
        let left = requirements.get(self.rule.key).and_then(Requirement::values).unwrap_or_default();
        if self.rule.max_skew.is_none() || left.len() == 1 {
            for domain in left {
                self.record(domain);
            }
        }
    }

    /// May a pod be on this host, or is it no question of hosts?
    pub(super) fn allows_host(&self, host: usize, selects: bool) -> bool {
        let count = self.hosts.get(host).copied().unwrap_or_default();
        match self.rule.max_skew {
            // There can always be a new host, so the least is 0.
            Some(skew) => count + i64::from(selects) <= skew,
            None => count == 0,
        }
    }

    /// Where a pod may be that is allowed `pod` on a place that may have `place`: of a spread the domain with the fewest pods, of which
    /// the lowest `rank` where several are; of pods that keep apart every domain without one. None is [`Requirement::none`].
    pub(super) fn next(
        &self,
        shape: &Shape<'_>,
        place: Option<&Requirement>,
        selects: bool,
        rank: impl Fn(&str) -> u64,
    ) -> Requirement {
        let pod = shape.strict.get(self.rule.key);
        let may = |rule: Option<&Requirement>, domain: &str| rule.is_none_or(|rule| rule.has(domain));
        let Some(skew) = self.rule.max_skew else {
            let free = self.domains.iter().filter(|(_, count)| **count == 0).map(|(domain, _)| domain);
            return Requirement::among(free.filter(|domain| may(place, domain) && may(pod, domain)).cloned());
        };
        let supported = || self.domains.iter().filter(|(domain, _)| may(pod, domain));
        let least = supported().map(|(_, count)| *count).min().unwrap_or(i64::from(i32::MAX));
        let few = |least: &i64| i64::try_from(supported().count()).is_ok_and(|count| count < *least);
        let least = if self.min_domains.as_ref().is_some_and(few) { 0 } else { least };
        let counts = self.domains.iter().filter(|(domain, _)| may(place, domain));
        let counts = counts.map(|(domain, count)| (*count + i64::from(selects), rank(domain), domain));
        let best = counts.filter(|(count, ..)| count - least <= skew).min();
        best.map_or_else(Requirement::none, |(_, _, domain)| Requirement::one(domain))
    }
}

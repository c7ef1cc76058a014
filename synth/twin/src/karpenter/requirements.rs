//! Rules about labels, and what several leave together.
//!
//! A [`Requirement`] is what is left of one label: so many values, or all but so many, perhaps within bounds. It follows Karpenter's own
//! algebra where that differs from Kubernetes': a label that nobody defines is compatible with every rule if it is well-known.

mod requirement;
mod types;

pub use requirement::Requirement;

use crate::pods::{Expression, Labels};

/// What a set of rules leaves of each label.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Requirements(Vec<(String, Requirement)>);

/// Labels that Karpenter and its AWS provider know of before there is a node, besides those of `karpenter.k8s.aws/instance-`: a claim that
/// does not define them may still have any value.
const WELL_KNOWN: [&str; 14] = [
    "karpenter.sh/nodepool",
    "karpenter.sh/capacity-type",
    "topology.kubernetes.io/zone",
    "topology.kubernetes.io/region",
    "topology.k8s.aws/zone-id",
    "node.kubernetes.io/instance-type",
    "node.kubernetes.io/windows-build",
    "kubernetes.io/arch",
    "kubernetes.io/os",
    "karpenter.k8s.aws/capacity-reservation-id",
    "karpenter.k8s.aws/capacity-reservation-type",
    "karpenter.k8s.aws/capacity-reservation-interruptible",
    "karpenter.k8s.aws/placement-group-id",
    "karpenter.k8s.aws/placement-group-partition",
];

/// Is it a label that types and offerings define?
pub fn well_known(key: &str) -> bool {
    key.starts_with("karpenter.k8s.aws/instance-") || WELL_KNOWN.contains(&key)
}

/// Karpenter's name of a label that has an older one.
fn normal(key: &str) -> &str {
    match key {
        "failure-domain.beta.kubernetes.io/zone" => "topology.kubernetes.io/zone",
        "failure-domain.beta.kubernetes.io/region" => "topology.kubernetes.io/region",
        "beta.kubernetes.io/arch" => "kubernetes.io/arch",
        "beta.kubernetes.io/os" => "kubernetes.io/os",
        "beta.kubernetes.io/instance-type" => "node.kubernetes.io/instance-type",
        other => other,
    }
}

impl Requirements {
    /// What these rules leave together.
    pub fn of<'a>(rules: impl IntoIterator<Item = &'a Expression>) -> Self {
        rules.into_iter().fold(Self::default(), |mut all, rule| {
            all.add(&rule.key, Requirement::of(rule.operator, &rule.values));
            all
        })
    }

    /// Each label has its value and no other.
    pub fn of_labels(labels: &Labels) -> Self {
        labels.iter().fold(Self::default(), |mut all, (key, value)| {
            all.add(key, Requirement::one(value));
            all
        })
    }

    /// Adds a rule: the label keeps what both it and the rules before leave.
    pub fn add(&mut self, key: &str, rule: Requirement) {
        let key = normal(key);
        match self.0.binary_search_by(|(own, _)| own.as_str().cmp(key)) {
            Ok(at) => self.0[at].1 = rule.and(&self.0[at].1),
            Err(at) => self.0.insert(at, (key.to_owned(), rule)),
        }
    }

    /// Adds all of another's rules.
    pub fn add_all(&mut self, others: &Self) {
        for (key, rule) in &others.0 {
            match self.0.binary_search_by(|(own, _)| own.cmp(key)) {
                Ok(at) => self.0[at].1 = rule.and(&self.0[at].1),
                Err(at) => self.0.insert(at, (key.clone(), rule.clone())),
            }
        }
    }

    /// Sets what is left of a label, whatever was left of it.
    pub fn set(&mut self, key: &str, rule: Requirement) {
        self.remove(key);
        self.add(key, rule);
    }

    /// Forgets a label.
    pub fn remove(&mut self, key: &str) {
        self.0.retain(|(own, _)| own != key);
    }

    /// What is left of a label; none where no rule is about it, so that any value and none is left.
    pub fn get(&self, key: &str) -> Option<&Requirement> {
        self.0.binary_search_by(|(own, _)| own.as_str().cmp(key)).ok().map(|at| &self.0[at].1)
    }

    /// May the label have this value?
    pub fn allows(&self, key: &str, value: &str) -> bool {
        self.get(key).is_none_or(|rule| rule.has(value))
    }

    /// Each label with what is left of it, by its name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Requirement)> {
        self.0.iter().map(|(key, rule)| (key.as_str(), rule))
    }

    /// Is there no rule?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Does a rule ask for several values (`minValues`)?
    pub fn has_min_values(&self) -> bool {
        self.0.iter().any(|(_, rule)| rule.min_values.is_some())
    }

    /// Is something left of each label that both have rules about? Two rules that both forbid are taken to agree.
    pub fn intersects(&self, others: &Self) -> bool {
        let (mut own, mut other) = (self.0.iter().peekable(), others.0.iter().peekable());
        while let (Some((key, rule)), Some((other_key, incoming))) = (own.peek(), other.peek()) {
            match key.cmp(other_key) {
                std::cmp::Ordering::Less => {
                    own.next();
                }
                std::cmp::Ordering::Greater => {
                    other.next();
                }
                std::cmp::Ordering::Equal => {
                    if !rule.agrees(incoming) {
                        return false;
                    }
                    own.next();
                    other.next();
                }
            }
        }
        true
    }

    /// Can something that this is left of (a node, or a claim) be had under these further rules? A label that is not defined here must
    /// not be asked for, unless `undefined` says that it may be, as [`well_known`] does for a claim.
    pub fn compatible(&self, others: &Self, undefined: fn(&str) -> bool) -> bool {
        let defined = |(key, rule): &(String, Requirement)| undefined(key) || rule.forbids() || self.get(key).is_some();
        others.0.iter().all(defined) && self.intersects(others)
    }

    /// As [`Self::compatible`], of a node whose labels are known.
    pub fn holds(&self, labels: &Labels) -> bool {
        self.0.iter().all(|(key, rule)| match labels.get(key) {
            Some(value) => rule.has(value),
            None => rule.forbids(),
        })
    }
}

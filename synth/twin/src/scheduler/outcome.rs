//! What came of an attempt to place a pod, with what a page shows of it and the words of the real scheduler's event.

use std::{collections::BTreeMap, fmt::Write};

use super::{filter::Refusal, score::Score};
use crate::pods::{NodeId, PodId};

/// What came of one attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The pod.
    pub pod: PodId,
    /// Where it goes.
    pub node: Option<NodeId>,
    /// Each node that would take it, in the order in which they were looked at.
    pub scores: Vec<Score>,
    /// Those that score highest: more than one is a matter of chance.
    pub best: Vec<NodeId>,
    /// Each node that would not, and why.
    pub refused: Vec<(NodeId, Refusal)>,
    /// How many nodes there are.
    pub nodes: usize,
    /// Whether others give way.
    pub preemption: Preemption,
}

/// Whether others give way to a pod that no node takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Preemption {
    /// A node takes it.
    Unneeded,
    /// There is no node at all.
    NoNodes,
    /// `preemptionPolicy` is `Never`.
    Never,
    /// Pods are leaving the node that it waits for.
    Awaited,
    /// Nobody does: by the reason, how many nodes.
    Nobody(BTreeMap<&'static str, usize>),
    /// These do.
    Chosen(Victims),
}

/// Who gives way to a pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Victims {
    /// The node that it waits for from now on.
    pub node: NodeId,
    /// Who is deleted, with their grace, the most important first.
    pub pods: Vec<PodId>,
    /// How many of these a disruption budget would have kept.
    pub violations: usize,
    /// Pods of lower priority that waited for the node too, and no longer do.
    pub outbid: Vec<PodId>,
    /// How many candidates came out equal by every rule: more than one is a matter of chance.
    pub equals: usize,
}

impl Attempt {
    /// By filter, how many nodes it kept away.
    pub fn by_filter(&self) -> BTreeMap<&'static str, usize> {
        let mut many = BTreeMap::new();
        for (_, refusal) in &self.refused {
            *many.entry(refusal.filter()).or_default() += 1;
        }
        many
    }

    /// What the real scheduler says of a pod that no node takes, in the pod's condition and its event.
    pub fn message(&self) -> Option<String> {
        if self.node.is_some() {
            return None;
        }
        if self.preemption == Preemption::NoNodes {
            return Some("no nodes available to schedule pods".to_owned());
        }
        let mut reasons = BTreeMap::new();
        for words in self.refused.iter().flat_map(|(_, refusal)| refusal.words()) {
            *reasons.entry(words).or_default() += 1;
        }
        let mut message = self.available(&reasons);
        // The part about claims is the answer of `DynamicResources`, which is asked before preemption.
        let preemption = match &self.preemption {
            Preemption::Never => "not eligible due to preemptionPolicy=Never.".to_owned(),
            Preemption::Awaited => "not eligible due to a terminating pod on the nominated node.".to_owned(),
            Preemption::Nobody(reasons) => self.available(reasons),
            Preemption::Unneeded | Preemption::NoNodes | Preemption::Chosen(_) => return Some(message),
        };
        let _ = write!(message, " no new claims to deallocate, preemption: {preemption}");
        Some(message)
    }

    fn available(&self, reasons: &BTreeMap<&'static str, usize>) -> String {
        // The scheduler sorts the written counts, not the numbers.
        let mut counts: Vec<_> = reasons.iter().map(|(reason, many)| format!("{many} {reason}")).collect();
        counts.sort();
        format!("0/{} nodes are available: {}.", self.nodes, counts.join(", "))
    }
}

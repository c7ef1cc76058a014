//! Whether a node takes a pod: the filters of kube-scheduler, in its order, the first that refuses being the reason.

use std::borrow::Cow;

use super::{
    cluster::{Cluster, Crowd},
    kinds::Kind,
    topology::{Domains, Misfit},
};
use crate::{
    pods::{Node, NodeId},
    resources::Resources,
};

/// Why a node does not take a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It was closed.
    Unschedulable,
    /// A taint that the pod does not bear.
    Taint,
    /// The node selector or the required affinity.
    NodeAffinity,
    /// Places, CPU or memory: which of them are short, and whether the empty node would be too small.
    Room(Short),
    /// The node lacks a label that the pod is spread by.
    NoDomain,
    /// Its domain would be too far ahead.
    Spread,
    /// A pod is there that this one keeps away from.
    AntiAffinity,
    /// A pod is there that keeps away from this one.
    OthersAntiAffinity,
}

/// What a node has too little of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is said or not, in any mixture")]
pub struct Short {
    /// Places.
    pub pods: bool,
    /// CPU.
    pub cpu: bool,
    /// Memory.
    pub memory: bool,
    /// Even without any pod it would be too small.
    pub always: bool,
}

impl Refusal {
    /// Might it take the pod once others are gone? Only then is a preemption thought through.
    pub fn may_give_way(self) -> bool {
        match self {
            Self::Unschedulable | Self::Taint | Self::NodeAffinity | Self::NoDomain => false,
            Self::Room(short) => !short.always,
            Self::Spread | Self::AntiAffinity | Self::OthersAntiAffinity => true,
        }
    }

    /// The filter that refuses.
    pub fn filter(self) -> &'static str {
        match self {
            Self::Unschedulable => "NodeUnschedulable",
            Self::Taint => "TaintToleration",
            Self::NodeAffinity => "NodeAffinity",
            Self::Room(_) => "NodeResourcesFit",
            Self::NoDomain | Self::Spread => "PodTopologySpread",
            Self::AntiAffinity | Self::OthersAntiAffinity => "InterPodAffinity",
        }
    }

    /// The scheduler's words for it.
    pub(super) fn words(self) -> Vec<&'static str> {
        match self {
            Self::Unschedulable => vec!["node(s) were unschedulable"],
            Self::Taint => vec!["node(s) had untolerated taint(s)"],
            Self::NodeAffinity => vec!["node(s) didn't match Pod's node affinity/selector"],
            Self::Room(short) => {
                let all = [
                    (short.pods, "Too many pods"),
                    (short.cpu, "Insufficient cpu"),
                    (short.memory, "Insufficient memory"),
                ];
                all.into_iter().filter(|(is_short, _)| *is_short).map(|(_, words)| words).collect()
            }
            Self::NoDomain => vec!["node(s) didn't match pod topology spread constraints (missing required label)"],
            Self::Spread => vec!["node(s) didn't match pod topology spread constraints"],
            Self::AntiAffinity => vec!["node(s) didn't match pod anti-affinity rules"],
            Self::OthersAntiAffinity => vec!["node(s) didn't satisfy existing pods anti-affinity rules"],
        }
    }
}

/// A pod of a kind on a node, in thought.
#[derive(Clone)]
pub(super) struct Trial<'a> {
    cluster: &'a Cluster,
    kind: Kind,
    id: NodeId,
    node: &'a Node,
    requested: Resources,
    domains: Cow<'a, Domains>,
    /// Pods that wait for the node and come first.
    beside: Vec<Kind>,
}

impl<'a> Trial<'a> {
    /// With the node as it is.
    pub(super) fn new(
        cluster: &'a Cluster,
        kind: Kind,
        (id, node): (NodeId, &'a Node),
        domains: &'a Domains,
        beside: Vec<Kind>,
    ) -> Self {
        let requested = cluster.rooms[id.0].requested;
        Self { cluster, kind, id, node, requested, domains: Cow::Borrowed(domains), beside }
    }

    /// Adds a pod to the node, or takes one away (-1). One that leaves is no longer counted for spreads, and yet is taken off their
    /// counts here: kube-scheduler does so.
    pub(super) fn shift(&mut self, kind: Kind, times: i64) {
        let asked = self.cluster.kinds.template(kind).requests;
        self.requested = if times > 0 { self.requested + asked } else { self.requested - asked };
        let crowd = Crowd { kind, standing: 1, leaving: 0 };
        self.domains.to_mut().add(self.cluster, self.kind, self.id, crowd, times);
    }

    /// Does the node take the pod, with those that come first and without them?
    pub(super) fn takes(&self) -> Result<(), Refusal> {
        if !self.beside.is_empty() {
            let mut full = Self { beside: Vec::new(), ..self.clone() };
            self.beside.iter().for_each(|kind| full.shift(*kind, 1));
            full.takes_alone()?;
        }
        self.takes_alone()
    }

    fn takes_alone(&self) -> Result<(), Refusal> {
        let (cluster, id) = (self.cluster, self.id);
        let facts = cluster.facts(self.kind, id);
        if facts.closed {
            return Err(Refusal::Unschedulable);
        }
        if facts.tainted {
            return Err(Refusal::Taint);
        }
        if !facts.selected {
            return Err(Refusal::NodeAffinity);
        }
        fits(cluster.kinds.template(self.kind).requests, self.node.allocatable, self.requested)
            .map_err(Refusal::Room)?;
        let refused = |misfit| match misfit {
            Misfit::NoDomain => Refusal::NoDomain,
            Misfit::Skew => Refusal::Spread,
            Misfit::Own => Refusal::AntiAffinity,
            Misfit::Others => Refusal::OthersAntiAffinity,
        };
        self.domains.spread(cluster, id).map_err(refused)?;
        self.domains.apart(cluster, id).map_err(refused)
    }
}

/// `NodeResourcesFit`: what is not asked for is never short.
fn fits(asked: Resources, allocatable: Resources, requested: Resources) -> Result<(), Short> {
    let free = allocatable - requested;
    let short = Short {
        pods: free.pods < 1,
        cpu: asked.cpu > 0 && asked.cpu > free.cpu,
        memory: asked.memory > 0 && asked.memory > free.memory,
        always: asked.cpu > allocatable.cpu || asked.memory > allocatable.memory,
    };
    if short.pods || short.cpu || short.memory { Err(short) } else { Ok(()) }
}

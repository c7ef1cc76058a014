//! Karpenter: which nodes it buys for pods that wait, and which it takes away.
//!
//! Versions of its behaviour are data ([`Version`]): a published run of 1.5 needs the old one, and an upgrade can be shown.

pub mod controller;
pub mod disrupt;
pub mod launch;
pub mod memory;
pub mod provision;
pub mod read;
pub mod requirements;
pub mod terminate;

use crate::{
    catalogue::{Catalogue, TypeId, Unavailable},
    karpenter::requirements::Requirements,
    pods::{Labels, Node, NodeId, Pod, PodId, PoolId, Taint, Template},
    resources::Resources,
    time::{Span, Time},
};

/// Whose behaviour is simulated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// 1.5: a pod may move to a node that is itself about to be consolidated; candidates go by what their disruption costs.
    V1_5,
    /// 1.14: it may not; candidates go by what they save.
    V1_14,
}

/// A `NodePool`, read.
#[derive(Clone, Debug)]
pub struct Pool {
    /// Its name.
    pub name: String,
    /// The higher is tried first.
    pub weight: u32,
    /// Which nodes it may make.
    pub requirements: Requirements,
    /// Labels of its nodes, besides those that its requirements give.
    pub labels: Labels,
    /// Taints of its nodes.
    pub taints: Vec<Taint>,
    /// Taints of its new nodes that somebody takes away.
    pub startup_taints: Vec<Taint>,
    /// Most of all its nodes together: thousandths of a vCPU.
    pub limit_cpu: Option<i64>,
    /// Most of all its nodes together: bytes.
    pub limit_memory: Option<i64>,
    /// Most of all its nodes together.
    pub limit_nodes: Option<i64>,
    /// Which nodes are consolidated.
    pub policy: Consolidation,
    /// How long a node is left alone after a pod came or went; `None` is `Never`.
    pub consolidate_after: Option<Span>,
    /// How many nodes may go at once.
    pub budgets: Vec<Budget>,
    /// The age at which its nodes go; `None` is `Never`.
    pub expire_after: Option<Span>,
    /// How long a node that must go waits for its pods.
    pub termination_grace: Option<Span>,
    /// What a node must still be like: nodes whose own value differs have drifted.
    pub hash: u64,
}

/// `consolidationPolicy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "Karpenter's own names")]
pub enum Consolidation {
    WhenEmpty,
    WhenEmptyOrUnderutilized,
    Balanced,
}

/// How many nodes of a pool may go at once.
#[derive(Clone, Debug)]
pub struct Budget {
    /// So many, or a percentage of the pool's.
    pub nodes: Share,
    /// For which reasons; none named is all.
    pub reasons: Vec<Reason>,
    /// Only at these times: a cron schedule in UTC, and how long it holds.
    pub window: Option<(String, Span)>,
}

/// A number of nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    /// So many.
    Number(i64),
    /// So many in a hundred, rounded up.
    Percent(i64),
}

/// Why a node goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "Karpenter's own names")]
pub enum Reason {
    Empty,
    Underutilized,
    Drifted,
}

/// What Karpenter was started with.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Whose behaviour.
    pub version: Version,
    /// A batch ends after this long without a new pod.
    pub batch_idle: Span,
    /// And at the latest after this.
    pub batch_max: Span,
    /// `PREFERENCE_POLICY` is `Ignore`.
    pub ignores_preferences: bool,
    /// The gate `SpotToSpotConsolidation`.
    pub spot_to_spot: bool,
}

/// The cluster, as a simulation of scheduling sees it.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// Now.
    pub now: Time,
    /// Every pod, the gone among them.
    pub pods: &'a [Pod],
    /// Every node and claim, the gone among them.
    pub nodes: &'a [Node],
    /// What of both is not gone, where somebody keeps it; or else all are looked at.
    pub there: Option<There<'a>>,
    /// The pools.
    pub pools: &'a [Pool],
    /// The daemonsets' pods, of which a new node gets one each where it may.
    pub daemons: &'a [Template],
    /// What can be bought.
    pub catalogue: &'a Catalogue,
    /// What cannot, for the moment.
    pub unavailable: &'a Unavailable,
    /// What Karpenter was started with.
    pub settings: &'a Settings,
}

/// Pods and nodes that are not gone, each in their order.
#[derive(Clone, Copy)]
#[expect(missing_docs, reason = "as above")]
pub struct There<'a> {
    pub pods: &'a [PodId],
    pub nodes: &'a [NodeId],
}

/// What a simulation of scheduling comes to.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Pods that fit onto nodes that are there or on their way.
    pub existing: Vec<(PodId, NodeId)>,
    /// Nodes to be bought.
    pub claims: Vec<Claim>,
    /// Pods that no node can be bought for.
    pub unschedulable: Vec<PodId>,
    /// How often a preference was given up.
    pub relaxations: u32,
}

/// A node that is to be bought: of which type is left open until the launch.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The pool that it will be of.
    pub pool: PoolId,
    /// What is left of the pool's requirements after those of its pods.
    pub requirements: Requirements,
    /// The types that all of its pods fit.
    pub types: Vec<TypeId>,
    /// Its pods.
    pub pods: Vec<PodId>,
    /// What they ask for, with the daemonsets' pods.
    pub requests: Resources,
}

impl<'a> View<'a> {
    /// The pods that are not gone, in their order.
    pub fn pods_there(self) -> impl Iterator<Item = (PodId, &'a Pod)> {
        let known = self.there.into_iter().flat_map(|there| there.pods).copied();
        let all = (0..if self.there.is_some() { 0 } else { self.pods.len() }).map(PodId);
        let pods = known.chain(all).map(move |id| (id, &self.pods[id.0]));
        pods.filter(|(_, pod)| pod.gone.is_none())
    }

    /// The nodes and claims that are not gone, in their order.
    pub fn nodes_there(self) -> impl Iterator<Item = (NodeId, &'a Node)> {
        let known = self.there.into_iter().flat_map(|there| there.nodes).copied();
        let all = (0..if self.there.is_some() { 0 } else { self.nodes.len() }).map(NodeId);
        let nodes = known.chain(all).map(move |id| (id, &self.nodes[id.0]));
        nodes.filter(|(_, node)| node.gone.is_none())
    }
}

impl Share {
    /// Of so many, rounded up.
    pub fn up(self, all: i64) -> i64 {
        match self {
            Self::Number(number) => number,
            Self::Percent(percent) => (percent * all + 99).div_euclid(100),
        }
    }

    /// Of so many, rounded down.
    pub fn down(self, all: i64) -> i64 {
        match self {
            Self::Number(number) => number,
            Self::Percent(percent) => (percent * all).div_euclid(100),
        }
    }
}

//! What happened, as an observer reads it: each with its time, and typed, so that a page can write it on a chart.

use crate::{
    karpenter::Reason,
    pods::{Capacity, NodeId, PodId, PoolId},
    time::Time,
};

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// When.
    pub at: Time,
    /// What.
    pub kind: Kind,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// A claim was made for a node.
    Claimed(NodeId),
    /// Its instance was bought.
    Launched(NodeId),
    /// Nothing could be bought: the claim is gone, and so many offerings were refused, for what each.
    Refused(NodeId, Vec<(Limit, usize)>),
    /// Its kubelet joined the cluster.
    Registered(NodeId),
    /// It is ready, and its startup taints are gone.
    Initialized(NodeId),
    /// It answers no more.
    NotReady(NodeId),
    /// Nothing new is put on it.
    Tainted(NodeId),
    /// It was told to go.
    Leaving(NodeId, Cause),
    /// Its instance is gone.
    Gone(NodeId, Cause),
    /// A pod was made.
    Created(PodId),
    /// A scheduler found no node for it, for the first time.
    Unschedulable(PodId),
    /// It was bound to a node.
    Bound(PodId, NodeId),
    /// It has a node and no address, for the first time.
    NoAddress(PodId),
    /// Its container started.
    Started(PodId),
    /// It is ready.
    Ready(PodId),
    /// It was told to go, and why.
    Deleted(PodId, Departure),
    /// A budget forbade its eviction for the moment, for the first time.
    EvictionRefused(PodId),
    /// It is gone.
    PodGone(PodId),
    /// A workload could not make a pod, since a quota is used up.
    OverQuota(usize),
    /// Karpenter looked for nodes for so many pods that wait and so many on nodes that go.
    Simulated {
        /// Pods that wait.
        pending: usize,
        /// Pods of nodes that go.
        leaving: usize,
        /// Pods for which nothing can be bought.
        unschedulable: usize,
        /// Claims that came of it.
        claims: usize,
        /// Nodes on their way, or there, that got pods in it.
        nodes: usize,
    },
    /// Nothing can be bought for a pod, since this stands against it.
    Wants(PodId, Limit),
    /// A claim was not made, since the pool's nodes are beyond a limit already.
    LimitReached(PoolId),
    /// Karpenter let the pods of a batch wait for their next trigger, since a claim had no instance yet.
    Unsynced,
    /// Karpenter takes nodes away.
    Disrupted(Disruption),
    /// What it had decided held no more fifteen seconds later.
    Abandoned(Reason),
    /// The old nodes of a command were told to go.
    CommandDone,
    /// The replacement did not come; the nodes stay.
    CommandFailed,
}

/// A command of Karpenter's disruption.
#[derive(Clone, Debug, PartialEq)]
pub struct Disruption {
    /// Why.
    pub reason: Reason,
    /// The nodes that go.
    pub nodes: Vec<NodeId>,
    /// The claims that take their place.
    pub replacements: Vec<NodeId>,
    /// Pods that have to move.
    pub pods: usize,
    /// Dollars an hour, by Karpenter's own estimate.
    pub savings: f64,
}

/// What stands against a node for pods that wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Limit {
    /// `limits.cpu` of the pools.
    Cpu,
    /// `limits.memory` of the pools.
    Memory,
    /// Both, or `limits.nodes`.
    Pools,
    /// AWS has no instance.
    Capacity,
    /// No subnet has an address left.
    Addresses,
    /// vCPUs that the account may have as this.
    Account(Capacity),
}

/// Why a node goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Karpenter's disruption, for this reason.
    Disrupted(Reason),
    /// It reached its age.
    Expired,
    /// Its instance was announced to be taken back.
    Interrupted,
    /// Somebody drained it.
    Drained,
    /// There was no capacity.
    NoCapacity,
    /// It did not launch or register in time.
    Late,
}

/// Why a pod goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Departure {
    /// Its workload wants fewer.
    ScaledDown,
    /// Its workload has a newer revision.
    Rolled,
    /// Its node goes, and a budget allowed it.
    Evicted,
    /// Its node's termination grace period ends, whatever budgets say.
    Expiring,
    /// A pod of higher priority takes its place.
    Preempted,
    /// Its node did not answer for longer than it bears.
    NodeLost,
    /// Somebody deleted it.
    Deleted,
}

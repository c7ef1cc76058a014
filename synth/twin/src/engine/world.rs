//! What a simulation begins with: the cluster's objects, its nodes, and what Karpenter can buy.

use std::sync::Arc;

use crate::{
    catalogue::Catalogue,
    karpenter::{Pool, Settings, Share},
    network::Subnet,
    pods::{Capacity, Expression, Node, Template},
    resources::Resources,
    time::{Span, Time},
};

/// What a simulation begins with.
#[derive(Clone, Debug)]
pub struct World {
    /// The `NodePool`s.
    pub pools: Vec<Pool>,
    /// The `DaemonSet`s' pods.
    pub daemons: Vec<Template>,
    /// The `Deployment`s.
    pub workloads: Vec<Workload>,
    /// The `PodDisruptionBudget`s.
    pub budgets: Vec<PodBudget>,
    /// The `ResourceQuota`s.
    pub quotas: Vec<Quota>,
    /// Nodes that are there from the start, those of managed groups among them.
    pub nodes: Vec<Node>,
    /// What AWS lets the account have in all.
    pub bounds: Bounds,
    /// What can be bought.
    pub catalogue: Catalogue,
    /// What Karpenter was started with; without it, nobody buys.
    pub karpenter: Option<Settings>,
    /// Milliseconds since 1970 at the simulation's zero: conditions have whole seconds of the wall clock, and budgets have schedules.
    pub epoch: i64,
    /// When Karpenter's disruption loop first looks; from there on every ten seconds while it finds nothing.
    pub first_look: Time,
}

/// What AWS lets the account have in all; what is not said has no bound.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// The subnets of nodes, one a zone.
    pub subnets: Vec<Subnet>,
    /// vCPUs of On-Demand Standard instances that run (quota L-1216C47A).
    pub on_demand: Option<i64>,
    /// vCPUs of Spot Standard instances (quota L-34B43A08).
    pub spot: Option<i64>,
}

impl Bounds {
    /// vCPUs that the account may have as this.
    pub fn vcpus(&self, capacity: Capacity) -> Option<i64> {
        match capacity {
            Capacity::OnDemand => self.on_demand,
            Capacity::Spot => self.spot,
        }
    }
}

/// A `Deployment`, or something else that keeps a number of pods.
#[derive(Clone, Debug)]
pub struct Workload {
    /// Its name, unique among all.
    pub name: String,
    /// Its pods.
    pub template: Arc<Template>,
    /// How many it shall have.
    pub replicas: usize,
    /// How many of them run from the start.
    pub standing: usize,
    /// How a newer revision takes over.
    pub rollout: Rollout,
}

/// `strategy.rollingUpdate`, and `minReadySeconds`.
#[derive(Clone, Copy, Debug)]
pub struct Rollout {
    /// `maxSurge`: a share is rounded up.
    pub surge: Share,
    /// `maxUnavailable`: a share is rounded down.
    pub unavailable: Share,
    /// How long a pod must have been ready to count.
    pub min_ready: Span,
}

impl Default for Rollout {
    /// Kubernetes' own: a quarter each, at once.
    fn default() -> Self {
        Self { surge: Share::Percent(25), unavailable: Share::Percent(25), min_ready: Span::ZERO }
    }
}

/// A `PodDisruptionBudget`.
#[derive(Clone, Debug)]
pub struct PodBudget {
    /// Its name.
    pub name: String,
    /// Its namespace, whose pods it covers.
    pub namespace: String,
    /// Which pods; an empty one is all.
    pub selector: Vec<Expression>,
    /// What must stay.
    pub keeps: Keeps,
}

/// What a budget keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeps {
    /// `minAvailable`: a share is rounded up.
    Available(Share),
    /// `maxUnavailable`: a share is rounded up.
    Unavailable(Share),
}

/// A `ResourceQuota`: what the pods of a namespace may ask for in all.
#[derive(Clone, Debug)]
pub struct Quota {
    /// The namespace.
    pub namespace: String,
    /// `requests.cpu`, `requests.memory` and `pods`; what is not limited is `i64::MAX`.
    pub hard: Resources,
    /// `limits.cpu`, in thousandths of a vCPU.
    pub limit_cpu: Option<i64>,
}

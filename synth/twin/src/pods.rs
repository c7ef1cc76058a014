//! Pods and nodes, as far as those who decide about them look.
//!
//! A [`Template`] is what a workload's pods have in common, read once from the `PodTemplateSpec` that is written. Pods and nodes stand in
//! the order in which they were made and keep their numbers: [`PodId`] and [`NodeId`] are places in the slices that are passed around.

pub mod read;

use std::{collections::BTreeMap, sync::Arc};

use crate::{resources::Resources, time::Time};

/// Labels of an object.
pub type Labels = BTreeMap<String, String>;

/// The label of a node's zone, whose values are the region's, such as `eu-north-1a`.
pub const ZONE: &str = "topology.kubernetes.io/zone";
/// The label of a node's own name.
pub const HOSTNAME: &str = "kubernetes.io/hostname";

/// The value of the priority class of that name: what a cluster needs.
pub const SYSTEM_CLUSTER_CRITICAL: i64 = 2_000_000_000;
/// The value of the priority class of that name: what each node needs.
pub const SYSTEM_NODE_CRITICAL: i64 = 2_000_001_000;

/// A pod, by its place among all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PodId(pub usize);

/// A node, or the claim that will be one, by its place among all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub usize);

/// A `NodePool`, by its place among all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PoolId(pub usize);

/// A rule about a label, of nodes or pods. `Gt` and the like compare whole numbers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Expression {
    /// The label.
    pub key: String,
    /// `In`, `NotIn`, `Exists`, `DoesNotExist`, `Gt`, `Lt`, `Gte` or `Lte`.
    pub operator: Operator,
    /// What the operator compares with.
    pub values: Vec<String>,
}

/// How an [`Expression`] compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "Kubernetes' own names")]
pub enum Operator {
    In,
    NotIn,
    Exists,
    DoesNotExist,
    Gt,
    Lt,
    Gte,
    Lte,
}

/// A taint that is tolerated: an absent key is every key, an absent value every value, an absent effect every effect.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "Kubernetes' own names")]
pub struct Toleration {
    pub key: Option<String>,
    pub value: Option<String>,
    pub effect: Option<Effect>,
    /// Seconds for which a `NoExecute` taint is borne; `None` is for ever.
    pub seconds: Option<i64>,
}

/// A taint of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "Kubernetes' own names")]
pub struct Taint {
    pub key: String,
    pub value: String,
    pub effect: Effect,
}

/// What a taint does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "Kubernetes' own names")]
pub enum Effect {
    NoSchedule,
    PreferNoSchedule,
    NoExecute,
}

/// How pods are spread over the values of a label of nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spread {
    /// The label of nodes.
    pub key: String,
    /// Most by which one value may be ahead of the least.
    pub max_skew: i64,
    /// With fewer values than these, the least counts as 0.
    pub min_domains: Option<i64>,
    /// `DoNotSchedule`, or else `ScheduleAnyway`.
    pub hard: bool,
    /// Which pods count, with the template's own values of `matchLabelKeys` among them.
    pub selector: Vec<Expression>,
    /// `nodeAffinityPolicy` is `Honor`.
    pub honors_affinity: bool,
    /// `nodeTaintsPolicy` is `Honor`.
    pub honors_taints: bool,
}

/// Pods that keep away from others, or from each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AntiAffinity {
    /// The label of nodes within whose values they keep apart.
    pub key: String,
    /// Which pods are kept away from.
    pub selector: Vec<Expression>,
    /// Required; or else preferred, with this weight.
    pub weight: Option<i64>,
}

/// What the pods of a workload have in common.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "as many as the fields of a pod that they stand for")]
pub struct Template {
    /// The workload: a `ReplicaSet` by its `Deployment` and revision, or a `DaemonSet`.
    pub workload: String,
    /// Its namespace.
    pub namespace: String,
    /// Labels of its pods, `pod-template-hash` among them where a revision has one.
    pub labels: Labels,
    /// What a pod asks for, one place among it.
    pub requests: Resources,
    /// What the scheduler's scores reckon besides, for containers that ask for no CPU or no memory.
    pub unasked: Resources,
    /// A pod's `limits.cpu`, in thousandths.
    pub cpu_limit: Option<i64>,
    /// `nodeSelector`, and the terms of required node affinity: one term holds if all of its rules do, and one term is enough.
    pub node_terms: Vec<Vec<Expression>>,
    /// Preferred node affinity, by weight.
    pub preferred_nodes: Vec<(i64, Vec<Expression>)>,
    /// Taints that it bears.
    pub tolerations: Vec<Toleration>,
    /// How its pods are spread.
    pub spreads: Vec<Spread>,
    /// From whom its pods keep away.
    pub anti_affinity: Vec<AntiAffinity>,
    /// The value of its priority class.
    pub priority: i64,
    /// `preemptionPolicy` is `Never`.
    pub never_preempts: bool,
    /// `hostNetwork`: its pods have the address of their node.
    pub host_network: bool,
    /// `terminationGracePeriodSeconds`.
    pub grace_seconds: i64,
    /// Of a `DaemonSet`: nobody moves it, and it leaves with its node.
    pub daemon: bool,
    /// `controller.kubernetes.io/pod-deletion-cost`.
    pub deletion_cost: i64,
    /// `karpenter.sh/do-not-disrupt`.
    pub do_not_disrupt: bool,
}

/// A pod.
#[derive(Clone, Debug)]
pub struct Pod {
    /// What it has in common with its like.
    pub template: Arc<Template>,
    /// When it was made.
    pub created: Time,
    /// When a scheduler first found no node for it.
    pub unschedulable: Option<Time>,
    /// The node that it was bound to, and when.
    pub node: Option<(NodeId, Time)>,
    /// When its container started: `status.startTime` is that of the binding, to within a second.
    pub started: Option<Time>,
    /// When it last became ready, while it is.
    pub ready: Option<Time>,
    /// When it last changed between ready and not, which for a new pod is when it was bound.
    pub ready_changed: Option<Time>,
    /// When it was told to go.
    pub deleting: Option<Time>,
    /// When it was gone: its number stays, the pod does not.
    pub gone: Option<Time>,
    /// How often its container was started again.
    pub restarts: u32,
    /// The node that a preemption made room on.
    pub nominated: Option<NodeId>,
}

/// A node, from the moment at which its claim was made.
#[derive(Clone, Debug)]
pub struct Node {
    /// Its name. Karpenter takes nodes in the order of their names, so a simulation lets names grow with the launches.
    pub name: String,
    /// The pool that it is of; none for a node of a managed group.
    pub pool: Option<PoolId>,
    /// Its instance type.
    pub instance_type: String,
    /// Its zone, such as `eu-north-1a`.
    pub zone: String,
    /// Spot, or on-demand.
    pub capacity: Capacity,
    /// Its labels, zone, name, type and capacity type among them.
    pub labels: Labels,
    /// Its taints.
    pub taints: Vec<Taint>,
    /// What pods may ask for in all.
    pub allocatable: Resources,
    /// What it counts for against a pool's limits.
    pub size: Resources,
    /// Dollars an hour.
    pub price: f64,
    /// When its claim was made.
    pub created: Time,
    /// When the instance was launched.
    pub launched: Option<Time>,
    /// When its kubelet joined the cluster: the scheduler sees it from here on.
    pub registered: Option<Time>,
    /// When it was ready, its startup taints gone.
    pub initialized: Option<Time>,
    /// When it was told to go.
    pub deleting: Option<Time>,
    /// When its instance was gone: its number stays, the node does not.
    pub gone: Option<Time>,
}

/// How an instance is paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Capacity {
    /// Cheaper, and taken back at two minutes' notice.
    Spot,
    /// At the list price.
    OnDemand,
}

impl Pod {
    /// A pod that was just made.
    pub fn new(template: Arc<Template>, created: Time) -> Self {
        Self {
            template,
            created,
            unschedulable: None,
            node: None,
            started: None,
            ready: None,
            ready_changed: None,
            deleting: None,
            gone: None,
            restarts: 0,
            nominated: None,
        }
    }

    /// Does it still hold what it asked for on its node?
    pub fn holds(&self) -> bool {
        self.node.is_some() && self.gone.is_none()
    }

    /// Does it wait for a node?
    pub fn pending(&self) -> bool {
        self.node.is_none() && self.deleting.is_none() && self.gone.is_none()
    }
}

impl Node {
    /// Has the scheduler it before it?
    pub fn present(&self) -> bool {
        self.registered.is_some() && self.gone.is_none()
    }
}

impl Operator {
    /// The operator of this name, if there is one.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "In" => Self::In,
            "NotIn" => Self::NotIn,
            "Exists" => Self::Exists,
            "DoesNotExist" => Self::DoesNotExist,
            "Gt" => Self::Gt,
            "Lt" => Self::Lt,
            "Gte" => Self::Gte,
            "Lte" => Self::Lte,
            _ => return None,
        })
    }

    /// Does it compare whole numbers?
    pub fn compares(self) -> bool {
        matches!(self, Self::Gt | Self::Lt | Self::Gte | Self::Lte)
    }
}

impl Expression {
    /// Do these labels obey it?
    pub fn holds(&self, labels: &Labels) -> bool {
        let value = labels.get(&self.key);
        let number = |text: &String| text.parse::<i64>().ok();
        let compares = |order: fn(&i64, &i64) -> bool| {
            value
                .and_then(number)
                .zip(self.values.first().and_then(number))
                .is_some_and(|(is, bound)| order(&is, &bound))
        };
        match self.operator {
            Operator::In => value.is_some_and(|value| self.values.contains(value)),
            Operator::NotIn => value.is_none_or(|value| !self.values.contains(value)),
            Operator::Exists => value.is_some(),
            Operator::DoesNotExist => value.is_none(),
            Operator::Gt => compares(i64::gt),
            Operator::Lt => compares(i64::lt),
            Operator::Gte => compares(i64::ge),
            Operator::Lte => compares(i64::le),
        }
    }
}

impl Toleration {
    /// Does it bear this taint?
    pub fn bears(&self, taint: &Taint) -> bool {
        self.key.as_ref().is_none_or(|key| *key == taint.key)
            && self.value.as_ref().is_none_or(|value| *value == taint.value)
            && self.effect.is_none_or(|effect| effect == taint.effect)
    }
}

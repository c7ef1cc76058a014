//! The state of the cluster: its objects, and who belongs to whom.

use std::sync::Arc;

use super::{
    event::Cause,
    world::{Bounds, PodBudget, Quota, Rollout, Workload, World},
};
use crate::{
    catalogue::{Catalogue, Unavailable},
    karpenter::{Claim, Pool, launch::Fleet},
    pods::{Node, NodeId, Pod, PodId, Template},
    time::{Span, Time},
};

/// The state of the cluster.
pub(super) struct Cluster {
    pub(super) pods: Vec<Pod>,
    /// Those that are not gone, in their order.
    pub(super) pods_there: Vec<PodId>,
    /// What is known of each pod besides.
    pub(super) about: Vec<About>,
    /// The budgets that cover each pod.
    pub(super) covers: Vec<Vec<usize>>,
    pub(super) nodes: Vec<Node>,
    /// Those that are not gone, in their order.
    pub(super) nodes_there: Vec<NodeId>,
    /// The pods of each node that are not gone.
    pub(super) on_node: Vec<Vec<PodId>>,
    /// Since when each node does not answer.
    pub(super) lost: Vec<Option<Time>>,
    /// What was asked for, of each claim.
    pub(super) claims: Vec<Option<Claim>>,
    /// And then of AWS.
    pub(super) fleets: Vec<Option<Fleet>>,
    /// Why each goes.
    pub(super) causes: Vec<Option<Cause>>,
    /// Of each, whether its instance is gone.
    pub(super) vanished: Vec<bool>,
    pub(super) owners: Vec<Owner>,
    pub(super) daemons: Vec<Template>,
    /// The same, to be shared by their pods.
    pub(super) daemon_templates: Vec<Arc<Template>>,
    pub(super) budgets: Vec<PodBudget>,
    pub(super) quotas: Vec<Quota>,
    pub(super) pools: Vec<Pool>,
    pub(super) bounds: Bounds,
    pub(super) catalogue: Catalogue,
    pub(super) unavailable: Unavailable,
    pub(super) epoch: i64,
    pub(super) first_look: Time,
}

/// What is known of a pod besides.
#[derive(Clone, Debug)]
pub(super) struct About {
    pub(super) owner: Owned,
    /// How many of its workload's pods were made before.
    pub(super) ordinal: usize,
    /// The scheduler's last words about it, by a hash.
    pub(super) words: Option<u64>,
    /// Its next trigger is entered.
    pub(super) triggers: bool,
    /// An eviction is asked for, again and again.
    pub(super) evicting: bool,
    /// An eviction was in its way.
    pub(super) conflicted: bool,
    /// Has it an address of its own? Nothing before it has asked for one.
    pub(super) addressed: Option<bool>,
}

/// Who keeps a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owned {
    /// A workload, and which of its revisions.
    Workload(usize, usize),
    /// A daemonset.
    Daemon(usize),
}

/// A `Deployment` with its `ReplicaSet`s.
pub(super) struct Owner {
    pub(super) name: String,
    /// `spec.replicas`.
    pub(super) replicas: usize,
    /// The same, as its controller has seen it.
    pub(super) seen: usize,
    pub(super) rollout: Rollout,
    /// The newest is the last.
    pub(super) sets: Vec<Set>,
    /// Pods that run from the start.
    pub(super) standing: usize,
    /// Pods made so far.
    pub(super) made: usize,
    /// Its controller is to look.
    pub(super) sync_due: bool,
    /// A quota held it, and it says so once.
    pub(super) held: bool,
}

/// A `ReplicaSet`.
pub(super) struct Set {
    pub(super) template: Arc<Template>,
    pub(super) replicas: usize,
    /// Pods asked for that are not there yet.
    pub(super) asked: usize,
    /// Its pods that are not gone.
    pub(super) pods: Vec<PodId>,
}

impl Cluster {
    pub(super) fn new(world: World) -> Self {
        let daemon_templates = world.daemons.iter().cloned().map(Arc::new).collect();
        let nodes = world.nodes.len();
        Self {
            pods: Vec::new(),
            pods_there: Vec::new(),
            nodes_there: (0..nodes).map(NodeId).collect(),
            about: Vec::new(),
            covers: Vec::new(),
            on_node: vec![Vec::new(); nodes],
            lost: vec![None; nodes],
            claims: vec![None; nodes],
            fleets: vec![None; nodes],
            causes: vec![None; nodes],
            vanished: vec![false; nodes],
            nodes: world.nodes,
            owners: world.workloads.into_iter().map(Owner::new).collect(),
            daemons: world.daemons,
            daemon_templates,
            budgets: world.budgets,
            quotas: world.quotas,
            pools: world.pools,
            bounds: world.bounds,
            catalogue: world.catalogue,
            unavailable: Unavailable::default(),
            epoch: world.epoch,
            first_look: world.first_look,
        }
    }

    /// Adds a pod that is not bound.
    pub(super) fn add_pod(&mut self, template: Arc<Template>, owner: Owned, ordinal: usize, now: Time) -> PodId {
        let id = PodId(self.pods.len());
        self.covers.push(self.covering(&template));
        self.pods.push(Pod::new(template, now));
        self.pods_there.push(id);
        self.about.push(About {
            owner,
            ordinal,
            words: None,
            triggers: false,
            evicting: false,
            conflicted: false,
            addressed: None,
        });
        id
    }

    /// Adds a node or claim.
    pub(super) fn add_node(&mut self, node: Node, claim: Option<Claim>) -> NodeId {
        let id = NodeId(self.nodes.len());
        self.nodes.push(node);
        self.nodes_there.push(id);
        self.claims.push(claim);
        self.fleets.push(None);
        self.causes.push(None);
        self.vanished.push(false);
        self.on_node.push(Vec::new());
        self.lost.push(None);
        id
    }

    /// The workload of a pod, by its name.
    pub(super) fn workload(&self, pod: PodId) -> &str {
        match self.about[pod.0].owner {
            Owned::Workload(workload, _) => &self.owners[workload].name,
            Owned::Daemon(daemon) => &self.daemons[daemon].workload,
        }
    }
}

impl Owner {
    pub(super) fn new(workload: Workload) -> Self {
        let set = Set { template: workload.template, replicas: workload.replicas, asked: 0, pods: Vec::new() };
        Self {
            name: workload.name,
            replicas: workload.replicas,
            seen: workload.replicas,
            rollout: workload.rollout,
            sets: vec![set],
            standing: workload.standing,
            made: 0,
            sync_due: false,
            held: false,
        }
    }

    /// How long a pod must have been ready to count.
    pub(super) fn min_ready(&self) -> Span {
        self.rollout.min_ready
    }
}

impl Set {
    /// Its pods that are not told to go.
    pub(super) fn live<'a>(&'a self, pods: &'a [Pod]) -> impl Iterator<Item = PodId> + 'a {
        self.pods.iter().copied().filter(|id| pods[id.0].deleting.is_none())
    }
}

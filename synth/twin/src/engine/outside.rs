//! What outside parties do to the cluster: scale it, roll it out, take capacity away.

use std::sync::Arc;

use super::{
    Engine, Happening, Workload,
    cluster::{Owner, Set},
    event::{Cause, Departure, Limit},
    nodes::UNREADY_AFTER,
    world::PodBudget,
};
use crate::{
    karpenter::Pool,
    pods::{Capacity, NodeId, PodId, PoolId, Template},
    scheduler::Event,
    time::Span,
};

/// A spot instance is taken back so long after the notice.
const NOTICE: Span = Span::whole_seconds(120);

/// Capacity that cannot be had: what is not named is any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shortage {
    /// The instance type.
    pub instance_type: Option<String>,
    /// The zone, such as `eu-north-1a`.
    pub zone: Option<String>,
    /// Spot or on demand.
    pub capacity: Option<Capacity>,
}

impl Engine {
    /// The workload of a name.
    pub fn workload(&self, name: &str) -> Option<usize> {
        self.cluster.owners.iter().position(|owner| owner.name == name)
    }

    /// The pool of a name.
    pub fn pool(&self, name: &str) -> Option<PoolId> {
        self.cluster.pools.iter().position(|pool| pool.name == name).map(PoolId)
    }

    /// The pools.
    pub fn pools(&self) -> &[Pool] {
        &self.cluster.pools
    }

    /// How many pods a workload shall have.
    pub fn replicas(&self, workload: usize) -> usize {
        self.cluster.owners[workload].replicas
    }

    /// A workload shall have so many pods.
    pub fn set_replicas(&mut self, workload: usize, replicas: usize) {
        self.cluster.owners[workload].replicas = replicas;
        let wait = self.pace.react(&self.cluster.owners[workload].name, self.now);
        self.after(wait, Happening::Scaled(workload, replicas));
    }

    /// Another workload is there from now on.
    pub fn add_workload(&mut self, workload: Workload) -> usize {
        self.cluster.owners.push(Owner::new(workload));
        let place = self.cluster.owners.len() - 1;
        self.sync_soon(place);
        place
    }

    /// Another daemonset is: each node gets a pod of it.
    pub fn add_daemon(&mut self, daemon: Template) {
        self.cluster.daemon_templates.push(Arc::new(daemon.clone()));
        self.cluster.daemons.push(daemon);
        for node in (0..self.cluster.nodes.len()).map(NodeId) {
            self.place_daemon(node, self.cluster.daemons.len() - 1);
        }
    }

    /// A budget is there from now on, in the place of one of its name.
    pub fn set_budget(&mut self, budget: PodBudget) {
        self.cluster.budgets.retain(|other| other.name != budget.name || other.namespace != budget.namespace);
        self.cluster.budgets.push(budget);
        self.cluster.cover_again();
        self.stir();
    }

    /// A budget is gone.
    pub fn remove_budget(&mut self, namespace: &str, name: &str) {
        self.cluster.budgets.retain(|other| other.name != name || other.namespace != namespace);
        self.cluster.cover_again();
        self.stir();
    }

    /// A workload gets a newer revision, which takes over by and by.
    pub fn roll(&mut self, workload: usize, template: Template) {
        let set = Set { template: Arc::new(template), replicas: 0, asked: 0, pods: Vec::new() };
        self.cluster.owners[workload].sets.push(set);
        self.sync_soon(workload);
    }

    /// Somebody deletes pods.
    pub fn delete_pods(&mut self, pods: &[PodId]) {
        for pod in pods {
            self.delete_pod(*pod, Departure::Deleted, None);
        }
    }

    /// Somebody deletes the node: it is drained, and goes.
    pub fn drain_node(&mut self, node: NodeId) {
        self.leave(node, Cause::Drained);
    }

    /// A spot instance is announced to be taken back: its offering counts as out of capacity, and its node goes.
    pub fn interrupt(&mut self, id: NodeId) {
        let node = &self.cluster.nodes[id.0];
        let catalogue = &self.cluster.catalogue;
        if node.gone.is_some() {
            return;
        }
        if let Some((kind, zone)) = catalogue.named(&node.instance_type).zip(catalogue.zone(&node.zone)) {
            self.cluster.unavailable.refuse(kind, zone, Capacity::Spot, self.now);
            self.refusals.insert(Limit::Capacity, self.now);
        }
        self.leave(id, Cause::Interrupted);
        self.after(NOTICE, Happening::Reclaimed(id));
    }

    /// Capacity cannot be had from now on.
    pub fn refuse_capacity(&mut self, shortage: Shortage) {
        self.shortages.push(shortage);
    }

    /// All capacity can be had again; what was refused is tried again once it is forgotten.
    pub fn restore_capacity(&mut self) {
        self.shortages.clear();
    }

    /// The instances of a zone answer no more, and none can be had there.
    pub fn lose_zone(&mut self, zone: &str) {
        self.refuse_capacity(Shortage { zone: Some(zone.to_owned()), ..Shortage::default() });
        for id in (0..self.cluster.nodes.len()).map(NodeId) {
            let node = &self.cluster.nodes[id.0];
            if node.zone == zone && node.gone.is_none() && self.cluster.lost[id.0].is_none() {
                self.cluster.lost[id.0] = Some(self.now);
                self.after(UNREADY_AFTER, Happening::Unreachable(id));
            }
        }
        self.look_for_leader();
    }

    /// A pool is changed: nodes that it would no more make so drift.
    pub fn change_pool(&mut self, pool: PoolId, changed: Pool) {
        self.cluster.pools[pool.0] = changed;
        self.changed();
        self.look_for_drift(false, |engine, node| engine.cluster.nodes[node.0].pool == Some(pool));
    }

    /// New nodes get another image: all others drift.
    pub fn change_image(&mut self) {
        if let Some(karpenter) = &mut self.karpenter {
            karpenter.image += 1;
        }
        self.look_for_drift(true, |_, _| true);
    }

    fn look_for_drift(&mut self, image: bool, concerned: impl Fn(&Self, NodeId) -> bool) {
        for node in (0..self.cluster.nodes.len()).map(NodeId) {
            if self.cluster.nodes[node.0].pool.is_some() && concerned(self, node) {
                let wait = self.pace.drift(node, image, self.now);
                self.after(wait, Happening::Drifted(node));
            }
        }
    }

    /// Something changed about a node that the scheduler minds.
    pub fn node_changed(&mut self) {
        self.waiting.happened(Event::NodeChanged, self.now);
        self.cycle_soon();
    }
}

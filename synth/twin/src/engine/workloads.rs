//! The controllers of workloads: they make and delete pods until there are as many as are wanted.

use std::{collections::BTreeMap, sync::Arc};

use super::{Engine, Happening, Kind, Whose, cluster::Owned, event::Departure};
use crate::{
    karpenter::memory::Memory,
    pods::{NodeId, PodId, Template, Toleration},
    replicaset::{self, Change},
    resources::Resources,
    time::Span,
};

/// A pod that a quota forbids is asked for again after this, unless one goes before.
const QUOTA_RETRY: Span = Span::whole_seconds(10);

impl Engine {
    /// What stands from the start is placed, and the loops begin.
    pub(super) fn begin(&mut self) {
        if let Some(karpenter) = &mut self.karpenter {
            let remembered = self.cluster.nodes.iter().map(|node| Memory {
                initialized: node.initialized,
                hash: node.pool.map_or(0, |pool| self.cluster.pools[pool.0].hash),
                ..Memory::default()
            });
            karpenter.memories = remembered.collect();
            self.due.push(self.cluster.first_look, Happening::Look(0));
        }
        for node in (0..self.cluster.nodes.len()).map(NodeId) {
            self.takes_room(node);
            self.addresses.join(node, self.now);
            self.place_daemons(node);
        }
        for workload in 0..self.cluster.owners.len() {
            let standing = self.cluster.owners[workload].standing.min(self.cluster.owners[workload].replicas);
            for _ in 0..standing {
                self.stand(workload);
            }
            self.sync_soon(workload);
        }
    }

    /// A pod runs from the start, where the scheduler has a place for it; or else it waits for one.
    fn stand(&mut self, workload: usize) {
        let now = self.now;
        let owner = &mut self.cluster.owners[workload];
        let (ordinal, template) = (owner.made, owner.sets[0].template.clone());
        owner.made += 1;
        let id = self.cluster.add_pod(template, Owned::Workload(workload, 0), ordinal, now);
        self.cluster.owners[workload].sets[0].pods.push(id);
        self.log(Kind::Created(id));
        self.note(id);
        let budgets = self.cluster.scheduler_budgets();
        let attempt = self.scheduler.schedule(&self.cluster.pods, &self.cluster.nodes, id, &budgets);
        let Some(node) = attempt.node else {
            self.after(Span::ZERO, Happening::Queued(id));
            return;
        };
        let pod = &mut self.cluster.pods[id.0];
        pod.node = Some((node, now));
        (pod.started, pod.ready, pod.ready_changed) = (Some(now), Some(now), Some(now));
        self.cluster.on_node[node.0].push(id);
        self.takes_address(id, node);
        self.note(id);
        self.log(Kind::Bound(id, node));
        self.log(Kind::Ready(id));
    }

    /// The controller of a pod looks.
    pub(super) fn owner_looks(&mut self, pod: PodId) {
        if let Owned::Workload(workload, _) = self.cluster.about[pod.0].owner {
            self.sync_soon(workload);
        }
    }

    pub(super) fn sync_soon(&mut self, workload: usize) {
        let owner = &mut self.cluster.owners[workload];
        if !owner.sync_due {
            owner.sync_due = true;
            self.after(Span::ZERO, Happening::Sync(workload));
        }
    }

    /// A workload's controller has seen how many pods it shall have.
    pub(super) fn scaled(&mut self, workload: usize, replicas: usize) {
        self.cluster.owners[workload].seen = replicas;
        self.sync_soon(workload);
    }

    /// A workload's controllers look: how many of each revision there shall be, and then that there are.
    pub(super) fn sync(&mut self, workload: usize) {
        self.cluster.owners[workload].sync_due = false;
        self.roll_on(workload);
        for set in 0..self.cluster.owners[workload].sets.len() {
            let of = &self.cluster.owners[workload].sets[set];
            let live = of.live(&self.cluster.pods).count() + of.asked;
            match replicaset::change(of.replicas, live) {
                Change::Nothing => {}
                Change::Create(missing) => (0..missing).for_each(|_| self.ask_for_pod(workload, set)),
                Change::Delete(surplus) => self.delete_surplus(workload, set, surplus),
            }
        }
    }

    fn ask_for_pod(&mut self, workload: usize, set: usize) {
        let owner = &mut self.cluster.owners[workload];
        let ordinal = owner.made;
        owner.made += 1;
        owner.sets[set].asked += 1;
        let wait = self.pace.create(Whose { workload: &owner.name, ordinal }, self.now);
        self.after(wait, Happening::Created { workload, set, ordinal });
    }

    /// A pod is made, if quotas allow it.
    pub(super) fn created(&mut self, workload: usize, set: usize, ordinal: usize) {
        let owner = &mut self.cluster.owners[workload];
        let of = &mut owner.sets[set];
        of.asked -= 1;
        if of.live(&self.cluster.pods).count() >= of.replicas {
            return;
        }
        let template = of.template.clone();
        if self.over_quota(&template) {
            let owner = &mut self.cluster.owners[workload];
            owner.made -= usize::from(owner.made == ordinal + 1);
            let first = !std::mem::replace(&mut owner.held, true);
            if first {
                self.log(Kind::OverQuota(workload));
            }
            self.after(QUOTA_RETRY, Happening::Sync(workload));
            return;
        }
        self.cluster.owners[workload].held = false;
        let id = self.cluster.add_pod(template, Owned::Workload(workload, set), ordinal, self.now);
        self.cluster.owners[workload].sets[set].pods.push(id);
        self.log(Kind::Created(id));
        self.note(id);
        let of = &self.cluster.owners[workload].sets[set];
        if of.asked == 0 && of.live(&self.cluster.pods).count() < of.replicas {
            // One look makes so many at most.
            self.sync_soon(workload);
        }
        let now = self.now;
        let wait = self.paced(id, |pace, whose| pace.look(whose, now));
        self.after(wait, Happening::Queued(id));
    }

    /// Would another pod of this template be more than a quota of its namespace allows?
    fn over_quota(&self, template: &Template) -> bool {
        let quotas = self.cluster.quotas.iter().filter(|quota| quota.namespace == template.namespace);
        quotas.into_iter().any(|quota| {
            let there = self.cluster.pods_there.iter().map(|id| &self.cluster.pods[id.0]);
            let there = there.filter(|pod| pod.template.namespace == quota.namespace);
            let (used, limit) = there.fold((template.requests, template.cpu_limit), |(used, limit), pod| {
                let limits = limit.zip(pod.template.cpu_limit).map(|(one, other)| one + other);
                (used + pod.template.requests, limits)
            });
            let limited = quota.limit_cpu.is_some_and(|hard| limit.is_none_or(|limit| limit > hard));
            !used.fits(quota.hard) || limited
        })
    }

    /// The pods that its `ReplicaSet` likes least go.
    fn delete_surplus(&mut self, workload: usize, set: usize, surplus: usize) {
        let of = &self.cluster.owners[workload].sets[set];
        let live: Vec<PodId> = of.live(&self.cluster.pods).collect();
        let surplus = surplus.min(live.len());
        let now = self.now;
        let mut drawn = Vec::with_capacity(live.len());
        for pod in live {
            let node = self.cluster.pods[pod.0].node.map(|(node, _)| node);
            drawn.push((self.paced(pod, |pace, whose| pace.uid(whose, node, now)), pod));
        }
        // The controller finds them in any order, which stands where nothing tells two of them apart.
        drawn.sort_unstable();
        let own: Vec<PodId> = drawn.iter().map(|(_, pod)| *pod).collect();
        let uids: BTreeMap<PodId, u64> = drawn.into_iter().map(|(uid, pod)| (pod, uid)).collect();
        let siblings = self.siblings(workload);
        let uid = |pod: PodId| uids.get(&pod).copied().map_or(0, u128::from);
        let order = replicaset::first_to_go(&self.cluster.pods, &own, &siblings, self.now, uid);
        let rolled = set + 1 < self.cluster.owners[workload].sets.len();
        let why = if rolled { Departure::Rolled } else { Departure::ScaledDown };
        for pod in order.into_iter().take(surplus) {
            self.delete_pod(pod, why, None);
        }
    }

    /// The pods of a workload that are not told to go, of all its revisions.
    fn siblings(&self, workload: usize) -> Vec<PodId> {
        let sets = self.cluster.owners[workload].sets.iter();
        sets.flat_map(|set| set.live(&self.cluster.pods)).collect()
    }

    /// A node gets its daemonsets' pods.
    pub(super) fn place_daemons(&mut self, node: NodeId) {
        for daemon in 0..self.cluster.daemon_templates.len() {
            self.place_daemon(node, daemon);
        }
    }

    /// A node gets the pod of a daemonset, if it may run there and does not yet.
    pub(super) fn place_daemon(&mut self, node: NodeId, daemon: usize) {
        let template = self.cluster.daemon_templates[daemon].clone();
        let there = |pod: &PodId| self.cluster.about[pod.0].owner == Owned::Daemon(daemon);
        let on = &self.cluster.nodes[node.0];
        if !on.present() || self.cluster.on_node[node.0].iter().any(there) || !daemon_runs(&template, on) {
            return;
        }
        let requested: Resources = self.cluster.on_node[node.0]
            .iter()
            .fold(template.requests, |all, pod| all + self.cluster.pods[pod.0].template.requests);
        if requested.fits(on.allocatable) {
            let id = self.cluster.add_pod(template, Owned::Daemon(daemon), node.0, self.now);
            self.log(Kind::Created(id));
            self.bound(id, node);
        }
    }
}

/// May a daemonset's pod run on this node? It bears what its controller lets it bear.
fn daemon_runs(template: &Arc<Template>, node: &crate::pods::Node) -> bool {
    let borne = ["not-ready", "unreachable", "disk-pressure", "memory-pressure", "pid-pressure", "unschedulable"];
    let own = |key: &str| key.strip_prefix("node.kubernetes.io/").is_some_and(|name| borne.contains(&name));
    let bears = |taint: &crate::pods::Taint| {
        taint.effect == crate::pods::Effect::PreferNoSchedule
            || own(&taint.key)
            || template.tolerations.iter().any(|toleration: &Toleration| toleration.bears(taint))
    };
    let terms = &template.node_terms;
    let wanted = terms.is_empty() || terms.iter().any(|term| term.iter().all(|rule| rule.holds(&node.labels)));
    node.taints.iter().all(bears) && wanted
}

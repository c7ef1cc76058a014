//! Nodes: how they join, become ready, and are lost.

use super::{Engine, Happening, Kind, event::Departure};
use crate::{
    pods::{Effect, NodeId, PodId, Taint},
    scheduler::Event,
    time::Span,
};

/// A node that does not answer is not ready after this (kube-controller-manager 1.32: `node-monitor-grace-period`).
pub(super) const UNREADY_AFTER: Span = Span::whole_seconds(50);
/// A pod bears it this long unless it says otherwise (`DefaultTolerationSeconds`).
const BORNE: i64 = 300;

/// A taint of Kubernetes' own.
pub(super) fn own_taint(name: &str, effect: Effect) -> Taint {
    Taint { key: format!("node.kubernetes.io/{name}"), value: String::new(), effect }
}

impl Engine {
    /// A kubelet joins: the scheduler sees the node, and daemonsets get their pods onto it.
    pub(super) fn registered(&mut self, id: NodeId) {
        if self.cluster.nodes[id.0].gone.is_some() || self.cluster.vanished[id.0] || self.terminating(id) {
            return;
        }
        let node = &mut self.cluster.nodes[id.0];
        node.registered = Some(self.now);
        node.taints.push(own_taint("not-ready", Effect::NoSchedule));
        self.log(Kind::Registered(id));
        self.addresses.join(id, self.now);
        self.place_daemons(id);
        // Until it is ready its taint keeps pods away, and those that a node refused are not tried for it.
        if self.cluster.nodes.iter().filter(|node| node.present()).count() == 1 {
            self.waiting.happened(Event::NodeAdded, self.now);
            self.cycle_soon();
        }
        if self.cluster.nodes[id.0].deleting.is_some() {
            self.begin_drain(id);
        }
        let wait = self.pace.prepare(id, self.now);
        self.after(wait, Happening::NodeReady(id));
    }

    /// A node is ready, and its startup taints are gone.
    pub(super) fn node_ready(&mut self, id: NodeId) {
        if self.cluster.nodes[id.0].gone.is_some() || self.cluster.lost[id.0].is_some() {
            return;
        }
        let startup = self.cluster.nodes[id.0].pool.map(|pool| self.cluster.pools[pool.0].startup_taints.clone());
        let startup = startup.unwrap_or_default();
        let node = &mut self.cluster.nodes[id.0];
        node.initialized = Some(self.now);
        node.taints.retain(|taint| taint.key != "node.kubernetes.io/not-ready" && !startup.contains(taint));
        self.place_daemons(id);
        self.waiting.happened(Event::NodeChanged, self.now);
        self.cycle_soon();
        let wait = self.pace.notice(id, self.now);
        self.after(wait, Happening::Initialized(id));
    }

    /// Karpenter has seen that the node is ready.
    pub(super) fn initialized(&mut self, id: NodeId) {
        if self.cluster.nodes[id.0].gone.is_some() || self.cluster.lost[id.0].is_some() {
            return;
        }
        if let Some(karpenter) = &mut self.karpenter {
            karpenter.memories[id.0].initialized = Some(self.now);
        }
        self.log(Kind::Initialized(id));
        self.changed();
        self.ripens(id);
    }

    /// Says when Karpenter will find that the node can be consolidated.
    pub(super) fn ripens(&mut self, id: NodeId) {
        let clock = self.clock();
        let (Some(karpenter), node) = (&mut self.karpenter, &self.cluster.nodes[id.0]) else { return };
        let (Some(pool), Some(memory)) = (node.pool, karpenter.memories.get_mut(id.0)) else { return };
        if let Some(at) = memory.consolidatable(clock, &self.cluster.pools[pool.0]) {
            memory.noticed_after = self.pace.ripen(id, at);
        }
    }

    /// A node that did not answer for a while is not ready; its pods are no more either, and leave when they no longer bear it.
    pub(super) fn unreachable(&mut self, id: NodeId) {
        let node = &mut self.cluster.nodes[id.0];
        if node.gone.is_some() || self.cluster.lost[id.0].is_none() {
            return;
        }
        node.taints.push(own_taint("unreachable", Effect::NoSchedule));
        let taint = own_taint("unreachable", Effect::NoExecute);
        node.taints.push(taint.clone());
        self.log(Kind::NotReady(id));
        self.stir();
        for pod in self.cluster.on_node[id.0].clone() {
            let at = &mut self.cluster.pods[pod.0];
            if at.ready.take().is_some() {
                at.ready_changed = Some(self.now);
            }
            let own = at.template.tolerations.iter().filter(|toleration| toleration.bears(&taint));
            // The shortest counts; without any of its own a pod gets the default, and a daemonset's bears it for ever.
            let spans: Vec<Option<i64>> = own.map(|toleration| toleration.seconds).collect();
            let borne = match spans.iter().flatten().min() {
                Some(seconds) => Some(*seconds),
                None if at.template.daemon || !spans.is_empty() => None,
                None => Some(BORNE),
            };
            if let Some(seconds) = borne {
                self.after(Span::whole_seconds(seconds), Happening::Unborne(pod, id));
            }
        }
        self.waiting.happened(Event::NodeChanged, self.now);
        self.cycle_soon();
    }

    /// A pod leaves a node that did not come back.
    pub(super) fn unborne(&mut self, pod: PodId, node: NodeId) {
        if self.cluster.lost[node.0].is_some() {
            self.delete_pod(pod, Departure::NodeLost, None);
        }
    }

    /// Its instance is being shut down.
    pub(super) fn terminating(&self, id: NodeId) -> bool {
        let memory = self.karpenter.as_ref().and_then(|karpenter| karpenter.memories.get(id.0));
        memory.is_some_and(|memory| memory.terminating)
    }

    /// The node is gone, and all that was on it.
    pub(super) fn node_gone(&mut self, id: NodeId) {
        let node = &mut self.cluster.nodes[id.0];
        if node.gone.is_some() {
            return;
        }
        node.gone = Some(self.now);
        if let Ok(place) = self.cluster.nodes_there.binary_search(&id) {
            self.cluster.nodes_there.remove(place);
        }
        self.addresses.gone(id);
        for pod in self.cluster.on_node[id.0].clone() {
            self.delete_pod(pod, Departure::NodeLost, None);
            self.stopped(pod);
        }
        if let Some(cause) = self.cluster.causes[id.0] {
            self.log(Kind::Gone(id, cause));
        }
        self.changed();
        self.waiting.happened(Event::NodeGone, self.now);
        self.cycle_soon();
    }
}

//! What a kubelet does with a pod: start it, find it ready, and stop it.

use super::{Engine, Happening, Kind, Whose, cluster::Owned, event::Departure};
use crate::{
    pods::{NodeId, PodId},
    scheduler::Event,
    time::Span,
};

/// A kubelet makes the sandbox of a pod anew after about this, while the CNI has no address for it.
const ADDRESS_RETRY: Span = Span::whole_seconds(15);

impl Engine {
    /// Whose pod it is.
    pub(super) fn paced<T>(&mut self, pod: PodId, ask: impl FnOnce(&mut dyn super::Pace, Whose<'_>) -> T) -> T {
        let whose = Whose { workload: self.cluster.workload(pod), ordinal: self.cluster.about[pod.0].ordinal };
        ask(self.pace.as_mut(), whose)
    }

    /// A pod has its node.
    pub(super) fn bound(&mut self, id: PodId, node: NodeId) {
        let pod = &mut self.cluster.pods[id.0];
        pod.node = Some((node, self.now));
        pod.ready_changed = Some(self.now);
        pod.nominated = None;
        let daemon = pod.template.daemon;
        self.cluster.on_node[node.0].push(id);
        self.log(Kind::Bound(id, node));
        self.note(id);
        self.note_pod_event(node, daemon);
        self.changed();
        self.address(id);
    }

    /// A pod gets its address, and then starts; or it asks for one again.
    pub(super) fn address(&mut self, id: PodId) {
        let pod = &self.cluster.pods[id.0];
        let Some((node, _)) = pod.node.filter(|_| pod.gone.is_none() && pod.deleting.is_none()) else { return };
        if self.takes_address(id, node) {
            let wait = self.paced(id, |pace, whose| pace.start(whose));
            self.after(wait, Happening::Started(id));
        } else {
            self.after(ADDRESS_RETRY, Happening::Addressed(id));
        }
    }

    /// Does a pod get an address on its node?
    pub(super) fn takes_address(&mut self, id: PodId, node: NodeId) -> bool {
        if self.cluster.pods[id.0].template.host_network {
            return true;
        }
        let there = self.addresses.take(node, self.now);
        let before = self.cluster.about[id.0].addressed.replace(there);
        if !there && before.is_none() {
            self.log(Kind::NoAddress(id));
        }
        there
    }

    /// Karpenter notes when pods come and go, now or a little later.
    fn note_pod_event(&mut self, node: NodeId, daemon: bool) {
        if daemon || self.karpenter.is_none() {
            return;
        }
        let wait = self.pace.note(node, self.now);
        if wait > Span::ZERO {
            self.after(wait, Happening::Noted(node));
        } else {
            self.noted(node);
        }
    }

    /// Karpenter notes that a pod came or went.
    pub(super) fn noted(&mut self, node: NodeId) {
        let clock = self.clock();
        self.stir();
        if let Some(karpenter) = &mut self.karpenter
            && let Some(memory) = karpenter.memories.get_mut(node.0)
        {
            memory.note_pod(clock, self.now);
            self.ripens(node);
        }
    }

    /// Tells the scheduler what became of a pod.
    pub(super) fn note(&mut self, pod: PodId) {
        self.scheduler.note(&self.cluster.pods, pod);
    }

    /// Is the pod still on a node that answers?
    fn runs(&self, id: PodId) -> bool {
        let pod = &self.cluster.pods[id.0];
        pod.gone.is_none() && pod.node.is_some_and(|(node, _)| self.cluster.lost[node.0].is_none())
    }

    pub(super) fn started(&mut self, id: PodId) {
        if !self.runs(id) || self.cluster.pods[id.0].deleting.is_some() {
            return;
        }
        self.cluster.pods[id.0].started = Some(self.now);
        self.log(Kind::Started(id));
        let wait = self.paced(id, |pace, whose| pace.ready(whose));
        self.after(wait, Happening::Ready(id));
    }

    pub(super) fn ready(&mut self, id: PodId) {
        if !self.runs(id) || self.cluster.pods[id.0].deleting.is_some() {
            return;
        }
        let pod = &mut self.cluster.pods[id.0];
        pod.ready = Some(self.now);
        pod.ready_changed = Some(self.now);
        self.log(Kind::Ready(id));
        self.lead();
        self.stir();
        if let Owned::Workload(workload, _) = self.cluster.about[id.0].owner {
            let owner = &self.cluster.owners[workload];
            if owner.sets.len() > 1 {
                let wait = owner.min_ready();
                self.after(wait, Happening::Sync(workload));
            }
        }
    }

    /// Tells a pod to go, with its own grace or a shorter one in seconds.
    pub(super) fn delete_pod(&mut self, id: PodId, why: Departure, grace: Option<i64>) {
        let pod = &mut self.cluster.pods[id.0];
        if pod.deleting.is_some() || pod.gone.is_some() {
            return;
        }
        pod.deleting = Some(self.now);
        let (node, daemon) = (pod.node, pod.template.daemon);
        let grace = grace.unwrap_or(pod.template.grace_seconds).min(pod.template.grace_seconds);
        self.log(Kind::Deleted(id, why));
        self.stir();
        self.waiting.remove(id);
        self.note(id);
        self.owner_looks(id);
        let Some((node, _)) = node else {
            self.stopped(id);
            return;
        };
        self.note_pod_event(node, daemon);
        if self.cluster.lost[node.0].is_none() {
            let whose = Whose { workload: self.cluster.workload(id), ordinal: self.cluster.about[id.0].ordinal };
            let wait = self.pace.stop(whose, &self.cluster.pods[id.0]);
            self.after(Span(wait.0.min(Span::whole_seconds(grace).0)), Happening::Stopped(id));
        }
    }

    /// A pod is gone.
    pub(super) fn stopped(&mut self, id: PodId) {
        let pod = &mut self.cluster.pods[id.0];
        if pod.gone.is_some() {
            return;
        }
        pod.gone = Some(self.now);
        pod.ready = None;
        let node = pod.node;
        if let Ok(place) = self.cluster.pods_there.binary_search(&id) {
            self.cluster.pods_there.remove(place);
        }
        if let Some((node, _)) = node {
            if self.cluster.about[id.0].addressed == Some(true) {
                self.addresses.release(node, self.now);
            }
            self.cluster.on_node[node.0].retain(|other| *other != id);
        }
        if let Owned::Workload(workload, set) = self.cluster.about[id.0].owner {
            self.cluster.owners[workload].sets[set].pods.retain(|other| *other != id);
        }
        self.log(Kind::PodGone(id));
        self.note(id);
        self.owner_looks(id);
        self.changed();
        if node.is_some() {
            self.waiting.happened(Event::PodGone, self.now);
            self.cycle_soon();
        }
    }
}

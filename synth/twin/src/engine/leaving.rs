//! How a node goes: its taint, its pods' evictions, its instance.

use super::{
    Engine, Happening, Kind,
    event::{Cause, Departure},
};
use crate::{
    karpenter::{
        controller::EXPIRES_APART,
        terminate::{self, DRAIN_POLL, EVICTION_RETRY, GONE_POLL, LEAST_DRAIN},
    },
    pods::NodeId,
    time::Time,
};

impl Engine {
    /// A claim is deleted: whatever was bought for it goes.
    pub(super) fn leave(&mut self, id: NodeId, cause: Cause) {
        let node = &mut self.cluster.nodes[id.0];
        if node.deleting.is_some() || node.gone.is_some() {
            return;
        }
        node.deleting = Some(self.now);
        let (launched, registered) = (node.launched.is_some(), node.registered.is_some());
        self.cluster.causes[id.0] = Some(cause);
        self.log(Kind::Leaving(id, cause));
        self.changed();
        if !launched {
            self.node_gone(id);
        } else if registered {
            self.begin_drain(id);
        } else {
            self.terminate(id);
        }
    }

    /// Nothing new is put on it, and its pods leave.
    pub(super) fn begin_drain(&mut self, id: NodeId) {
        self.taint(id);
        self.trigger_node(id);
        self.drain(id, self.now);
    }

    /// Nothing new is put on it.
    pub(super) fn taint(&mut self, id: NodeId) {
        let taint = terminate::disrupted();
        let node = &mut self.cluster.nodes[id.0];
        if !node.taints.contains(&taint) {
            node.taints.push(taint);
            self.log(Kind::Tainted(id));
            self.node_triggers(id);
        }
    }

    /// A drain is looked at: who is to be evicted now, and is it over?
    pub(super) fn drain(&mut self, id: NodeId, since: Time) {
        let Some(karpenter) = &self.karpenter else { return };
        let node = &self.cluster.nodes[id.0];
        if node.gone.is_some() || karpenter.memories[id.0].terminating {
            return;
        }
        let grace = node.pool.and_then(|pool| self.cluster.pools[pool.0].termination_grace);
        let clock = self.clock();
        let ends = grace.zip(node.deleting).map(|(grace, at)| clock.second(at) + grace);
        let view = Self::view(self.now, &self.cluster, karpenter);
        let drain = terminate::drain(view, &self.cluster.on_node[id.0], ends);
        for (pod, seconds) in drain.delete {
            self.delete_pod(pod, Departure::Expiring, Some(seconds));
        }
        for pod in drain.evict {
            if !std::mem::replace(&mut self.cluster.about[pod.0].evicting, true) {
                self.evict(pod, EVICTION_RETRY);
            }
        }
        if drain.drained && self.now - clock.second(since) >= LEAST_DRAIN {
            self.terminate(id);
        } else {
            self.after(DRAIN_POLL, Happening::Drain(id, since));
        }
    }

    /// The instance is shut down.
    fn terminate(&mut self, id: NodeId) {
        if let Some(karpenter) = &mut self.karpenter {
            karpenter.memories[id.0].terminating = true;
            karpenter.changes.stir();
        }
        let wait = self.pace.vanish(id);
        self.after(wait, Happening::Vanished(id));
        self.after(GONE_POLL, Happening::Asked(id));
    }

    pub(super) fn vanished(&mut self, id: NodeId) {
        self.cluster.vanished[id.0] = true;
    }

    /// Karpenter asks whether the instance is gone.
    pub(super) fn asked(&mut self, id: NodeId) {
        if self.cluster.vanished[id.0] {
            let wait = self.pace.finish(id, self.now);
            self.after(wait, Happening::Finished(id));
        } else {
            self.after(GONE_POLL, Happening::Asked(id));
        }
    }

    /// A node is as old as it may be. Expired nodes go one after the other.
    pub(super) fn expired(&mut self, id: NodeId) {
        let now = self.now;
        let Some(karpenter) = &mut self.karpenter else { return };
        if let Some(last) = karpenter.expired.filter(|last| now - *last < EXPIRES_APART) {
            self.due.push(last + EXPIRES_APART, Happening::Expired(id));
            return;
        }
        if self.cluster.nodes[id.0].deleting.is_none() && self.cluster.nodes[id.0].gone.is_none() {
            karpenter.expired = Some(now);
            self.leave(id, Cause::Expired);
        }
    }

    /// What was announced comes: the instance is taken back, drained or not.
    pub(super) fn reclaimed(&mut self, id: NodeId) {
        self.cluster.vanished[id.0] = true;
        self.node_gone(id);
    }

    /// The claim has no instance, or no node, after so long.
    pub(super) fn overdue(&mut self, id: NodeId, launch: bool) {
        let node = &self.cluster.nodes[id.0];
        let late = if launch { node.launched.is_none() } else { node.registered.is_none() };
        if late {
            self.leave(id, Cause::Late);
        }
    }
}

//! Which of Karpenter's pods works: the others wait until its lease is over.
//!
//! The lease is `--leader-elect`'s of controller-runtime: a standby takes over once it was not renewed for fifteen seconds. It begins with
//! an empty memory of refused offerings and of batches, and looks at every pod that waits.

use super::{Engine, Happening};
use crate::{
    catalogue::Unavailable,
    karpenter::controller::{Batch, PAUSE},
    pods::PodId,
    time::{Span, Time},
};

/// controller-runtime's `LeaseDuration`.
const LEASE: Span = Span::whole_seconds(15);

/// Karpenter's pods, where they are simulated.
#[derive(Debug)]
pub(super) struct Leader {
    /// Their workload.
    workload: usize,
    /// The one that works.
    pod: Option<PodId>,
    /// When the lease of the last one is over.
    over: Time,
    /// What was due meanwhile.
    held: Vec<Happening>,
}

impl Engine {
    /// Karpenter's pods are those of this workload: it does nothing while none of them works.
    pub fn karpenter_runs_in(&mut self, workload: usize) {
        self.leader = Some(Leader { workload, pod: None, over: self.now, held: Vec::new() });
        self.lead();
    }

    /// Does one of a workload's pods work, on a node that answers?
    pub fn works(&self, workload: usize) -> bool {
        self.pods_of(workload).any(|pod| self.pod_works(pod))
    }

    fn pod_works(&self, id: PodId) -> bool {
        let pod = &self.cluster.pods[id.0];
        let answers = pod.node.is_some_and(|(node, _)| self.cluster.lost[node.0].is_none());
        pod.ready.is_some() && pod.gone.is_none() && answers
    }

    /// The one that works may have been lost: its lease is over a while later.
    pub(super) fn look_for_leader(&mut self) {
        let Some(pod) = self.leader.as_ref().and_then(|leader| leader.pod) else { return };
        if self.pod_works(pod) {
            return;
        }
        let now = self.now;
        if let Some(leader) = &mut self.leader {
            (leader.pod, leader.over) = (None, now + LEASE);
        }
        self.after(LEASE, Happening::Lead);
    }

    /// One of Karpenter's pods takes over, where nobody has the lease.
    pub(super) fn lead(&mut self) {
        let Some(leader) = &self.leader else { return };
        if leader.pod.is_some() || self.now < leader.over {
            return;
        }
        let next = self.pods_of(leader.workload).find(|pod| self.pod_works(*pod));
        let Some(leader) = self.leader.as_mut().filter(|_| next.is_some()) else { return };
        leader.pod = next;
        let held = std::mem::take(&mut leader.held);
        if leader.over > Time::ZERO {
            self.begin_anew();
        }
        for what in held {
            if !what.is_of_a_plan() {
                self.after(Span::ZERO, what);
            }
        }
    }

    fn begin_anew(&mut self) {
        self.cluster.unavailable = Unavailable::default();
        self.refusals.clear();
        if let Some(karpenter) = &mut self.karpenter {
            karpenter.batch = Batch::default();
        }
        let waits = |pod: &PodId| {
            let pod = &self.cluster.pods[pod.0];
            pod.pending() && pod.unschedulable.is_some() && pod.nominated.is_none()
        };
        let waiting: Vec<PodId> = (0..self.cluster.pods.len()).map(PodId).filter(waits).collect();
        for pod in waiting {
            self.trigger_pod(pod);
        }
        self.look_after(PAUSE);
    }

    /// Is this Karpenter's to do, and none of its pods works? Then it waits.
    pub(super) fn hold(&mut self, what: Happening) -> Option<Happening> {
        let away = self.leader.as_ref().is_some_and(|leader| leader.pod.is_none());
        if !away || !what.is_karpenters() {
            return Some(what);
        }
        if let Some(leader) = &mut self.leader {
            leader.held.push(what);
        }
        None
    }
}

impl Happening {
    /// Is it of something that is under way? What the former leader had planned is planned anew.
    fn is_of_a_plan(&self) -> bool {
        matches!(self, Self::BatchEnds | Self::Simulate(_) | Self::Planned(_) | Self::Search(..) | Self::Validate(..))
    }

    /// Is it Karpenter's own doing?
    fn is_karpenters(&self) -> bool {
        matches!(
            self,
            Self::PodTriggers(_)
                | Self::NodeTriggers(_)
                | Self::BatchEnds
                | Self::Simulate(_)
                | Self::Planned(_)
                | Self::Ordered(_)
                | Self::Initialized(_)
                | Self::Overdue(..)
                | Self::Drifted(_)
                | Self::Expired(_)
                | Self::Look(_)
                | Self::Search(..)
                | Self::Validate(..)
                | Self::Command(_)
                | Self::Drain(..)
                | Self::Asked(_)
        )
    }
}

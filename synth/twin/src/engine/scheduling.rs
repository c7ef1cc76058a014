//! The scheduler's loop: one pod after the other, by priority and time.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::{Engine, Happening, Kind, event::Departure};
use crate::{
    pods::{NodeId, PodId},
    scheduler::{Attempt, Event, Preemption},
    time::{Span, Time},
};

impl Engine {
    /// A pod gets to the scheduler.
    pub(super) fn queued(&mut self, id: PodId) {
        let pod = &self.cluster.pods[id.0];
        if pod.pending() {
            self.waiting.add(id, pod.template.priority, self.now);
            self.cycle_soon();
        }
    }

    /// The scheduler looks, once all that happens in this moment has happened.
    pub(super) fn cycle_soon(&mut self) {
        if !self.waiting.is_empty() {
            self.cycle_by(self.now);
        }
    }

    fn cycle_by(&mut self, at: Time) {
        if self.cycle_at.is_none_or(|due| at < due) {
            self.cycle_at = Some(at);
            self.due.push(at, Happening::Cycle);
        }
    }

    pub(super) fn cycle(&mut self) {
        if self.cycle_at.is_some_and(|at| at <= self.now) {
            self.cycle_at = None;
        }
        if self.waiting.is_empty() {
            return;
        }
        let budgets = self.cluster.scheduler_budgets();
        while let Some(id) = self.waiting.take(self.now) {
            if !self.cluster.pods[id.0].pending() {
                self.waiting.remove(id);
                continue;
            }
            let attempt = self.scheduler.schedule(&self.cluster.pods, &self.cluster.nodes, id, &budgets);
            match attempt.node {
                Some(_) => self.takes(id, &attempt),
                None => self.refused(&attempt),
            }
        }
        if let Some(next) = self.waiting.next() {
            self.cycle_by(next.max(self.now + Span(1)));
        }
    }

    /// Nodes would take the pod: it gets one of the best.
    fn takes(&mut self, id: PodId, attempt: &Attempt) {
        self.waiting.remove(id);
        let now = self.now;
        let not_before = self.paced(id, |pace, whose| pace.bind(whose, &attempt.best, now));
        if not_before > now {
            self.due.push(not_before, Happening::Bindable(id));
            return;
        }
        let node = match attempt.best.as_slice() {
            [] => attempt.node,
            [only] => Some(*only),
            equals => Some(self.tie(id, equals)),
        };
        let Some(node) = node else { return };
        self.bound(id, node);
        self.waiting.happened(Event::PodBound, self.now);
    }

    fn tie(&mut self, id: PodId, equals: &[NodeId]) -> NodeId {
        let whose = super::Whose { workload: self.cluster.workload(id), ordinal: self.cluster.about[id.0].ordinal };
        self.pace.tie(whose, equals, &self.cluster.nodes)
    }

    /// No node takes the pod: perhaps others give way.
    fn refused(&mut self, attempt: &Attempt) {
        let id = attempt.pod;
        self.waiting.failed(attempt, self.now);
        if let Preemption::Chosen(victims) = &attempt.preemption {
            for outbid in &victims.outbid {
                self.cluster.pods[outbid.0].nominated = None;
                self.note(*outbid);
            }
            self.cluster.pods[id.0].nominated = Some(victims.node);
            self.note(id);
            for victim in &victims.pods {
                self.delete_pod(*victim, Departure::Preempted, None);
            }
        }
        let pod = &mut self.cluster.pods[id.0];
        let first = pod.unschedulable.is_none();
        if first {
            pod.unschedulable = Some(self.now);
            self.log(Kind::Unschedulable(id));
        }
        // Each change of the pod's condition is seen by Karpenter.
        let mut hasher = DefaultHasher::new();
        attempt.message().hash(&mut hasher);
        let words = Some(hasher.finish());
        if self.cluster.about[id.0].words != words {
            self.cluster.about[id.0].words = words;
            self.trigger_pod(id);
        }
    }
}

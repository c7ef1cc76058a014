//! What Karpenter remembers of a node: pods that came and went, nominations, drift, and whether it goes.
//!
//! Conditions carry whole seconds of the wall clock, and so does the time of the last pod event: waits count from the second's beginning.

use crate::{
    karpenter::Pool,
    pods::Node,
    time::{Span, Time},
};

/// Pod events are noted at most this often (Karpenter 1.14: `dedupeTimeout`).
const NOTED: Span = Span::whole_seconds(10);

/// What Karpenter remembers of a node.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// When it was seen to be ready, its startup taints gone. Its pods may have come before.
    pub initialized: Option<Time>,
    /// When a pod was last bound to it or told to go, as far as noted.
    pub last_pod_event: Option<Time>,
    /// Until then it waits for a pod that a simulation put on it, and nobody takes it away.
    pub nominated_until: Option<Time>,
    /// A command takes it away.
    pub marked: bool,
    /// How long after the end of its `consolidateAfter` its condition says so.
    pub noticed_after: Span,
    /// When it was found to have drifted.
    pub drifted: Option<Time>,
    /// The pool's hash when its claim was made.
    pub hash: u64,
    /// The image's when its claim was made.
    pub image: u64,
    /// Its instance is being shut down.
    pub terminating: bool,
}

/// The wall clock, whose seconds do not begin with the simulation's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// Milliseconds since 1970 at the simulation's zero.
    pub epoch: i64,
}

impl Clock {
    /// The beginning of the wall clock's second.
    pub fn second(self, at: Time) -> Time {
        Time(at.0 - (at.0 + self.epoch).rem_euclid(1000))
    }
}

impl Memory {
    /// A pod that is no daemon was bound to it, or told to go.
    pub fn note_pod(&mut self, clock: Clock, now: Time) {
        if self.last_pod_event.is_none_or(|last| now - last >= NOTED) {
            self.last_pod_event = Some(clock.second(now));
        }
    }

    /// Is it goodbye to it, by a command or for good?
    pub fn leaves(&self, node: &Node) -> bool {
        self.marked || node.deleting.is_some()
    }

    /// When it can be consolidated: `consolidateAfter` after the last pod event, or else after it was initialized.
    pub fn consolidatable(&self, clock: Clock, pool: &Pool) -> Option<Time> {
        let since = self.last_pod_event.or(self.initialized.map(|at| clock.second(at)))?;
        self.initialized?;
        Some(since + pool.consolidate_after?)
    }

    /// Is it left alone for now, and no place for the pods of nodes that could go (Karpenter 1.14)?
    pub fn waits(&self, clock: Clock, pool: &Pool, now: Time) -> bool {
        pool.consolidate_after.is_some_and(|after| after > Span::ZERO)
            && self.consolidatable(clock, pool).is_some_and(|at| now < at)
    }

    /// Does a pod of a recent simulation wait for it?
    pub fn nominated(&self, now: Time) -> bool {
        self.nominated_until.is_some_and(|until| until > now)
    }
}

//! How a pod comes to be a target, and how it ceases to be one.

use crate::time::{Span, Time};

/// How long it takes from a pod's containers being ready to its being a target. AWS says nothing about it, so both are settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Registration {
    /// Until the first connection comes: the controller registers the pod within seconds, and a target that is `initial` gets
    /// connections (aws-load-balancer-controller#1834).
    pub traffic: Span,
    /// Until it is healthy, which the readiness gate waits for.
    pub healthy: Span,
}

impl Default for Registration {
    /// 15 and 60 seconds. Users told of 90 to 180 seconds and more before September 2024, of much less since then, and of about 60 with
    /// a readiness gate in 2025 (aws-load-balancer-controller#1786, #1834, #4180).
    fn default() -> Self {
        Self { traffic: Span::whole_seconds(15), healthy: Span::whole_seconds(60) }
    }
}

/// What happens to a pod that is told to go, in spans from then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leaving {
    /// Its `preStop` hook ends, and it gets SIGTERM: from here on each response closes its connection.
    pub signal: Span,
    /// It accepts nothing any more.
    pub closed: Span,
    /// It is gone, unless all in flight had ended before.
    pub gone: Span,
    /// The load balancer has no new connection for it any more. Users report 10 to 120 seconds.
    pub late: Span,
    /// The load balancer ends what connections it still has.
    pub deregistered: Span,
}

impl Registration {
    /// When the first connection may come to a pod whose containers are ready.
    pub fn traffic(self, ready: Time) -> Time {
        ready + self.traffic
    }

    /// When it is healthy.
    pub fn healthy(self, ready: Time) -> Time {
        ready + self.healthy
    }
}

impl Leaving {
    /// From the pod's `preStop` sleep, `--drain-delay`, `--drain-timeout` and `terminationGracePeriodSeconds`, and what the load
    /// balancer does. The kubelet takes the hook's time off the grace period.
    pub fn of(hook: Span, delay: Span, timeout: Span, grace: Span, (late, deregistered): (Span, Span)) -> Self {
        let (signal, closed) = (hook.min(grace), Span(hook.0 + delay.0).min(grace));
        Self { signal, closed, gone: Span(hook.0 + delay.0 + timeout.0).min(grace), late, deregistered }
    }

    /// The seconds in which new connections are still sent to it and nobody accepts them: each of them fails.
    pub fn unheard(self) -> f64 {
        Span((self.late.0 - self.closed.0).max(0)).in_seconds()
    }

    /// When the connections of its clients are over: as soon as each has had a response after the signal, and at the latest when it
    /// closes or the load balancer ends them.
    pub fn moved(self, seconds_between_requests: f64) -> Span {
        Span(self.signal.0 + Span::seconds(seconds_between_requests).0).min(self.closed).min(self.deregistered)
    }
}

//! KEDA: an `External` metric for the autoscaler that it makes, from what a trigger's source answers.
//!
//! The autoscaler asks KEDA at each sync. KEDA asks the source then, or with `useCachedMetrics` answers what it got at its last poll. Source: KEDA 2.18,
//! `pkg/scalers`.

use crate::time::{Span, Time};

/// A trigger.
#[derive(Clone, Debug)]
pub struct Trigger {
    cached: Option<Span>,
    next: Time,
    held: Option<i64>,
}

impl Trigger {
    /// One that asks its source at every sync.
    pub const fn direct() -> Self {
        Self { cached: None, next: Time::ZERO, held: None }
    }

    /// One with `useCachedMetrics`, which polls each `pollingInterval` (30 s without a word), first at `phase`.
    pub fn cached(interval: Span, phase: Span) -> Self {
        Self { cached: Some(interval.max(Span(1))), next: Time::ZERO + phase, held: None }
    }

    /// When the source is to be polled next.
    pub fn next_poll(&self) -> Option<Time> {
        self.cached.map(|_| self.next)
    }

    /// The source was polled: its answer, if it had one.
    pub fn poll(&mut self, answer: Option<f64>) {
        if let Some(interval) = self.cached {
            self.next += interval;
        }
        self.held = Some(thousandths(answer));
    }

    /// What the autoscaler gets, in thousandths, where the source would answer this now. `None` before the first poll.
    pub fn reading(&self, answer: Option<f64>) -> Option<i64> {
        match self.cached {
            Some(_) => self.held,
            None => Some(thousandths(answer)),
        }
    }
}

/// A source without an answer counts as 0: the trigger's `ignoreNullValues` is `true` without a word.
#[expect(clippy::cast_possible_truncation, reason = "KEDA cuts off, too")]
fn thousandths(answer: Option<f64>) -> i64 {
    (answer.unwrap_or(0.0) * 1000.0) as i64
}

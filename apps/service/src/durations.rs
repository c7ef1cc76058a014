//! Histograms of durations by label, with the series of the last observation at hand: most requests resemble the one
//! before, and looking a series up costs more than recording into it.

use std::fmt;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;

/// OpenTelemetry's advice for the duration of HTTP requests, in seconds.
const BUCKETS: [f64; 14] = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];

/// The metric to register for a set of durations.
pub type DurationFamily<L> = Family<L, Histogram, fn() -> Histogram>;

/// Durations in seconds, one histogram per value of the labels `L`.
#[derive(Clone)]
pub struct Durations<L> {
    family: DurationFamily<L>,
    last: Arc<Mutex<Option<(L, Histogram)>>>,
}

impl<L: Clone + Eq + Hash> Default for Durations<L> {
    fn default() -> Self {
        Self { family: Family::new_with_constructor(|| Histogram::new(BUCKETS)), last: Arc::default() }
    }
}

impl<L: Clone + Eq + Hash> Durations<L> {
    /// The metric to register.
    pub fn family(&self) -> DurationFamily<L> {
        self.family.clone()
    }

    /// Records one duration.
    pub fn observe(&self, labels: L, seconds: f64) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        match &*last {
            Some((known, series)) if *known == labels => series.observe(seconds),
            _ => {
                let series = self.family.get_or_create(&labels).clone();
                series.observe(seconds);
                *last = Some((labels, series));
            }
        }
    }
}

impl<L> fmt::Debug for Durations<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Durations").finish_non_exhaustive()
    }
}

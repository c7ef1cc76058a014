//! Histograms of durations by label, with the series of the last observation at hand: most requests resemble the one
//! before, and looking a series up costs more than recording into it.
//!
//! There are no more series than is sensible, whatever clients and targets send, and reading them holds up nobody.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use prometheus_client::encoding::{EncodeLabelSet, EncodeMetric, MetricEncoder};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::histogram::Histogram;

/// OpenTelemetry's advice for the duration of HTTP requests, in seconds.
const BUCKETS: [f64; 14] = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];

/// Label sets that have a series of their own. A day of a usual service has some dozens; each is seventeen lines to scrape.
const MOST: usize = 200;

/// Labels of which few sets remain once they are folded.
pub trait Fold {
    /// The set that stands for this one where there are too many.
    #[must_use]
    fn folded(&self) -> Self;
}

/// Durations in seconds, one histogram per value of the labels `L`, and beyond two hundred of those one per folded value.
#[derive(Clone)]
pub struct Durations<L>(Arc<Series<L>>);

struct Series<L> {
    all: Mutex<HashMap<L, Histogram>>,
    last: Mutex<Option<(L, Histogram)>>,
}

impl<L> Default for Durations<L> {
    fn default() -> Self {
        Self(Arc::new(Series { all: Mutex::default(), last: Mutex::default() }))
    }
}

impl<L: Clone + Eq + Hash + Fold> Durations<L> {
    /// Records one duration.
    pub fn observe(&self, labels: L, seconds: f64) {
        let mut last = locked(&self.0.last);
        match &*last {
            Some((known, series)) if *known == labels => series.observe(seconds),
            _ => {
                let series = self.series(&labels);
                series.observe(seconds);
                *last = Some((labels, series));
            }
        }
    }

    /// Shows a series of these labels, at zero until something is recorded.
    pub fn show(&self, labels: &L) {
        self.series(labels);
    }

    fn series(&self, labels: &L) -> Histogram {
        let mut all = locked(&self.0.all);
        if let Some(series) = all.get(labels) {
            return series.clone();
        }
        let labels = if all.len() < MOST { labels.clone() } else { labels.folded() };
        all.entry(labels).or_insert_with(|| Histogram::new(BUCKETS)).clone()
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<L: Clone + EncodeLabelSet> EncodeMetric for Durations<L> {
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> fmt::Result {
        // Copied first, because whoever needs a new series would else wait for the whole text.
        let all: Vec<_> = locked(&self.0.all).iter().map(|(labels, series)| (labels.clone(), series.clone())).collect();
        for (labels, series) in all {
            series.encode(encoder.encode_family(&labels)?)?;
        }
        Ok(())
    }

    fn metric_type(&self) -> MetricType {
        MetricType::Histogram
    }

    fn is_empty(&self) -> bool {
        locked(&self.0.all).is_empty()
    }
}

impl<L> fmt::Debug for Durations<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Durations").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Debug, PartialEq, Eq, Hash)]
    struct Number(usize);

    impl Fold for Number {
        fn folded(&self) -> Self {
            Self(self.0 % 10)
        }
    }

    #[test]
    fn beyond_the_most_there_is_one_series_for_many() {
        let durations = Durations::default();
        (1000..2000).for_each(|number| durations.observe(Number(number), 1.0));
        assert_eq!(locked(&durations.0.all).len(), MOST + 10);
        // What has a series of its own keeps it.
        assert!(locked(&durations.0.all).contains_key(&Number(1000)));
    }
}

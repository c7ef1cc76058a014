//! A count in a gauge, for as long as something lasts.

use prometheus_client::metrics::gauge::Gauge;

/// Counts one in a gauge for as long as it lives.
#[derive(Debug)]
pub(crate) struct Held(Gauge);

impl Held {
    pub(crate) fn one_more(gauge: &Gauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.dec();
    }
}

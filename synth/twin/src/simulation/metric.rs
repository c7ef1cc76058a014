//! What autoscalers go by.

/// What pods are added by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// Processor time, in percent of what a pod asks for.
    Cpu,
    /// Memory, in percent of what a pod asks for.
    Memory,
    /// Requests a second, an external metric: Prometheus' `rate` over a minute, scraped each 15 s, asked for at each sync.
    Requests,
    /// Requests in flight, an external metric: Prometheus' last values.
    InFlight,
}

impl Metric {
    /// Is it of requests, which external metrics are?
    pub(super) fn is_traffic(self) -> bool {
        matches!(self, Self::Requests | Self::InFlight)
    }
}

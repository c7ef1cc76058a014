//! The proxy's own metrics, beyond those of every server.

use http::Method;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Unit;
use service::{Durations, Fold, Metrics, OTHER_METHOD, Status};
use tokio::time::Instant;

/// One exchange with a target.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ExchangeLabels {
    http_request_method: &'static str,
    http_response_status_code: Status,
    error_type: &'static str,
}

impl Fold for ExchangeLabels {
    fn folded(&self) -> Self {
        let status = self.http_response_status_code.class();
        Self { http_request_method: OTHER_METHOD, http_response_status_code: status, ..self.clone() }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Reason {
    reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Rule {
    rule: &'static str,
}

#[derive(Clone, Debug)]
pub(crate) struct ProxyMetrics {
    exchanges: Durations<ExchangeLabels>,
    retries: Family<Reason, Counter>,
    blocked: Family<Rule, Counter>,
    shed: Counter,
}

impl ProxyMetrics {
    pub(crate) fn registered(metrics: &Metrics) -> Self {
        let own = Self {
            exchanges: Durations::default(),
            retries: Family::default(),
            blocked: Family::default(),
            shed: Counter::default(),
        };
        metrics.register(|registry| {
            let duration = "Time from sending a request to a target until the head of its response";
            registry.register_with_unit("http_client_request_duration", duration, Unit::Seconds, own.exchanges.clone());
            registry.register("retries", "Requests that were sent to a target again", own.retries.clone());
            registry.register("blocked_targets", "Targets refused by the address rules", own.blocked.clone());
            registry.register("shed_requests", "Requests refused because too many were in flight", own.shed.clone());
        });
        own
    }

    pub(crate) fn exchange(&self, method: &Method, status: u16, error: &'static str, began: Instant) {
        let labels = ExchangeLabels {
            http_request_method: service::method_name(method),
            http_response_status_code: Status::new(status),
            error_type: error,
        };
        self.exchanges.observe(labels, began.elapsed().as_secs_f64());
    }

    pub(crate) fn retry(&self, reason: &'static str) {
        self.retries.get_or_create(&Reason { reason }).inc();
    }

    pub(crate) fn blocked(&self, rule: &'static str) {
        self.blocked.get_or_create(&Rule { rule }).inc();
    }

    pub(crate) fn shed(&self) {
        self.shed.inc();
    }
}

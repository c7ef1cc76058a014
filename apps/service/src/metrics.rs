//! The server's own metrics, under OpenTelemetry's names in Prometheus form.

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use http::{Method, StatusCode};
use http_body::{Body, Frame, SizeHint};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};
use tokio::time::Instant;

use crate::body::Label;
use crate::durations::{Durations, Fold};
use crate::held::Held;
use crate::status::Status;
use crate::trace::TraceParent;
use crate::wire::Wire;

/// The metrics of one server, and the registry that a service adds its own to.
#[derive(Clone, Debug)]
pub struct Metrics(Arc<Series>);

#[derive(Debug)]
struct Series {
    registry: Mutex<Registry>,
    requests: Durations<RequestLabels>,
    active: Gauge,
    connections: Gauge,
    refused: Family<Refused, Counter>,
    draining: Gauge,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Refused {
    reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    http_request_method: &'static str,
    http_response_status_code: Status,
    http_route: &'static str,
    error_type: &'static str,
}

impl Fold for RequestLabels {
    fn folded(&self) -> Self {
        let status = self.http_response_status_code.class();
        Self { http_request_method: OTHER_METHOD, http_response_status_code: status, ..self.clone() }
    }
}

/// The name in metrics of every method that is none of HTTP's own.
pub const OTHER_METHOD: &str = "_OTHER";

impl Metrics {
    /// Metrics of the service called `name` at `version`.
    pub fn new(name: &'static str, version: &'static str) -> Self {
        let series = Series {
            registry: Mutex::default(),
            requests: Durations::default(),
            active: Gauge::default(),
            connections: Gauge::default(),
            refused: Family::default(),
            draining: Gauge::default(),
        };
        // That nothing has arrived is a zero from the start. Without a series nobody could tell it from a service that is not
        // asked.
        let none = RequestLabels {
            http_request_method: "GET",
            http_response_status_code: Status::new(200),
            http_route: "",
            error_type: "",
        };
        series.requests.show(&none);
        let metrics = Self(Arc::new(series));
        let series = &metrics.0;
        metrics.register(|registry| {
            let duration = "Time from a request's head to the last byte of its response";
            registry.register_with_unit(
                "http_server_request_duration",
                duration,
                Unit::Seconds,
                series.requests.clone(),
            );
            registry.register("http_server_active_requests", "Requests in flight", series.active.clone());
            registry.register("open_connections", "Connections that are open", series.connections.clone());
            let refused = "Connections of load balancers without a valid PROXY protocol header";
            registry.register("refused_connections", refused, series.refused.clone());
            registry.register("draining", "1 once SIGTERM has come, 0 before", series.draining.clone());
            registry.register(
                "build",
                "The version that is running",
                Info::new([("service", name), ("version", version)]),
            );
        });
        metrics
    }

    /// Adds a service's own metrics.
    pub fn register(&self, add: impl FnOnce(&mut Registry)) {
        add(&mut self.0.registry.lock().unwrap_or_else(PoisonError::into_inner));
    }

    pub(crate) fn connection(&self) -> Held {
        Held::one_more(&self.0.connections)
    }

    pub(crate) fn refused(&self, reason: &'static str) {
        self.0.refused.get_or_create(&Refused { reason }).inc();
    }

    pub(crate) fn render(&self, draining: bool) -> Result<String, fmt::Error> {
        self.0.draining.set(draining.into());
        let mut text = String::new();
        encode(&mut text, &self.0.registry.lock().unwrap_or_else(PoisonError::into_inner))?;
        Ok(text)
    }
}

/// The name of a method in metrics: a client may invent any number of methods, a time series each is too many.
pub fn method_name(method: &Method) -> &'static str {
    ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE"]
        .into_iter()
        .find(|known| method == known)
        .unwrap_or(OTHER_METHOD)
}

/// One request from its head to the end of its response body, whichever way it ends.
#[derive(Debug)]
pub(crate) struct Tracked {
    metrics: Metrics,
    _active: Held,
    method: &'static str,
    trace: TraceParent,
    wire: Wire,
    started: Instant,
    status: u16,
    label: Label,
}

impl Tracked {
    pub(crate) fn new(metrics: Metrics, method: &Method, trace: TraceParent, wire: Wire) -> Self {
        // Until it is answered, its only end is that the client goes away: nginx's 499.
        let label = Label { route: "", error: "client_closed_request" };
        let active = Held::one_more(&metrics.0.active);
        Self {
            metrics,
            _active: active,
            method: method_name(method),
            trace,
            wire,
            started: Instant::now(),
            status: 499,
            label,
        }
    }

    pub(crate) fn answered(&mut self, status: StatusCode, label: Label) {
        self.status = status.as_u16();
        self.label = label;
    }

    pub(crate) fn body<B>(self, body: B) -> TrackedBody<B> {
        TrackedBody { body, tracked: self }
    }
}

impl Drop for Tracked {
    fn drop(&mut self) {
        self.wire.idle();
        let labels = RequestLabels {
            http_request_method: self.method,
            http_response_status_code: Status::new(self.status),
            http_route: self.label.route,
            error_type: self.label.error,
        };
        let seconds = self.started.elapsed().as_secs_f64();
        self.metrics.0.requests.observe(labels, seconds);
        let (method, status, route, error) = (self.method, self.status, self.label.route, self.label.error);
        let trace_id = self.trace.trace_id();
        if error.is_empty() {
            tracing::debug!(%trace_id, method, status, route, seconds, "request");
        } else {
            tracing::info!(%trace_id, method, status, route, seconds, error, "request");
        }
    }
}

pin_project_lite::pin_project! {
    /// A response body that ends its request's record when it ends.
    pub(crate) struct TrackedBody<B> {
        #[pin]
        body: B,
        tracked: Tracked,
    }
}

impl<B: Body> Body for TrackedBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let this = self.project();
        let frame = this.body.poll_frame(cx);
        if let Poll::Ready(Some(Err(_))) = frame {
            this.tracked.label.error = "response_body_aborted";
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::Metrics;

    #[test]
    fn that_nothing_has_arrived_is_a_zero() {
        let text = Metrics::new("any", "0.1.0").render(false).unwrap();
        let count = text.lines().find(|line| line.starts_with("http_server_request_duration_seconds_count{"));
        assert!(count.is_some_and(|line| line.ends_with(" 0")), "{text}");
        assert!(text.contains("\nhttp_server_active_requests 0\n"), "{text}");
    }
}

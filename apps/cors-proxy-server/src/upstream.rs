//! One exchange with a target: the client, its timeouts, and one retry where it is safe.

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, Method, Response};
use hyper::body::Incoming;
use reqwest::{Body, Client, Request, redirect};
use tokio::time::{Instant, sleep};
use url::Url;

use crate::body::{Bounded, Progress};
use crate::dial::{Dial, watched};
use crate::error::ProxyError;
use crate::guard::{Lookup, Reach, Resolver};
use crate::load::RetryBudget;
use crate::metrics::ProxyMetrics;

/// How long a pooled connection may be idle: below the 5 s after which Node closes, the shortest of the usual servers.
const POOL_IDLE: Duration = Duration::from_secs(4);

/// What one exchange sends.
#[derive(Debug)]
pub(crate) struct Exchange {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    /// The request's body and the most bytes it may have.
    pub(crate) body: Option<(Incoming, u64)>,
}

#[derive(Debug)]
pub(crate) struct Upstream {
    public: Client,
    exempt: Client,
    timeout: Duration,
    budget: RetryBudget,
    metrics: ProxyMetrics,
}

impl Upstream {
    pub(crate) fn new(
        lookup: Lookup,
        connect_timeout: Duration,
        timeout: Duration,
        metrics: ProxyMetrics,
    ) -> reqwest::Result<Self> {
        let client = |reach| {
            Client::builder()
                .no_proxy()
                .referer(false)
                .redirect(redirect::Policy::none())
                .dns_resolver(Arc::new(Resolver { reach, lookup: lookup.clone() }))
                .connector_layer(Dial)
                .connect_timeout(connect_timeout)
                .pool_idle_timeout(POOL_IDLE)
                .http1_only()
                // What browsers take, and a proxy must mend (RFC 9112, 5.1 and 5.2).
                .http1_allow_spaces_after_header_name_in_responses(true)
                .http1_allow_obsolete_multiline_headers_in_responses(true)
                .build()
        };
        Ok(Self {
            public: client(Reach::Public)?,
            exempt: client(Reach::Exempt)?,
            timeout,
            budget: RetryBudget::new(),
            metrics,
        })
    }

    /// Sends the request; an idempotent one without a body once more if the target could not be connected to, or broke a
    /// connection that had been used before, as it may at any time while the connection is idle.
    pub(crate) async fn send(&self, reach: Reach, exchange: &mut Exchange) -> Result<reqwest::Response, ProxyError> {
        self.budget.deposit();
        let body = exchange.body.take();
        let safe = body.is_none() && exchange.method.is_idempotent();
        let error = match self.attempt(reach, exchange, body).await {
            Ok(response) => return Ok(response),
            Err(error) => error,
        };
        match error.retry_reason() {
            Some(reason) if safe && self.budget.withdraw() => {
                self.metrics.retry(reason);
                // Jitter, so that the requests of one broken connection do not arrive at the next in step.
                sleep(Duration::from_millis(fastrand::u64(1..=20))).await;
                self.attempt(reach, exchange, None).await
            }
            _ => Err(error),
        }
    }

    async fn attempt(
        &self,
        reach: Reach,
        exchange: &Exchange,
        body: Option<(Incoming, u64)>,
    ) -> Result<reqwest::Response, ProxyError> {
        let began = Instant::now();
        let mut request = Request::new(exchange.method.clone(), exchange.url.clone());
        request.headers_mut().clone_from(&exchange.headers);
        let progress = body.as_ref().map(|_| Progress::new());
        if let (Some((body, limit)), Some(progress)) = (body, &progress) {
            let body = Bounded::new(body, limit, self.timeout, ()).reporting(progress.clone());
            *request.body_mut() = Some(Body::wrap(body));
        }
        let client = match reach {
            Reach::Public => &self.public,
            Reach::Exempt => &self.exempt,
        };
        let patience = async {
            match progress {
                Some(progress) => progress.stalled(self.timeout).await,
                None => sleep(self.timeout).await,
            }
        };
        let outcome = tokio::select! {
            biased;
            (outcome, dialled) = watched(client.execute(request)) => {
                outcome.map_err(|error| ProxyError::from_client(error, dialled))
            }
            () = patience => Err(ProxyError::Timeout),
        };
        let (status, error) = match &outcome {
            Ok(response) => (response.status().as_u16(), ""),
            Err(error) => (0, error.name()),
        };
        self.metrics.exchange(&exchange.method, status, error, began);
        outcome
    }
}

/// Splits a response into its head and a body that carries trailers.
pub(crate) fn into_parts(response: reqwest::Response) -> (http::response::Parts, Body) {
    Response::<Body>::from(response).into_parts()
}

//! One exchange with a target: the client, its timeouts, and one retry where it is safe.

use std::time::Duration;

use http::uri::PathAndQuery;
use http::{HeaderValue, Method, Request, Response, header};
use http_body::Body;
use http_body_util::{Either, Empty};
use hyper::body::Incoming;
use service::{Direction, Wire};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use crate::body::{Bounded, Outgoing, Progress};
use crate::budget::RetryBudget;
use crate::client::{Answer, Client};
use crate::connect::{self, Connector, Kept};
use crate::direct;
use crate::error::{ProxyError, Retry};
use crate::fields::Fields;
use crate::guard::{Reach, Resolver};
use crate::metrics::ProxyMetrics;
use crate::names::Names;
use crate::target::{BadTarget, Target};

/// The request that one exchange sends to the target.
#[derive(Debug)]
pub(crate) struct Exchange {
    pub(crate) method: Method,
    pub(crate) target: Target,
    /// What is sent instead of its path and query.
    pub(crate) path: Option<String>,
    pub(crate) headers: Fields,
    /// Whether the response may switch protocols.
    pub(crate) switches: bool,
    /// The request's body and the most bytes it may have.
    pub(crate) body: Option<(Incoming, u64)>,
    /// The connection that it came by.
    pub(crate) wire: Wire,
}

impl Exchange {
    fn path(&self) -> &str {
        self.path.as_deref().unwrap_or(self.target.path_and_query())
    }

    /// The bytes of the request, if it has no body and asks for no other protocol: one that the proxy sends itself.
    fn direct(&self, body: Option<&(Incoming, u64)>) -> Result<Option<Vec<u8>>, BadTarget> {
        if body.is_some() || self.switches {
            return Ok(None);
        }
        let (path, host) = (self.path(), self.target.authority());
        let visible = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
        if !visible(path) || !visible(host) {
            return Err(BadTarget::Unsendable);
        }
        Ok(Some(direct::head::write(&self.method, path, host, &self.headers)))
    }

    /// The request of one attempt, for hyper.
    fn request(&self, body: Outgoing) -> Result<Request<Outgoing>, BadTarget> {
        let path: PathAndQuery = self.path().parse().map_err(|_| BadTarget::Unsendable)?;
        let host = HeaderValue::from_str(self.target.authority()).map_err(|_| BadTarget::Unsendable)?;
        let mut request = Request::new(body);
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = path.into();
        *request.headers_mut() = self.headers.map();
        request.headers_mut().insert(header::HOST, host);
        Ok(request)
    }
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
    /// A client for each way to reach a target, each with at most `idle` connections that wait for a request at so many
    /// `workers`, and what the kernel keeps of each.
    pub(crate) fn new(
        names: Names,
        (connect_timeout, timeout): (Duration, Duration),
        (idle, workers, kept): (usize, usize, Kept),
        metrics: ProxyMetrics,
    ) -> anyhow::Result<Self> {
        let tls = connect::tls()?;
        let client = |reach| {
            let resolver = Resolver { reach, names: names.clone() };
            Client::new(Connector::new(resolver, tls.clone(), connect_timeout, kept), idle, workers)
        };
        Ok(Self {
            public: client(Reach::Public),
            exempt: client(Reach::Exempt),
            timeout,
            budget: RetryBudget::new(),
            metrics,
        })
    }

    /// Sends the request; an idempotent one without a body once more if the target could not be connected to, or broke a
    /// connection that had been used before, as it may at any time while the connection is idle. The former is paid from the
    /// target's budget; the latter is not, since it happens but once to a request, and a fresh connection tells how things are.
    pub(crate) async fn send(&self, reach: Reach, exchange: &mut Exchange) -> Result<Response<Answer>, ProxyError> {
        self.budget.deposit(exchange.target.origin());
        let body = exchange.body.take();
        let safe = body.is_none() && exchange.method.is_idempotent();
        if body.as_ref().is_some_and(|(body, _)| body.size_hint().exact().is_none()) {
            // hyper leaves out a body of unknown length where the method seldom has one.
            exchange.headers.append(header::TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
        }
        let error = match self.attempt(reach, exchange, body, true).await {
            Ok(response) => return Ok(response),
            Err(error) => error,
        };
        let retry = match error.retry() {
            Some(Retry::Connect) if safe && self.budget.withdraw(exchange.target.origin()) => Retry::Connect,
            Some(Retry::Reset) if safe => Retry::Reset,
            _ => return Err(error),
        };
        self.metrics.retry(retry.name());
        if retry == Retry::Connect {
            // Jitter, so that the requests which one fault has met do not arrive at the target in step.
            sleep(Duration::from_millis(fastrand::u64(1..=20))).await;
        }
        // Anew, since what ended one connection that waited may have ended all of them.
        self.attempt(reach, exchange, None, false).await
    }

    async fn attempt(
        &self,
        reach: Reach,
        exchange: &Exchange,
        body: Option<(Incoming, u64)>,
        reused: bool,
    ) -> Result<Response<Answer>, ProxyError> {
        let began = Instant::now();
        let client = match reach {
            Reach::Public => &self.public,
            Reach::Exempt => &self.exempt,
        };
        if let Some(head) = exchange.direct(body.as_ref())? {
            let asked = client.ask(&exchange.target, (&exchange.method, &head), reused);
            let outcome = timeout(self.timeout, asked).await.unwrap_or(Err(ProxyError::Timeout));
            self.count(&exchange.method, &outcome, began);
            return outcome;
        }
        let progress = body.as_ref().map(|_| Progress::new());
        let body = match (body, &progress) {
            (Some((body, limit)), Some(progress)) => {
                let body = Bounded::new(body, limit, self.timeout, ()).reporting(progress.clone());
                Either::Right(body.watched(exchange.wire.clone(), Direction::Up))
            }
            _ => Either::Left(Empty::new()),
        };
        let request = exchange.request(body)?;
        let patience = async {
            match progress {
                Some(progress) => progress.stalled(self.timeout).await,
                None => sleep_until(began + self.timeout).await,
            }
        };
        let outcome = tokio::select! {
            biased;
            outcome = client.send(&exchange.target, request, reused) => outcome,
            () = patience => Err(ProxyError::Timeout),
        };
        self.count(&exchange.method, &outcome, began);
        outcome
    }

    fn count(&self, method: &Method, outcome: &Result<Response<Answer>, ProxyError>, began: Instant) {
        let (status, error) = match outcome {
            Ok(response) => (response.status().as_u16(), ""),
            Err(error) => (0, error.name()),
        };
        self.metrics.exchange(method, status, error, began);
    }
}

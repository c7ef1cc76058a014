//! One request from the page to the target and back: admission, redirects, headers, body.

use std::time::Duration;

use http::response::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri, header};
use http_body::Body;
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::upgrade::OnUpgrade;
use service::{Arrival, Direction, Drain, Label, ResponseBody, Wire};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;
use url::Url;

use crate::body::{Absent, Bounded, Prefetched, Reply};
use crate::client::Answer;
use crate::cors::{self, Grant, Policy};
use crate::error::ProxyError;
use crate::guard::Guard;
use crate::headers::{self, RequestRules};
use crate::load::InFlight;
use crate::metrics::ProxyMetrics;
use crate::rate::RateLimit;
use crate::target::{BadTarget, Target};
use crate::upstream::{Exchange, Upstream};
use crate::{kept, page, target, tunnel};

/// The label of forwarded requests in metrics.
pub(crate) const ROUTE: &str = "/{target}";

static REQUEST_URL: HeaderName = HeaderName::from_static("x-request-url");
static FINAL_URL: HeaderName = HeaderName::from_static("x-final-url");

/// The longest URL that a redirect is followed to, or leads to through the proxy.
const LONGEST: usize = 8 * 1024;

/// Bytes of a request's body that need no larger window than a head does.
const SHORT_BODY: u64 = 8 * 1024;

/// A redirect's own body is read, so that its connection can be used again, if it is no larger than this.
const REDIRECT_BODY: usize = 64 * 1024;

/// And if it arrives within this time; a new connection takes no longer.
const REDIRECT_TIME: Duration = Duration::from_millis(250);

/// The proxy behind its routes.
#[derive(Debug)]
pub(crate) struct Proxy {
    pub(crate) policy: Policy,
    pub(crate) rules: RequestRules,
    pub(crate) required: Vec<HeaderName>,
    pub(crate) cache_key: Vec<HeaderName>,
    pub(crate) rate: Option<RateLimit>,
    pub(crate) guard: Guard,
    pub(crate) in_flight: InFlight,
    pub(crate) upstream: Upstream,
    pub(crate) limits: Limits,
    pub(crate) metrics: ProxyMetrics,
}

/// Bounds of one exchange.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) redirects: usize,
    pub(crate) request_body: u64,
    pub(crate) response_body: u64,
    pub(crate) timeout: Duration,
    pub(crate) tunnel_idle: Duration,
}

/// A request, taken apart.
#[derive(Debug)]
pub(crate) struct Inbound {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Incoming,
    upgrade: Option<OnUpgrade>,
    arrival: Arrival,
}

impl Inbound {
    pub(crate) fn new(request: Request<Incoming>, arrival: Arrival) -> Self {
        let (mut head, body) = request.into_parts();
        let upgrade = head.extensions.remove();
        Self { method: head.method, uri: head.uri, headers: head.headers, body, upgrade, arrival }
    }
}

impl Proxy {
    /// Answers a request, with CORS headers whatever the outcome.
    pub(crate) async fn serve(&self, mut inbound: Inbound) -> Response<Reply> {
        let grant = self.policy.grant(&inbound.headers);
        if cors::is_preflight(&inbound.method, &inbound.headers) {
            return self.preflight(&grant, &inbound.headers);
        }
        if headers::count_hop(&inbound.method, &mut inbound.headers) == Some(0) {
            let mut response = page::methods().map(Reply::Left);
            self.policy.write(&grant, response.headers_mut());
            return response;
        }
        let target = match target::parse(inbound.uri.path(), inbound.uri.query()) {
            // The page is for people, who bring neither an origin nor a required header.
            Ok(None) if matches!(inbound.method, Method::GET | Method::HEAD) => return page::front().map(Reply::Left),
            target => target,
        };
        let outcome = match self.admit(&inbound, &grant) {
            // Boxed, because whatever wraps it would be moved about with the room for it.
            Ok(()) => Box::pin(self.forward(inbound, target)).await,
            Err(error) => Err(error),
        };
        let mut response = outcome.unwrap_or_else(|error| self.refuse(&error));
        self.policy.write(&grant, response.headers_mut());
        if !self.cache_key.is_empty() {
            kept::keep_private(response.headers_mut(), &self.cache_key);
        }
        response
    }

    fn preflight(&self, grant: &Grant, headers: &HeaderMap) -> Response<Reply> {
        let mut response = if *grant == Grant::Denied {
            let mut refused = ProxyError::OriginDenied.respond("preflight");
            self.policy.write(grant, refused.headers_mut());
            return refused.map(Reply::Left);
        } else {
            self.policy.preflight(grant, headers).map(Reply::Left)
        };
        response.extensions_mut().insert(Label { route: "preflight", error: "" });
        response
    }

    fn refuse(&self, error: &ProxyError) -> Response<Reply> {
        match error {
            ProxyError::Blocked(blocked) => self.metrics.blocked(blocked.0.name()),
            ProxyError::Overloaded | ProxyError::Exhausted(_) => self.metrics.shed(),
            _ => {}
        }
        let mut response = error.respond(ROUTE);
        if matches!(error, ProxyError::Overloaded) {
            // Else whoever sends request upon request has each of them refused, and takes the time of those that are served.
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        self.policy.expose(response.headers_mut());
        response.map(Reply::Left)
    }

    fn admit(&self, inbound: &Inbound, grant: &Grant) -> Result<(), ProxyError> {
        if matches!(inbound.method, Method::CONNECT | Method::TRACE) {
            return Err(ProxyError::Method(inbound.method.clone()));
        }
        if *grant == Grant::Denied {
            return Err(ProxyError::OriginDenied);
        }
        if headers::is_loop(&inbound.headers) {
            return Err(ProxyError::Loop);
        }
        if !self.required.is_empty() && !self.required.iter().any(|name| inbound.headers.contains_key(name)) {
            let names: Vec<_> = self.required.iter().map(HeaderName::as_str).collect();
            return Err(ProxyError::HeaderRequired(names.join(", ")));
        }
        if let Some(rate) = &self.rate {
            let client = self.rules.client(peer_of(&inbound.arrival), &inbound.headers);
            rate.take(client).map_err(|retry_after| ProxyError::RateLimited { retry_after })?;
        }
        Ok(())
    }

    async fn forward(
        &self,
        inbound: Inbound,
        target: Result<Option<Target>, BadTarget>,
    ) -> Result<Response<Reply>, ProxyError> {
        let target = target?.ok_or(BadTarget::Missing)?;
        let limit = self.limits.request_body;
        let Inbound { method, uri, headers, body, upgrade, arrival } = inbound;
        let peer = peer_of(&arrival);
        let Arrival { trace, wire, drain, .. } = arrival;
        if body.size_hint().lower() > limit {
            return Err(ProxyError::RequestTooLarge { limit });
        }
        let websocket = upgrade.is_some() && tunnel::is_websocket(&method, &headers);
        let tunnel = if websocket {
            Some(self.in_flight.enter_tunnels(&wire).await.ok_or(ProxyError::Overloaded)?)
        } else {
            None
        };
        let place = self.in_flight.enter(&wire).await.ok_or(ProxyError::Overloaded)?;
        if websocket || body.size_hint().exact().is_none_or(|bytes| bytes > SHORT_BODY) {
            wire.widen();
        }
        let headers = self.rules.apply(headers, peer, &trace, websocket);
        let path = target::with_apostrophes(&target, &uri);
        let body = (!body.is_end_stream()).then_some((body, limit));
        let exchange = Exchange { method, path, target, headers, switches: websocket, body, wire: wire.clone() };
        let (response, hops) = self.follow(exchange).await?;
        match upgrade {
            Some(upgrade) if websocket && response.status() == StatusCode::SWITCHING_PROTOCOLS => {
                Ok(self.switched(response, &hops, upgrade, (wire, drain, (place, tunnel))))
            }
            _ if response.status() == StatusCode::SWITCHING_PROTOCOLS => Err(ProxyError::UnaskedSwitch),
            _ if headers::is_coded(response.headers()) => Err(ProxyError::Coded),
            _ => self.answered(response, &hops, (place, wire)).await,
        }
    }

    /// Sends the request and follows redirects, each hop vetted anew.
    async fn follow(&self, mut exchange: Exchange) -> Result<(Response<Answer>, Hops), ProxyError> {
        let mut requested = None;
        let mut followed = Vec::new();
        loop {
            let reach = self.guard.admit(&exchange.target)?;
            let bodiless = exchange.body.is_none();
            let response = self.upstream.send(reach, &mut exchange).await?;
            let redirect = match Redirect::of(&response, &exchange, bodiless) {
                Some(redirect) if followed.len() < self.limits.redirects => redirect,
                _ => return Ok((response, Hops { requested, followed, current: exchange.target })),
            };
            let from = redirect.apply(&mut exchange);
            requested.get_or_insert(from);
            followed.push((response.status(), exchange.target.clone()));
            // Not all of it may be read, or come in time, and then only this connection is lost.
            let _ = timeout(REDIRECT_TIME, Limited::new(response.into_body(), REDIRECT_BODY).collect()).await;
        }
    }

    async fn answered(
        &self,
        response: Response<Answer>,
        hops: &Hops,
        (place, wire): (OwnedSemaphorePermit, Wire),
    ) -> Result<Response<Reply>, ProxyError> {
        let (mut head, body) = response.into_parts();
        let limit = self.limits.response_body;
        if body.size_hint().lower() > limit {
            return Err(ProxyError::ResponseTooLarge { limit });
        }
        self.finish(&mut head, hops);
        if head.status == StatusCode::NO_CONTENT {
            head.headers.remove(header::CONTENT_LENGTH);
        } else if head.status == StatusCode::NOT_MODIFIED {
            // Its length, if there is one, is that of the body which it leaves out.
            return Ok(Response::from_parts(head, Reply::Left(Absent.map_err(|never| match never {}).boxed_unsync())));
        }
        let body = Prefetched::new(body).await.map_err(|error| ProxyError::broken(error, false))?;
        // It may take as long for the client to read the head as for the body.
        wire.given(Direction::Down, 0);
        let body = Bounded::new(body, limit, self.limits.timeout, place);
        Ok(Response::from_parts(head, Reply::Right(body.watched(wire, Direction::Down))))
    }

    fn switched(
        &self,
        response: Response<Answer>,
        hops: &Hops,
        upgrade: OnUpgrade,
        (wire, drain, places): (Wire, Drain, impl Send + 'static),
    ) -> Response<Reply> {
        let mut switched = Response::new(Reply::Left(ResponseBody::default()));
        *switched.status_mut() = response.status();
        *switched.headers_mut() = response.headers().clone();
        let (mut head, body) = switched.into_parts();
        self.finish(&mut head, hops);
        tunnel::switch(&mut head.headers);
        let times = tunnel::Times { half_open: self.limits.timeout, idle: self.limits.tunnel_idle };
        tunnel::join((upgrade, wire), response, times, drain, places);
        Response::from_parts(head, body)
    }

    fn finish(&self, head: &mut Parts, hops: &Hops) {
        headers::clean_response(&mut head.headers, self.rules.cookies, &hops.current);
        hops.write(head.status, &mut head.headers);
        self.policy.expose(&mut head.headers);
        head.extensions.clear();
        head.version = http::Version::HTTP_11;
    }
}

fn peer_of(arrival: &Arrival) -> headers::Peer {
    headers::Peer { address: arrival.peer.ip(), balanced: arrival.balanced }
}

/// Where a request has been.
#[derive(Debug)]
struct Hops {
    /// The first URL, if redirects led away from it.
    requested: Option<Target>,
    followed: Vec<(StatusCode, Target)>,
    current: Target,
}

impl Hops {
    /// `X-Request-URL`, `X-CORS-Redirect-n`, `X-Final-URL`; and a redirect that was not followed leads through the proxy.
    fn write(&self, status: StatusCode, headers: &mut HeaderMap) {
        let value = |text: &str| HeaderValue::from_str(text).expect("a URL is visible ASCII");
        if status.is_redirection()
            && let Some(next) = location(headers, &self.current)
        {
            headers.insert(header::LOCATION, value(&format!("/{next}")));
        }
        let current = value(self.current.as_str());
        let requested = self.requested.as_ref().map_or_else(|| current.clone(), |url| value(url.as_str()));
        headers.insert(&REQUEST_URL, requested);
        for (nth, (status, url)) in self.followed.iter().enumerate() {
            let name = format!("x-cors-redirect-{}", nth + 1);
            let name = HeaderName::try_from(name).expect("letters, dashes and digits are a header name");
            headers.insert(name, value(&format!("{} {url}", status.as_u16())));
        }
        headers.insert(&FINAL_URL, current);
    }
}

fn location(headers: &HeaderMap, base: &Target) -> Option<Url> {
    // Unencoded UTF-8 is common in it, and browsers take it.
    let mut next = base.join(std::str::from_utf8(headers.get(header::LOCATION)?.as_bytes()).ok()?)?;
    if !matches!(next.scheme(), "http" | "https") {
        return None;
    }
    next.set_fragment(None);
    // Encoded it may be three times as long as it was, and a response names each that it has been through.
    (next.as_str().len() <= LONGEST).then_some(next)
}

/// A redirect that the proxy follows.
#[derive(Debug)]
struct Redirect {
    target: Target,
    to_get: bool,
}

impl Redirect {
    /// 301, 302 and 303 as browsers follow them; 307 and 308 repeat the request, which needs one without a body.
    fn of(response: &Response<Answer>, exchange: &Exchange, bodiless: bool) -> Option<Self> {
        let method = &exchange.method;
        let to_get = match response.status() {
            StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND => method == Method::POST,
            StatusCode::SEE_OTHER => method != Method::GET && method != Method::HEAD,
            StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT => false,
            _ => return None,
        };
        let target = location(response.headers(), &exchange.target)?.try_into().ok()?;
        (to_get || bodiless).then_some(Self { target, to_get })
    }

    /// Turns the exchange into the next one; returns the URL that it leaves.
    fn apply(self, exchange: &mut Exchange) -> Target {
        let describing = [
            header::CONTENT_LENGTH,
            header::CONTENT_TYPE,
            header::CONTENT_ENCODING,
            header::TRANSFER_ENCODING,
            header::TRAILER,
        ];
        let secret = [header::AUTHORIZATION, header::COOKIE];
        if self.to_get {
            exchange.method = Method::GET;
            for name in describing {
                exchange.headers.remove(&name);
            }
        }
        if self.target.origin() != exchange.target.origin() {
            for name in secret {
                exchange.headers.remove(&name);
            }
        }
        exchange.path = None;
        std::mem::replace(&mut exchange.target, self.target)
    }
}

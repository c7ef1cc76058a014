//! Why the proxy answers itself, and the one place that turns the reason into a status and a body.

use std::error::Error;
use std::io;

use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use http_body_util::{BodyExt, Full};
use serde_json::json;
use service::{BoxError, Label, ResponseBody};
use tokio::time::error::Elapsed;

use crate::address::Blocked;
use crate::body::BodyError;
use crate::causes::{cause, is_exhausted, is_io};
use crate::headers::PSEUDONYM;
use crate::names::Unresolved;
use crate::page;
use crate::target::BadTarget;

/// Every reason for which a request does not get the target's response.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProxyError {
    #[error("bad target: {0}")]
    BadTarget(#[from] BadTarget),
    #[error("a request needs one of these headers: {0}")]
    HeaderRequired(String),
    #[error("this origin may not use the proxy")]
    OriginDenied,
    #[error(transparent)]
    Blocked(#[from] Blocked),
    #[error("the method {0} is not forwarded")]
    Method(http::Method),
    #[error("the request has already passed this proxy")]
    Loop,
    #[error("too many requests from this client")]
    RateLimited { retry_after: u64 },
    #[error("the proxy is at its limit of requests in flight")]
    Overloaded,
    #[error("the proxy has no room for another connection to a target")]
    Exhausted(#[source] BoxError),
    #[error("the request body is larger than {limit} bytes")]
    RequestTooLarge { limit: u64 },
    #[error("the request body did not arrive in time")]
    RequestTimeout,
    #[error("the request body ended early")]
    RequestCut,
    #[error("the response body is larger than {limit} bytes")]
    ResponseTooLarge { limit: u64 },
    #[error("the target's name cannot be resolved")]
    Unresolved(#[source] BoxError),
    #[error("the proxy cannot connect to the target")]
    Connect(#[source] BoxError),
    #[error("the proxy cannot connect to the target in time")]
    ConnectTimeout(#[source] BoxError),
    #[error("the proxy cannot make a secure connection to the target")]
    Tls(#[source] BoxError),
    #[error("the target closed the connection before it answered")]
    Reset {
        #[source]
        error: BoxError,
        /// Whether the connection had carried requests before.
        reused: bool,
    },
    #[error("the target did not answer in time")]
    Timeout,
    #[error("the target's response is not HTTP that the proxy understands")]
    BadResponse(#[source] BoxError),
    #[error("the target switches to a protocol that the request did not ask for")]
    UnaskedSwitch,
    #[error("the target's response uses a transfer coding other than `chunked`")]
    Coded,
}

/// Why a request is sent once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Retry {
    /// Its target could not be connected to, and may be in trouble.
    Connect,
    /// Its connection had waited, and its target closed it just then: a matter of luck, and of this connection only.
    Reset,
}

impl Retry {
    /// Its name in metrics.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Reset => "reset",
        }
    }
}

impl ProxyError {
    /// Why there is no connection, by what lies beneath the error.
    pub(crate) fn connecting(error: BoxError) -> Self {
        if let Some(blocked) = cause::<Blocked>(&*error) {
            return Self::Blocked(*blocked);
        }
        match cause::<Unresolved>(&*error) {
            Some(Unresolved::Busy | Unresolved::Exhausted) => return Self::Exhausted(error),
            Some(_) => return Self::Unresolved(error),
            None if is_exhausted(&*error) => return Self::Exhausted(error),
            None => {}
        }
        if cause::<Elapsed>(&*error).is_some() || is_io(&*error, &[io::ErrorKind::TimedOut]) {
            return Self::ConnectTimeout(error);
        }
        // As which TLS reports whatever is no TLS, and a certificate that nobody trusts.
        if is_io(&*error, &[io::ErrorKind::InvalidData]) { Self::Tls(error) } else { Self::Connect(error) }
    }

    /// Why an exchange ended before its answer, by what lies beneath the error; `reused` is the connection if it had
    /// carried requests before.
    pub(crate) fn broken(error: BoxError, reused: bool) -> Self {
        match cause::<BodyError>(&*error) {
            Some(BodyError::TooLarge { limit }) => return Self::RequestTooLarge { limit: *limit },
            Some(BodyError::Stalled) => return Self::RequestTimeout,
            Some(BodyError::Source(_)) => return Self::RequestCut,
            None => {}
        }
        if is_io(&*error, &[io::ErrorKind::TimedOut]) {
            return Self::Timeout;
        }
        if is_reset(&*error) { Self::Reset { error, reused } } else { Self::BadResponse(error) }
    }

    /// Whether a safe request may be sent once more.
    pub(crate) fn retry(&self) -> Option<Retry> {
        match self {
            Self::Connect(_) => Some(Retry::Connect),
            Self::Reset { reused: true, .. } => Some(Retry::Reset),
            _ => None,
        }
    }

    /// Status, RFC 9209 error type where one fits, and the name in metrics and bodies.
    fn kind(&self) -> (StatusCode, &'static str) {
        match self {
            Self::BadTarget(_) => (StatusCode::BAD_REQUEST, "destination_not_found"),
            Self::HeaderRequired(_) => (StatusCode::BAD_REQUEST, "header_required"),
            Self::RequestCut => (StatusCode::BAD_REQUEST, "http_request_error"),
            Self::OriginDenied => (StatusCode::FORBIDDEN, "http_request_denied"),
            Self::Blocked(_) => (StatusCode::FORBIDDEN, "destination_ip_prohibited"),
            Self::Method(_) => (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed"),
            Self::RequestTimeout => (StatusCode::REQUEST_TIMEOUT, "request_timeout"),
            Self::RequestTooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "http_request_body_size"),
            Self::RateLimited { .. } => (StatusCode::TOO_MANY_REQUESTS, "rate_limited"),
            Self::Overloaded | Self::Exhausted(_) => (StatusCode::SERVICE_UNAVAILABLE, "connection_limit_reached"),
            Self::ResponseTooLarge { .. } => (StatusCode::BAD_GATEWAY, "http_response_body_size"),
            Self::Unresolved(_) => (StatusCode::BAD_GATEWAY, "dns_error"),
            Self::Connect(_) => (StatusCode::BAD_GATEWAY, "connection_refused"),
            Self::Tls(_) => (StatusCode::BAD_GATEWAY, "tls_protocol_error"),
            Self::Reset { .. } => (StatusCode::BAD_GATEWAY, "connection_terminated"),
            Self::BadResponse(_) | Self::UnaskedSwitch | Self::Coded => {
                (StatusCode::BAD_GATEWAY, "http_protocol_error")
            }
            Self::ConnectTimeout(_) => (StatusCode::GATEWAY_TIMEOUT, "connection_timeout"),
            Self::Timeout => (StatusCode::GATEWAY_TIMEOUT, "http_response_timeout"),
            Self::Loop => (StatusCode::LOOP_DETECTED, "proxy_loop_detected"),
        }
    }

    pub(crate) fn name(&self) -> &'static str {
        self.kind().1
    }

    /// The response, before its CORS headers.
    pub(crate) fn respond(&self, route: &'static str) -> Response<ResponseBody> {
        let (status, name) = self.kind();
        let body = json!({ "error": name, "message": self.to_string() }).to_string();
        let mut response = Response::new(Full::from(body).map_err(|never| match never {}).boxed_unsync());
        *response.status_mut() = status;
        response.extensions_mut().insert(Label { route, error: name });
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let proxy_status = format!("{PSEUDONYM}; error={name}");
        let proxy_status = HeaderValue::try_from(proxy_status).expect("names of errors are a header value");
        headers.insert(HeaderName::from_static("proxy-status"), proxy_status);
        self.extra(headers);
        response
    }

    fn extra(&self, headers: &mut HeaderMap) {
        let (name, value) = match self {
            Self::RateLimited { retry_after } => (header::RETRY_AFTER, (*retry_after).into()),
            Self::Overloaded | Self::Exhausted(_) => (header::RETRY_AFTER, 1.into()),
            Self::Method(_) => (header::ALLOW, page::FORWARDED),
            _ => return,
        };
        headers.insert(name, value);
    }
}

fn is_reset(error: &(dyn Error + 'static)) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    let ended = |error: &hyper::Error| error.is_incomplete_message() || error.is_canceled() || error.is_closed();
    is_io(error, &[BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof])
        || cause::<hyper::Error>(error).is_some_and(ended)
}

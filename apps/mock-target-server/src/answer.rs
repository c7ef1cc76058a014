//! The answer of a route, and the one place that turns refusals into a status and a body.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use http_body_util::{BodyExt, Full};
use serde_json::json;
use service::{Label, ResponseBody};

/// A route's answer, under the route's name.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) route: &'static str,
    pub(crate) outcome: Result<Response<ResponseBody>, Refusal>,
}

/// Why a request is not served.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("`{name}` must be {expected}")]
    Invalid { name: &'static str, expected: String },
    #[error("there is no such item")]
    NotFound,
    #[error("the range does not overlap the {size} bytes")]
    Unsatisfiable { size: u64 },
    #[error("the condition of `If-Match` is not met")]
    PreconditionFailed,
    #[error("the processor is busy")]
    Busy,
}

impl Refusal {
    fn respond(&self) -> Response<ResponseBody> {
        let (status, extra) = match self {
            Self::Invalid { .. } => (StatusCode::BAD_REQUEST, None),
            Self::NotFound => (StatusCode::NOT_FOUND, None),
            Self::Unsatisfiable { size } => {
                (StatusCode::RANGE_NOT_SATISFIABLE, Some((header::CONTENT_RANGE, format!("bytes */{size}"))))
            }
            Self::PreconditionFailed => (StatusCode::PRECONDITION_FAILED, None),
            Self::Busy => (StatusCode::SERVICE_UNAVAILABLE, Some((header::RETRY_AFTER, "1".into()))),
        };
        let mut response = json(status, &json!({ "error": self.to_string() }));
        if let Some((name, value)) = extra {
            let value = HeaderValue::from_str(&value).expect("digits and ASCII text are a header value");
            response.headers_mut().insert(name, value);
        }
        response
    }
}

impl Answer {
    pub(crate) fn into_reply(self) -> warp::reply::Response {
        let mut response = self.outcome.unwrap_or_else(|refusal| refusal.respond());
        response.extensions_mut().insert(Label { route: self.route, error: "" });
        service::reply(response)
    }
}

/// A response with a body of a known length.
pub(crate) fn full(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Response<ResponseBody> {
    let mut response = Response::new(Full::new(body.into()).map_err(|never| match never {}).boxed_unsync());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// A JSON response.
pub(crate) fn json(status: StatusCode, value: &serde_json::Value) -> Response<ResponseBody> {
    full(status, "application/json; charset=utf-8", value.to_string())
}

/// A number that must lie within bounds.
pub(crate) fn bounded(name: &'static str, value: u64, most: u64) -> Result<u64, Refusal> {
    if value > most {
        return Err(Refusal::Invalid { name, expected: format!("at most {most}") });
    }
    Ok(value)
}

//! The proxy's own responses: the page that explains it, and paths that browsers and crawlers request by themselves.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use http_body_util::{BodyExt, Full};
use service::{Label, ResponseBody};

/// The page may run its own inline script and style, and fetch from its own origin: nothing else.
const PAGE_POLICY: &str = "default-src 'none'; connect-src 'self'; script-src 'unsafe-inline'; \
                           style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// The methods that are forwarded.
pub(crate) const FORWARDED: HeaderValue = HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");

/// Paths that are no targets.
pub(crate) const PATHS: [&str; 3] = ["/favicon.ico", "/robots.txt", "/iscorsneeded"];

pub(crate) fn front() -> Response<ResponseBody> {
    let mut response = document("/", "text/html; charset=utf-8", include_str!("page.html"));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(PAGE_POLICY));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

pub(crate) fn favicon() -> Response<ResponseBody> {
    let mut response = document("/favicon.ico", "image/x-icon", "");
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

pub(crate) fn robots() -> Response<ResponseBody> {
    document("/robots.txt", "text/plain", "User-agent: *\nDisallow: /\n")
}

/// As in cors-anywhere: without CORS headers, so that a page can find out whether it needs the proxy at all.
pub(crate) fn is_cors_needed() -> Response<ResponseBody> {
    document("/iscorsneeded", "text/plain", "no\n")
}

/// The answer to an OPTIONS that may go no further.
pub(crate) fn methods() -> Response<ResponseBody> {
    let mut response = Response::new(ResponseBody::default());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response.headers_mut().insert(header::ALLOW, FORWARDED);
    response
}

fn document(route: &'static str, content_type: &'static str, body: &'static str) -> Response<ResponseBody> {
    let body = Full::new(Bytes::from_static(body.as_bytes()));
    let mut response = Response::new(body.map_err(|never| match never {}).boxed_unsync());
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response.extensions_mut().insert(Label { route, error: "" });
    response
}

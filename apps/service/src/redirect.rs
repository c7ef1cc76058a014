//! What the port without TLS answers: the same address, with TLS.

use std::convert::Infallible;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, Uri, header};
use http_body_util::{BodyExt, Full, combinators::MapErr};
use hyper::body::Incoming;

use crate::body::{BoxError, Label};
use crate::routes::{Arrival, Routes};

/// Connections of that port held open at once. Each is for one request, so a few carry many.
pub const CONNECTIONS: usize = 64;

/// Sends every request to where it came to, by HTTPS.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ToHttps;

impl Routes for ToHttps {
    type Body = MapErr<Full<Bytes>, fn(Infallible) -> BoxError>;

    const LABEL: Label = Label { route: "https_redirect", error: "" };

    async fn answer(&self, request: Request<Incoming>, _: Arrival) -> Response<Self::Body> {
        let (status, text, location) = match location(request.uri(), request.headers()) {
            Some(location) => (StatusCode::PERMANENT_REDIRECT, "by HTTPS\n", Some(location)),
            None => (StatusCode::BAD_REQUEST, "no host by which to go on\n", None),
        };
        let never: fn(Infallible) -> BoxError = |never| match never {};
        let mut response = Response::new(Full::new(Bytes::from_static(text.as_bytes())).map_err(never));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
        // Whoever follows needs another connection.
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        headers.extend(location.map(|location| (header::LOCATION, location)));
        if status == StatusCode::BAD_REQUEST {
            response.extensions_mut().insert(Label { route: Self::LABEL.route, error: "malformed_request" });
        }
        response
    }
}

/// The address of a request, by HTTPS on its usual port; the host of a URL before that of the header (RFC 9112, 3.2.2).
fn location(uri: &Uri, headers: &HeaderMap) -> Option<HeaderValue> {
    let given = uri.authority().map(http::uri::Authority::as_str);
    let host = host(given.or_else(|| headers.get(header::HOST)?.to_str().ok())?)?;
    let path = uri.path_and_query()?.as_str();
    let path = if path.starts_with('/') { path } else { "/" };
    HeaderValue::try_from(format!("https://{host}{path}")).ok()
}

/// The host without its port, if it is a name or an address and nothing else: a page of this port must not lead anywhere else.
fn host(authority: &str) -> Option<&str> {
    if let Some(rest) = authority.strip_prefix('[') {
        let (address, rest) = rest.split_once(']')?;
        address.parse::<std::net::Ipv6Addr>().ok()?;
        return is_port(rest).then(|| &authority[..address.len() + 2]);
    }
    let end = authority.find(':').unwrap_or(authority.len());
    let (host, rest) = authority.split_at(end);
    let of_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    (!host.is_empty() && host.len() <= 253 && host.bytes().all(of_name) && is_port(rest)).then_some(host)
}

/// Nothing, or a colon and a port.
fn is_port(rest: &str) -> bool {
    rest.strip_prefix(':').map_or(rest.is_empty(), |port| port.len() <= 5 && port.bytes().all(|of| of.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leads(uri: &str, host: Option<&'static str>) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.extend(host.map(|host| (header::HOST, HeaderValue::from_static(host))));
        location(&uri.parse().unwrap(), &headers).map(|location| location.to_str().unwrap().to_owned())
    }

    #[test]
    fn an_address_keeps_its_host_its_path_and_its_query() {
        for (uri, host, location) in [
            ("/", "proxy.example.com", "https://proxy.example.com/"),
            ("/a%20b?c=d&e", "proxy.example.com:80", "https://proxy.example.com/a%20b?c=d&e"),
            ("//other.example/", "a", "https://a//other.example/"),
            ("/?url=http://b/", "a_b", "https://a_b/?url=http://b/"),
            ("*", "a", "https://a/"),
            ("http://b/c", "a", "https://b/c"),
            ("/", "127.0.0.1:8081", "https://127.0.0.1/"),
            ("/", "[::1]:8081", "https://[::1]/"),
        ] {
            assert_eq!(leads(uri, Some(host)).as_deref(), Some(location), "{uri} {host}");
        }
    }

    #[test]
    fn what_is_no_host_leads_nowhere() {
        for host in ["", ":80", "a:b", "a:80:90", "user@a", "a,b", "[::1", "[a]", "[::1]a", "a%0d%0ab", "a:123456"] {
            assert_eq!(leads("/", Some(host)), None, "{host}");
        }
        assert_eq!(leads("/", None), None);
        assert_eq!(leads("http://user@b/", Some("a")), None);
    }
}

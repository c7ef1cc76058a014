//! Any header fields: none of one connection crosses in either direction, and none by which a target acts on its page's origin.

#![no_main]

use std::net::{IpAddr, Ipv4Addr};

use cors_proxy_server::headers::{RequestRules, clean_response};
use cors_proxy_server::target::parse;
use http::{HeaderMap, HeaderName, HeaderValue};
use libfuzzer_sys::fuzz_target;
use service::TraceParent;

const CONNECTION: [&str; 8] = [
    "connection",
    "keep-alive",
    "proxy-connection",
    "proxy-authenticate",
    "proxy-authorization",
    "transfer-encoding",
    "upgrade",
    "host",
];

/// The fields of a message, one a line.
fn fields(text: &[u8]) -> HeaderMap {
    let field = |line: &[u8]| {
        let colon = line.iter().position(|byte| *byte == b':')?;
        let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).ok()?;
        Some((HeaderName::from_bytes(&line[..colon]).ok()?, value))
    };
    let mut headers = HeaderMap::new();
    for (name, value) in text.split(|byte| *byte == b'\n').filter_map(field).take(100) {
        headers.append(name, value);
    }
    headers
}

/// The names that `Connection` gives.
fn named(headers: &HeaderMap) -> Vec<String> {
    let values = headers.get_all("connection").iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(|name| name.trim().to_ascii_lowercase()).collect()
}

fuzz_target!(|input: (bool, &[u8])| {
    let (cookies, text) = input;
    let before = fields(text);
    let named = named(&before);
    let trace = TraceParent::continued(&before);
    let request = RequestRules::default().apply(before.clone(), IpAddr::V4(Ipv4Addr::LOCALHOST), &trace, false).map();
    for name in request.keys().map(HeaderName::as_str) {
        let written = ["via", "traceparent", "te"].contains(&name) || name.starts_with("x-forwarded-");
        assert!(!CONNECTION.contains(&name) && (written || !named.iter().any(|gone| gone == name)), "{name}");
        assert!(name != "cookie", "{name}");
    }
    assert_eq!(request["x-forwarded-for"], "127.0.0.1");
    assert!(request.get_all("te").iter().all(|value| value == "trailers"));
    let mut response = before;
    let target = parse("/https://example.org/a", None).expect("a target").expect("a target");
    clean_response(&mut response, cookies, &target);
    for name in response.keys().map(HeaderName::as_str) {
        let written = ["x-content-type-options", "content-security-policy"].contains(&name);
        // A host says nothing in a response.
        assert!(name == "host" || !CONNECTION.contains(&name), "{name}");
        assert!(written || !named.iter().any(|gone| gone == name), "{name}");
        assert!(!name.starts_with("access-control-") && name != "clear-site-data", "{name}");
        assert!(cookies || name != "set-cookie", "{name}");
    }
    assert!(response.get_all("content-length").iter().count() <= 1);
});

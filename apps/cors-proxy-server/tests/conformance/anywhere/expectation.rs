//! What a case expects of an answer, a line each.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::vector::bytes;

/// Headers that a client or a connection brings, and that cors-anywhere's cases leave out, too.
const OF_NO_INTEREST: [&str; 4] = ["connection", "x-forwarded-for", "x-forwarded-port", "x-forwarded-proto"];

#[derive(Debug)]
pub(crate) struct Answer {
    status: String,
    headers: BTreeMap<String, String>,
    body: String,
}

impl Answer {
    pub(crate) fn read(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no head: {text:?}"));
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().to_owned();
        let headers = lines.filter_map(|line| line.split_once(':'));
        let headers: BTreeMap<_, _> =
            headers.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())).collect();
        let chunked = headers.get("transfer-encoding").is_some_and(|coding| coding == "chunked");
        Self { status, headers, body: if chunked { dechunked(body) } else { body.to_owned() } }
    }

    /// The headers that the target saw.
    fn seen(&self) -> Map<String, Value> {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

/// What could be read before an end, be it the last chunk or not.
fn dechunked(mut body: &str) -> String {
    let mut whole = String::new();
    while let Some((size, rest)) = body.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).unwrap_or_default().min(rest.len());
        if size == 0 {
            break;
        }
        whole += &rest[..size];
        body = rest[size..].trim_start_matches("\r\n");
    }
    whole
}

pub(crate) fn is_met(expected: &str, answer: &Answer) -> bool {
    if let Some(text) = expected.strip_prefix("body ") {
        return answer.body.contains(&*String::from_utf8_lossy(&bytes(text)));
    }
    if let Some(name) = expected.strip_prefix("exposes ") {
        let exposed = answer.headers.get("access-control-expose-headers");
        return exposed.is_some_and(|names| names == "*" || names.split(',').any(|other| other.trim() == name));
    }
    if let Some(names) = expected.strip_prefix("sees only ") {
        let seen = answer.seen();
        let seen: BTreeSet<_> = seen.keys().map(String::as_str).filter(|name| !OF_NO_INTEREST.contains(name)).collect();
        return seen == names.split(' ').collect();
    }
    if let Some(header) = expected.strip_prefix("sees ") {
        let seen = answer.seen();
        return match (header.strip_prefix('!'), header.split_once(": ")) {
            (Some(absent), _) => !seen.is_empty() && !seen.contains_key(absent),
            (None, Some((name, value))) => seen.get(name).is_some_and(|other| other == value),
            _ => false,
        };
    }
    match (expected.strip_prefix('!'), expected.split_once(": ")) {
        (Some(absent), _) => !answer.headers.contains_key(absent),
        (None, Some((name, value))) => answer.headers.get(name).is_some_and(|other| other == value),
        _ if expected == "empty" => answer.body.is_empty(),
        _ => answer.status == expected,
    }
}

//! The Fetch standard's CORS protocol: who may read, what a preflight is told, what a response exposes.

use std::collections::HashSet;

use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, header};

/// Which origins may use the proxy, and what they are granted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Policy {
    pub(crate) allow: HashSet<String>,
    pub(crate) deny: HashSet<String>,
    pub(crate) credentials: bool,
    pub(crate) max_age: Option<HeaderValue>,
}

/// The access that the policy grants to one request's origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Grant {
    /// Anyone may read; the answer does not depend on the origin.
    Anyone,
    /// This origin may read.
    Origin(HeaderValue),
    /// The origin may not use the proxy, or there is none where one is needed.
    Denied,
    /// There is no origin and none is needed.
    Absent,
}

impl Policy {
    pub(crate) fn grant(&self, headers: &HeaderMap) -> Grant {
        if self.allow.is_empty() && self.deny.is_empty() {
            return Grant::Anyone;
        }
        let Some(origin) = headers.get(header::ORIGIN) else {
            return if self.allow.is_empty() || is_same_origin(headers) { Grant::Absent } else { Grant::Denied };
        };
        let name = origin.to_str().unwrap_or_default().to_ascii_lowercase();
        let allowed = self.allow.is_empty() || self.allow.contains(&name);
        if allowed && !self.deny.contains(&name) { Grant::Origin(origin.clone()) } else { Grant::Denied }
    }

    /// Puts the grant on a response, the proxy's own errors included.
    pub(crate) fn write(&self, grant: &Grant, headers: &mut HeaderMap) {
        match grant {
            Grant::Anyone => {
                headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
                return;
            }
            Grant::Origin(origin) => {
                // `null` is the origin of every sandboxed page: never with credentials.
                if self.credentials && origin != "null" {
                    headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
                }
                headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            }
            Grant::Denied | Grant::Absent => {}
        }
        headers.append(header::VARY, HeaderValue::from_static("Origin"));
    }

    /// The answer to a preflight, without asking the target.
    pub(crate) fn preflight<B: Default>(&self, grant: &Grant, request: &HeaderMap) -> Response<B> {
        let mut response = Response::new(B::default());
        *response.status_mut() = StatusCode::NO_CONTENT;
        let headers = response.headers_mut();
        self.write(grant, headers);
        // Without an `Origin`, or without the two others, this would be a request for the target.
        let asked = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
        headers.insert(header::VARY, HeaderValue::from_static(asked));
        // Echoed, because `*` covers neither `Authorization` nor requests with credentials.
        for (asked, granted) in [
            (header::ACCESS_CONTROL_REQUEST_METHOD, header::ACCESS_CONTROL_ALLOW_METHODS),
            (header::ACCESS_CONTROL_REQUEST_HEADERS, header::ACCESS_CONTROL_ALLOW_HEADERS),
        ] {
            if let Some(value) = request.get(asked) {
                headers.insert(granted, value.clone());
            }
        }
        if let Some(max_age) = &self.max_age {
            headers.insert(header::ACCESS_CONTROL_MAX_AGE, max_age.clone());
        }
        response
    }

    /// Lets the page read every header: by name where there may be credentials, with which `*` would be a header's name.
    pub(crate) fn expose(&self, headers: &mut HeaderMap) {
        let names = if self.credentials {
            let names: Vec<_> = headers.keys().filter(|name| !is_cors(name)).map(HeaderName::as_str).collect();
            HeaderValue::try_from(names.join(", ")).expect("names of headers make a header value")
        } else {
            HeaderValue::from_static("*")
        };
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, names);
    }
}

/// Whether the proxy's own page asks: browsers send no `Origin` then, and let no script set this header.
fn is_same_origin(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_some_and(|site| site == "same-origin")
}

/// A preflight has all three; any other OPTIONS is a request for the target.
pub(crate) fn is_preflight(method: &Method, headers: &HeaderMap) -> bool {
    method == Method::OPTIONS
        && headers.contains_key(header::ORIGIN)
        && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// Whether a header is CORS's own: the target's are replaced by ours.
pub(crate) fn is_cors(name: &HeaderName) -> bool {
    name.as_str().starts_with("access-control-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(allow: &[&str], deny: &[&str]) -> Policy {
        let set = |origins: &[&str]| origins.iter().map(|origin| (*origin).to_owned()).collect();
        Policy { allow: set(allow), deny: set(deny), credentials: true, max_age: None }
    }

    fn headers(policy: &Policy, origin: Option<&'static str>) -> HeaderMap {
        let origin = origin.map(HeaderValue::from_static);
        let mut headers = HeaderMap::new();
        let request = HeaderMap::from_iter(origin.map(|origin| (header::ORIGIN, origin)));
        policy.write(&policy.grant(&request), &mut headers);
        headers
    }

    #[test]
    fn without_lists_anyone_may_read_and_nothing_varies() {
        let headers = headers(&policy(&[], &[]), Some("https://a.example"));
        assert_eq!(headers["access-control-allow-origin"], "*");
        assert!(!headers.contains_key("vary") && !headers.contains_key("access-control-allow-credentials"));
    }

    #[test]
    fn with_lists_the_response_varies_even_when_denied_or_absent() {
        let policy = policy(&["https://a.example"], &[]);
        assert_eq!(headers(&policy, Some("https://a.example"))["access-control-allow-origin"], "https://a.example");
        for origin in [None, Some("https://b.example"), Some("null")] {
            let headers = headers(&policy, origin);
            assert_eq!(headers["vary"], "Origin");
            assert!(!headers.contains_key("access-control-allow-origin"), "{origin:?}");
        }
    }

    #[test]
    fn a_denied_origin_is_denied_whatever_is_allowed() {
        let policy = policy(&["https://a.example"], &["https://a.example"]);
        let request = HeaderMap::from_iter([(header::ORIGIN, HeaderValue::from_static("https://a.example"))]);
        assert_eq!(policy.grant(&request), Grant::Denied);
    }

    #[test]
    fn with_credentials_every_header_is_exposed_by_its_name() {
        let exposed = |credentials| {
            let target = [("x-own", "1"), ("access-control-max-age", "1"), ("etag", "1")];
            let target = target.map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
            let mut headers = HeaderMap::from_iter(target);
            Policy { credentials, ..policy(&["https://a.example"], &[]) }.expose(&mut headers);
            headers[header::ACCESS_CONTROL_EXPOSE_HEADERS].clone()
        };
        assert_eq!([exposed(true), exposed(false)], ["x-own, etag", "*"]);
    }

    #[test]
    fn null_never_gets_credentials() {
        let headers = headers(&policy(&["null"], &[]), Some("null"));
        assert_eq!(headers["access-control-allow-origin"], "null");
        assert!(!headers.contains_key("access-control-allow-credentials"));
    }
}

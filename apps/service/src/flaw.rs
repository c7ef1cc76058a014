//! Requests that HTTP tells servers to refuse (RFC 9112, 3.2 and 6.1) but that the parser lets through.

use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri, Version, header};

/// The status for one whose target is neither a path nor a URL, with a missing, second or malformed host, or with a body in
/// a coding that would reach the routes undecoded, or in two.
pub(crate) fn status<B>(request: &Request<B>) -> Option<StatusCode> {
    if request.method() != Method::CONNECT && !is_target(request.uri()) {
        return Some(StatusCode::BAD_REQUEST);
    }
    of_head(request.version(), request.headers())
}

/// Whether a request may name this: a path, a URL of HTTP, or `*`. A host alone is for CONNECT.
fn is_target(uri: &Uri) -> bool {
    uri.path_and_query().is_some() && uri.scheme_str().is_none_or(|scheme| matches!(scheme, "http" | "https"))
}

fn of_head(version: Version, headers: &HeaderMap) -> Option<StatusCode> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let sound = hosts.next().map_or(version != Version::HTTP_11, is_host);
    if !sound || hosts.next().is_some() {
        return Some(StatusCode::BAD_REQUEST);
    }
    let mut codings = headers.get_all(header::TRANSFER_ENCODING).iter();
    let coding = codings.next()?;
    if !coding.as_bytes().eq_ignore_ascii_case(b"chunked") {
        return Some(StatusCode::NOT_IMPLEMENTED);
    }
    codings.next().map(|_| StatusCode::BAD_REQUEST)
}

/// Whether this may be a host with or without a port. It may be empty where a URL has none.
fn is_host(value: &HeaderValue) -> bool {
    value.as_bytes().iter().all(|byte| byte.is_ascii_alphanumeric() || b"-._~%!$&'()*+,;=:[]".contains(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(headers: &[(&'static str, &'static str)]) -> Option<StatusCode> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_static(value));
        }
        of_head(Version::HTTP_11, &map)
    }

    #[test]
    fn a_host_is_a_name_or_an_address_and_perhaps_a_port() {
        for host in ["", "a", "a.example:8080", "127.0.0.1", "[::1]:80", "xn--bcher-kva.example", "a_b"] {
            assert_eq!(of(&[("host", host)]), None, "{host}");
        }
        for host in ["a b", "a/b", "user@a", "a?b", "a#b", "http://a", "<a>", "a\\b", "\"a\""] {
            assert_eq!(of(&[("host", host)]), Some(StatusCode::BAD_REQUEST), "{host}");
        }
    }

    #[test]
    fn a_target_is_a_path_or_a_url_of_http() {
        for (uri, sound) in [
            ("/", true),
            ("/a?b", true),
            ("*", true),
            ("http://proxy/a", true),
            ("https://proxy", true),
            ("hidden", false),
            ("other.example:80", false),
            ("ftp://127.0.0.1:1/", false),
        ] {
            assert_eq!(is_target(&Uri::from_static(uri)), sound, "{uri}");
        }
        let connect = Request::builder().method("CONNECT").uri("a.example:80").header("host", "a").body(()).unwrap();
        assert_eq!(status(&connect), None);
    }

    #[test]
    fn a_body_is_in_one_coding_which_is_chunked() {
        let coded = |codings: &[&'static str]| {
            let all: Vec<_> = codings.iter().map(|coding| ("transfer-encoding", *coding)).collect();
            of(&[&[("host", "a")], &all[..]].concat())
        };
        assert_eq!(coded(&["chunked"]), None);
        assert_eq!(coded(&["gzip, chunked"]), Some(StatusCode::NOT_IMPLEMENTED));
        assert_eq!(coded(&["gzip", "chunked"]), Some(StatusCode::NOT_IMPLEMENTED));
        assert_eq!(coded(&["chunked", "chunked"]), Some(StatusCode::BAD_REQUEST));
    }
}

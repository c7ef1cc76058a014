//! What a shared cache in front of the proxy may keep (RFC 9111), which keeps responses by some headers of the request and reads no
//! `Vary`.

use http::{HeaderMap, HeaderName, HeaderValue, header};

/// Leaves to a shared cache what its target expressly lets one keep, and makes the rest `private`. Such a cache might keep all that has a
/// time to live, but where a target finds its client's credentials neither it nor the proxy knows; and one that is not told
/// `private` may give a single response to all who wait for it.
pub(crate) fn keep_private(headers: &mut HeaderMap, key: &[HeaderName]) {
    let targeted: Vec<HeaderName> = headers.keys().filter(|name| is_targeted(name)).cloned().collect();
    for name in targeted {
        headers.remove(name);
    }
    if is_shared(headers) && !headers.contains_key(header::SET_COOKIE) && !varies(headers, key) {
        return;
    }
    let mut rest = b"private".to_vec();
    for directive in directives(headers).filter(|of| !["private", "public", "s-maxage"].contains(&&*name(of))) {
        rest.extend_from_slice(b", ");
        rest.extend_from_slice(directive);
    }
    let rest = HeaderValue::from_bytes(&rest).expect("parts of header values are one");
    headers.insert(header::CACHE_CONTROL, rest);
}

/// Headers by which a target speaks to its own caches, and which some heed before `Cache-Control` (RFC 9213).
fn is_targeted(name: &HeaderName) -> bool {
    name.as_str().ends_with("cdn-cache-control") || name == "surrogate-control"
}

/// Whether a target says that its response, and all of it, is for everybody.
fn is_shared(headers: &HeaderMap) -> bool {
    let mut shared = false;
    for directive in directives(headers) {
        match &*name(directive) {
            "private" => return false,
            "public" | "s-maxage" => shared = true,
            _ => {}
        }
    }
    shared
}

/// Whether a response varies by what is not in the key. Such a cache has a key of its own for encodings.
fn varies(headers: &HeaderMap, key: &[HeaderName]) -> bool {
    let values = headers.get_all(header::VARY).iter().map(HeaderValue::as_bytes);
    let mut names = values.flat_map(|value| value.split(|byte| *byte == b',')).map(<[u8]>::trim_ascii);
    names.any(|name| {
        let mut known = key.iter().map(HeaderName::as_str).chain(["accept-encoding"]);
        !name.is_empty() && !known.any(|known| name.eq_ignore_ascii_case(known.as_bytes()))
    })
}

/// The directives of `Cache-Control`. A comma in quotes ends none.
fn directives(headers: &HeaderMap) -> impl Iterator<Item = &[u8]> {
    let lines = headers.get_all(header::CACHE_CONTROL).iter();
    let directives = lines.flat_map(|line| {
        let (mut quoted, mut escaped) = (false, false);
        line.as_bytes().split(move |byte| {
            let ends = *byte == b',' && !quoted;
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = quoted,
                b'"' => quoted = !quoted,
                _ => {}
            }
            ends
        })
    });
    directives.map(<[u8]>::trim_ascii).filter(|directive| !directive.is_empty())
}

/// The name of a directive, in small letters.
fn name(directive: &[u8]) -> String {
    let name = directive.split(|byte| *byte == b'=').next().unwrap_or_default().trim_ascii();
    String::from_utf8_lossy(name).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is left of `Cache-Control`.
    fn kept(fields: &[(&'static str, &'static str)]) -> String {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(*name, HeaderValue::from_static(value));
        }
        keep_private(&mut headers, &[header::ORIGIN, header::ACCEPT_LANGUAGE]);
        let lines = headers.get_all(header::CACHE_CONTROL).iter().map(|line| line.to_str().unwrap());
        lines.collect::<Vec<_>>().join(" / ")
    }

    #[test]
    fn a_shared_cache_keeps_what_is_expressly_for_all() {
        for (said, expected) in [
            ("public, max-age=60", "public, max-age=60"),
            ("max-age=60, S-MaxAge=600", "max-age=60, S-MaxAge=600"),
            ("Public", "Public"),
            ("max-age=60", "private, max-age=60"),
            ("max-age=60, must-revalidate", "private, max-age=60, must-revalidate"),
            ("no-store", "private, no-store"),
            ("private , max-age=60", "private, max-age=60"),
            ("public, private, max-age=60", "private, max-age=60"),
            ("public, private=\"x-a, public\", max-age=60", "private, max-age=60"),
            ("no-cache=\"a, \\\"public\\\", b\", max-age=1,,", "private, no-cache=\"a, \\\"public\\\", b\", max-age=1"),
            ("x=\"a, public", "private, x=\"a, public"),
            ("publicly, x-public=1", "private, publicly, x-public=1"),
            ("", "private"),
        ] {
            assert_eq!(kept(&[("cache-control", said)]), expected, "{said}");
        }
        assert_eq!(kept(&[("expires", "Fri, 01 Jan 2100 00:00:00 GMT")]), "private");
        assert_eq!(kept(&[("cache-control", "max-age=1"), ("cache-control", "public")]), "max-age=1 / public");
        assert_eq!(kept(&[("cache-control", "public"), ("cache-control", "private")]), "private");
    }

    #[test]
    fn what_varies_by_more_than_a_cache_keeps_by_is_kept_from_it() {
        let kept = |vary| kept(&[("vary", vary), ("cache-control", "public, s-maxage=9, max-age=60")]);
        for vary in ["*", "Origin, User-Agent", "cookie"] {
            assert_eq!(kept(vary), "private, max-age=60", "{vary}");
        }
        for vary in ["origin , Accept-Encoding", "Accept-Language", ""] {
            assert_eq!(kept(vary), "public, s-maxage=9, max-age=60", "{vary}");
        }
    }

    #[test]
    fn a_response_that_sets_a_cookie_is_its_clients_own() {
        let fields = [("cache-control", "public, max-age=60"), ("set-cookie", "proxied-id=1")];
        assert_eq!(kept(&fields), "private, max-age=60");
    }

    #[test]
    fn what_a_target_says_to_its_own_caches_is_not_for_this_one() {
        let mut headers = HeaderMap::new();
        for name in ["cdn-cache-control", "other-cdn-cache-control", "surrogate-control"] {
            headers.insert(name, HeaderValue::from_static("max-age=600"));
        }
        keep_private(&mut headers, &[header::ORIGIN]);
        assert_eq!(
            headers.iter().collect::<Vec<_>>(),
            [(&header::CACHE_CONTROL, &HeaderValue::from_static("private"))]
        );
    }
}

//! Cookies of targets, with `--allow-credentials`. To a browser all of them are the proxy's own, so each is bound to its
//! target's part of the proxy, by its path, and marked by its name: what has no mark is not for targets.

use http::{HeaderMap, HeaderValue, header};

use crate::target::Target;

/// The mark. It also takes the meaning from `__Host-`, whose cookies would have to be for all paths.
const MARK: &str = "proxied-";

/// Leaves the cookies that a target has set, under the names that it gave them.
pub(crate) fn unmark(headers: &mut HeaderMap) {
    let mut kept = String::new();
    for line in headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok()) {
        for cookie in line.split(';').filter_map(|cookie| cookie.trim().strip_prefix(MARK)) {
            if !kept.is_empty() {
                kept.push_str("; ");
            }
            kept.push_str(cookie);
        }
    }
    headers.remove(header::COOKIE);
    if !kept.is_empty()
        && let Ok(kept) = HeaderValue::try_from(kept)
    {
        headers.insert(header::COOKIE, kept);
    }
}

/// Binds what a response of `target` sets to its origin.
pub(crate) fn bind(headers: &mut HeaderMap, target: &Target) {
    let lines: Vec<HeaderValue> = match headers.entry(header::SET_COOKIE) {
        header::Entry::Occupied(entry) => entry.remove_entry_mult().1.collect(),
        header::Entry::Vacant(_) => return,
    };
    for line in &lines {
        // What is no text was of use to nobody.
        if let Some(bound) = line.to_str().ok().and_then(|line| HeaderValue::try_from(bound(line, target)).ok()) {
            headers.append(header::SET_COOKIE, bound);
        }
    }
}

fn bound(line: &str, target: &Target) -> String {
    let mut fields = line.split(';');
    let (cookie, mut path) = (fields.next().unwrap_or_default().trim(), None);
    let mut rest = String::new();
    for field in fields {
        let (name, value) = field.split_once('=').unwrap_or((field, ""));
        let (name, value) = (name.trim(), value.trim());
        if name.eq_ignore_ascii_case("path") {
            path = Some(value);
        } else if !name.eq_ignore_ascii_case("domain") {
            rest.push(';');
            rest.push_str(field);
        }
    }
    let path = path.filter(|path| path.starts_with('/')).unwrap_or_else(|| default_path(target));
    format!("{MARK}{cookie}; Path=/{origin}{path}{rest}", origin = target.origin())
}

/// The path of a cookie that names none (RFC 6265, 5.1.4).
fn default_path(target: &Target) -> &str {
    match target.path().rsplit_once('/') {
        Some((folder, _)) if !folder.is_empty() => folder,
        _ => "/",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::parsed;

    #[test]
    fn a_cookie_is_bound_to_its_target() {
        let target = |path| parsed(path, None).unwrap().unwrap();
        let cart = target("/https://a.example:8443/shop/cart?x");
        for (set, expected) in [
            ("id=1", "proxied-id=1; Path=/https://a.example:8443/shop"),
            ("id=1; Path=/", "proxied-id=1; Path=/https://a.example:8443/"),
            ("id=1; Domain=example; path = /x ; Secure", "proxied-id=1; Path=/https://a.example:8443/x; Secure"),
            ("id=1; Path=x; SameSite=None", "proxied-id=1; Path=/https://a.example:8443/shop; SameSite=None"),
            ("__Host-id=1; Path=/; Secure", "proxied-__Host-id=1; Path=/https://a.example:8443/; Secure"),
            ("id=1; Path=/a; Path=/b", "proxied-id=1; Path=/https://a.example:8443/b"),
        ] {
            assert_eq!(bound(set, &cart), expected, "{set}");
        }
        assert_eq!(default_path(&target("/http://a.example/cart")), "/");
    }

    #[test]
    fn what_has_no_mark_is_not_for_targets() {
        let mut headers = HeaderMap::new();
        for line in ["session=operator; proxied-id=1", "proxied-__Host-b=2; other=3"] {
            headers.append(header::COOKIE, HeaderValue::from_static(line));
        }
        unmark(&mut headers);
        assert_eq!(headers[header::COOKIE], "id=1; __Host-b=2");
        let mut headers = HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_static("session=operator"))]);
        unmark(&mut headers);
        assert!(headers.is_empty());
    }
}

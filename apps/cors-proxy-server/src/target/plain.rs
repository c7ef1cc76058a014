//! Targets as most requests name them: the URL standard leaves every byte of them as it is, so that no parser of URLs is
//! needed, and no other spelling of a host can hide among them.

use std::net::{IpAddr, Ipv4Addr};

use super::Target;

/// The longest label of a name, and the longest name (RFC 1035, 2.3.4).
const LABEL: usize = 63;
const NAME: usize = 253;

/// Reads `/http://host:port/path` with its query. `None` says no more than that it takes a parser to read this.
pub(super) fn read(path: &str, query: Option<&str>) -> Option<Target> {
    let text = path.strip_prefix('/')?;
    let (host_start, default) = if text.starts_with("http://") {
        (7, 80)
    } else if text.starts_with("https://") {
        (8, 443)
    } else {
        return None;
    };
    let end = |from: usize, ends: fn(&u8) -> bool| Some(from + text.as_bytes()[from..].iter().position(ends)?);
    let host_end = end(host_start, |byte| matches!(byte, b':' | b'/'))?;
    let origin_end = end(host_end, |byte| *byte == b'/')?;
    let port = match &text[host_end..origin_end] {
        "" => default,
        port => self::port(&port[1..]).filter(|port| *port != default)?,
    };
    let host = &text[host_start..host_end];
    let address = match last_label(host.as_bytes())? {
        [b'0'..=b'9', ..] => Some(IpAddr::V4(host.parse::<Ipv4Addr>().ok()?)),
        _ => None,
    };
    if !is_path(&text.as_bytes()[origin_end..]) || !query.is_none_or(|query| query.bytes().all(stays)) {
        return None;
    }
    let mut whole = String::with_capacity(text.len() + query.map_or(0, |query| query.len() + 1));
    whole.push_str(text);
    if let Some(query) = query {
        whole.push('?');
        whole.push_str(query);
    }
    Some(Target { text: whole.into(), host_start, host_end, origin_end, port, address })
}

/// A port as it is written in a URL: without a leading zero.
fn port(digits: &str) -> Option<u16> {
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
    digits.parse().ok().filter(|_| plain)
}

/// The last label of a name that is not in need of IDNA.
fn last_label(host: &[u8]) -> Option<&[u8]> {
    let mut last = None;
    for label in host.split(|byte| *byte == b'.') {
        let plain = label.iter().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
        let framed = label.starts_with(b"-") || label.ends_with(b"-") || label.windows(2).any(|pair| pair == b"--");
        if label.is_empty() || label.len() > LABEL || !plain || framed {
            return None;
        }
        last = Some(label);
    }
    last.filter(|_| host.len() <= NAME)
}

/// Whether a path has no segment that means another one, such as `..` and `%2e`.
fn is_path(path: &[u8]) -> bool {
    let mut before = 0;
    for (at, byte) in path.iter().enumerate() {
        let dotted = match byte {
            b'.' => before == b'/',
            b'%' => matches!(path.get(at + 1..at + 3), Some([b'2', b'e' | b'E'])),
            _ => false,
        };
        if dotted || *byte == b'?' || !stays(*byte) {
            return false;
        }
        before = *byte;
    }
    true
}

/// Whether URLs write this byte as itself in a path and in a query.
fn stays(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' | b'?' | b'%')
        || matches!(byte, b'!' | b'$' | b'&' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'=' | b':' | b'@')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::parsed;
    use super::*;

    /// What a URL may be made of, and what may be mistaken for it.
    fn pieces() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(vec![
            "http",
            "https",
            "://",
            ":/",
            "/",
            "//",
            ".",
            "..",
            "%2e",
            "%2E",
            "%",
            "%41",
            "?",
            "#",
            "@",
            ":",
            "80",
            "443",
            "0",
            "08",
            "65535",
            "65536",
            "127.0.0.1",
            "127.1",
            "0x7f",
            "1",
            "a",
            "a.example",
            "xn--a",
            "A",
            "-",
            "--",
            "_",
            "[::1]",
            "é",
            "\\",
            "'",
            "\"",
            " ",
            "\t",
            "{",
            "|",
            "^",
            "`",
            "a=b&c",
            "+",
            ";",
            "*",
            "~",
            "!",
            "localhost",
        ]);
        let tail = prop::collection::vec(piece, 0..9).prop_map(|pieces| pieces.concat());
        let head =
            prop::sample::select(vec!["/http://", "/https://", "/http://a.example", "/https://10.0.0.1:8443/x", "/"]);
        (head, tail).prop_map(|(head, tail)| head.to_owned() + &tail)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_read_without_a_parser_is_what_the_parser_reads(asked in pieces()) {
            let (path, query) = asked.split_once('?').map_or((&*asked, None), |(path, query)| (path, Some(query)));
            if let Some(target) = read(path, query) {
                prop_assert_eq!(Ok(Some(target)), parsed(path, query));
            }
        }
    }

    #[test]
    fn usual_targets_need_no_parser_and_doubtful_ones_do() {
        for plain in [
            "/http://127.0.0.1:3000/posts/1",
            "/https://example.org/",
            "/http://mock-target-server-service:3000/posts?_page=2&q=a%20b",
            "/https://api.example.co.uk:8443/v1/a.b/c~d/@e",
        ] {
            let (path, query) = plain.split_once('?').map_or((plain, None), |(path, query)| (path, Some(query)));
            assert!(read(path, query).is_some(), "{plain}");
        }
        for doubtful in [
            "/http://127.1/",
            "/http://0x7f.0.0.1/",
            "/http://a.0x1/",
            "/http://127.0.0.01/",
            "/http://1.2.3.4./",
            "/http://a.example./",
            "/http://Example.org/",
            "/http://xn--bcher-kva.example/",
            "/http://user@a.example/",
            "/http://[::1]/",
            "/http://a.example:80/",
            "/http://a.example:080/",
            "/http://a.example:/",
            "/http://a.example:65536/",
            "/http://a.example",
            "/http://a.example/../x",
            "/http://a.example/x/%2e%2E/",
            "/http://a.example/x y",
            "/http://a.example\\@b/",
            "/http:///a",
            "/https:/a.example/",
            "/a.example/",
        ] {
            assert!(read(doubtful, None).is_none(), "{doubtful}");
        }
    }
}

//! `X-Forwarded-*`: what is believed of it, and what targets are told.

use std::net::IpAddr;

use http::{HeaderMap, HeaderName, HeaderValue, header};

static FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
static HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
static PORT: HeaderName = HeaderName::from_static("x-forwarded-port");
static PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// The headers that the proxy writes.
pub(crate) static WRITTEN: [&HeaderName; 4] = [&FOR, &HOST, &PORT, &PROTO];

/// What is believed of the headers that a peer sends about its own client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Belief {
    /// It speaks for nobody.
    Nothing,
    /// It is an edge: it appends its viewer's address, sends the host that the viewer asked for, and takes HTTPS alone. All else it
    /// passes on as the viewer wrote it.
    Viewer,
    /// It is a proxy that vouches for all that it says.
    Everything,
}

/// The addresses that a request was forwarded for, the last first, up to one that is none.
pub(crate) fn hops(headers: &HeaderMap) -> impl Iterator<Item = IpAddr> {
    // As bytes, because whoever has written the first of them may have written anything.
    let lines = headers.get_all(&FOR).iter().rev().map(HeaderValue::as_bytes);
    let hops = lines.flat_map(|line| line.rsplit(|byte| *byte == b','));
    hops.map_while(|hop| std::str::from_utf8(hop).ok()?.trim().parse::<IpAddr>().ok()).map(|hop| hop.to_canonical())
}

/// What the proxy writes instead of what the client sent: continued as far as the peer is believed, else begun here, whatever the
/// client claims.
pub(crate) fn written(
    headers: &HeaderMap,
    peer: IpAddr,
    belief: Belief,
) -> Vec<(&'static HeaderName, Option<HeaderValue>)> {
    let before = match belief {
        Belief::Nothing => None,
        Belief::Viewer => hops(headers).next().map(|viewer| format!("{viewer}, {peer}")),
        Belief::Everything => joined(headers).map(|before| format!("{before}, {peer}")),
    };
    let chain = HeaderValue::try_from(before.unwrap_or_else(|| address(peer)));
    let host = headers.get(header::HOST);
    let (proto, port) = if belief == Belief::Viewer {
        ("https", 443)
    } else {
        let port = host.and_then(|host| host.to_str().ok()?.rsplit_once(':')?.1.parse::<u16>().ok());
        ("http", port.unwrap_or(80))
    };
    let mut written = vec![
        (&FOR, Some(chain.expect("addresses and commas are a header value"))),
        (&HOST, host.cloned()),
        (&PORT, Some(HeaderValue::from(port))),
        (&PROTO, Some(HeaderValue::from_static(proto))),
    ];
    if belief == Belief::Everything {
        written.retain(|(name, _)| *name == FOR || !headers.contains_key(*name));
    }
    written
}

/// The header's lines as one, from the first after which all are text: a trusted proxy may append a line to what its client sent.
fn joined(headers: &HeaderMap) -> Option<String> {
    let mut lines: Vec<_> = headers.get_all(&FOR).iter().rev().map_while(|line| line.to_str().ok()).collect();
    lines.reverse();
    (!lines.is_empty()).then(|| lines.join(", "))
}

/// An address as text, without the machinery of formatting for the usual kind.
fn address(address: IpAddr) -> String {
    let IpAddr::V4(address) = address else {
        return address.to_string();
    };
    let mut text = String::with_capacity("255.255.255.255".len());
    for (nth, octet) in address.octets().into_iter().enumerate() {
        if nth > 0 {
            text.push('.');
        }
        for (above, place) in [(99, 100), (9, 10), (0, 1)] {
            if octet > above || place == 1 {
                text.push(char::from(b'0' + octet / place % 10));
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What targets are told of whom a request is for, by a peer 127.0.0.1 that sent these lines.
    fn told(lines: &[&[u8]], belief: Belief) -> HeaderValue {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(&FOR, HeaderValue::from_bytes(line).expect("bytes that a header may have"));
        }
        let written = written(&headers, IpAddr::from([127, 0, 0, 1]), belief);
        written.into_iter().find_map(|(name, value)| value.filter(|_| *name == FOR)).expect("it is always written")
    }

    #[test]
    fn a_second_line_continues_the_first() {
        let lines: [&[u8]; 2] = [b"6.6.6.6", b"203.0.113.9"];
        assert_eq!(told(&lines, Belief::Everything), "6.6.6.6, 203.0.113.9, 127.0.0.1");
        assert_eq!(told(&lines, Belief::Viewer), "203.0.113.9, 127.0.0.1");
        assert_eq!(told(&lines, Belief::Nothing), "127.0.0.1");
        assert_eq!(told(&[], Belief::Everything), "127.0.0.1");
        let unread: [&[u8]; 2] = [b"\xff", b"203.0.113.9"];
        assert_eq!(told(&unread, Belief::Everything), "203.0.113.9, 127.0.0.1", "a client's own line hides nobody's");
    }

    #[test]
    fn addresses_are_written_as_the_standard_library_does() {
        for octet in 0..=u8::MAX {
            for text in [IpAddr::from([octet, 0, 255, octet]), IpAddr::from([0, 0, 0, 0, 0, 0, 0, octet.into()])] {
                assert_eq!(address(text), text.to_string());
            }
        }
    }
}

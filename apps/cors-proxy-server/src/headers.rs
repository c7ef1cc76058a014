//! Which headers cross the proxy, and which it adds, in either direction.

use std::net::IpAddr;

use http::header;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use ipnet::IpNet;
use service::TraceParent;

use crate::fields::Fields;
use crate::forwarded::{self, Belief};
use crate::target::Target;
use crate::{cookies, cors};

/// The name by which the proxy recognises itself in `Via` and signs `Proxy-Status`.
pub(crate) const PSEUDONYM: &str = "cors-proxy-server";

/// About as many headers as the proxy adds, so that what holds them grows once at most.
pub(crate) const ADDED: usize = 8;

/// Headers of one connection, which never cross. `Trailer` is not among them: it describes the message.
fn is_hop_by_hop(name: &HeaderName) -> bool {
    matches!(
        name.as_str(),
        "connection"
            | "keep-alive"
            | "proxy-connection"
            | "proxy-authenticate"
            | "proxy-authorization"
            | "te"
            | "transfer-encoding"
            | "upgrade"
            | "http2-settings"
            | "expect"
            | "close"
    )
}

/// Headers that say where a message goes, or where it ends.
pub(crate) fn is_framing(name: &HeaderName) -> bool {
    is_hop_by_hop(name) || *name == header::HOST || *name == header::CONTENT_LENGTH || *name == header::TRAILER
}

/// Headers that some targets take for others, which the proxy writes or takes away: CGI has underscores for dashes.
fn is_mistakable(name: &HeaderName) -> bool {
    let dashed = || HeaderName::try_from(name.as_str().replace('_', "-")).ok();
    name.as_str().contains('_') && dashed().is_some_and(|name| is_framing(&name) || forwarded::WRITTEN.contains(&&name))
}

/// Headers that act on the origin of the response, which is the proxy's, for all targets at once: what one target says
/// with them would hold for what is read from the others.
fn acts_on_origin(name: &HeaderName) -> bool {
    matches!(
        name.as_str(),
        "clear-site-data"
            | "strict-transport-security"
            | "alt-svc"
            | "service-worker-allowed"
            | "nel"
            | "report-to"
            | "accept-ch"
            | "use-as-dictionary"
            | "public-key-pins"
            | "set-cookie2"
            | "set-login"
            | "secure-session-registration"
    )
}

/// The operator's rules for requests.
#[derive(Debug, Default)]
pub struct RequestRules {
    pub(crate) set: Vec<(HeaderName, HeaderValue)>,
    pub(crate) remove: Vec<HeaderName>,
    pub(crate) cookies: bool,
    pub(crate) trusted: Vec<IpNet>,
    pub(crate) edge: bool,
}

/// Who opened a connection, or the client that a load balancer there speaks for.
#[derive(Clone, Copy, Debug)]
pub struct Peer {
    /// Its address.
    pub address: IpAddr,
    /// Whether a load balancer brought it.
    pub balanced: bool,
}

impl From<IpAddr> for Peer {
    fn from(address: IpAddr) -> Self {
        Self { address, balanced: false }
    }
}

impl RequestRules {
    /// The client's address: the peer's, or, as far as its word counts, the one that it forwards for.
    pub(crate) fn client(&self, peer: impl Into<Peer>, headers: &HeaderMap) -> IpAddr {
        let peer = peer.into();
        let mut client = peer.address.to_canonical();
        match self.belief(peer) {
            Belief::Nothing => {}
            Belief::Viewer => client = forwarded::hops(headers).next().unwrap_or(client),
            Belief::Everything => {
                for hop in forwarded::hops(headers) {
                    client = hop;
                    if !self.trusts(client) {
                        break;
                    }
                }
            }
        }
        client
    }

    /// How far a peer's word counts. An edge that alone reaches the load balancer needs no range: its servers' addresses change. Nor do
    /// ranges add to its word, of which most is its viewers'.
    fn belief(&self, peer: Peer) -> Belief {
        if self.edge && peer.balanced {
            Belief::Viewer
        } else if self.trusts(peer.address.to_canonical()) {
            Belief::Everything
        } else {
            Belief::Nothing
        }
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.contains(&address))
    }

    /// Turns the client's headers into the target's.
    pub fn apply(&self, mut headers: HeaderMap, peer: impl Into<Peer>, trace: &TraceParent, websocket: bool) -> Fields {
        if headers.contains_key(header::TRANSFER_ENCODING) {
            headers.remove(header::CONTENT_LENGTH);
        }
        if self.cookies {
            cookies::unmark(&mut headers);
        }
        let peer = peer.into();
        let belief = self.belief(peer);
        let peer = peer.address.to_canonical();
        let named = named(&headers);
        let trailers = headers.get_all(header::TE).iter().any(accepts_trailers);
        let forwarded = forwarded::written(&headers, peer, belief);
        let ours = |name: &HeaderName| {
            *name == header::HOST
                || *name == TraceParent::NAME
                || (*name == TraceParent::STATE && trace.is_begun())
                || (*name == header::COOKIE && !self.cookies)
                || (*name == header::FORWARDED && belief != Belief::Everything)
                || forwarded.iter().any(|(written, _)| name == *written)
        };
        let crosses =
            |name: &HeaderName| !is_hop_by_hop(name) && !is_mistakable(name) && !ours(name) && !named.contains(name);
        let mut fields = Fields::with_capacity(headers.len() + ADDED);
        let mut crossing = None;
        for (name, value) in headers {
            // A name stands before the first of its values alone.
            if let Some(name) = name {
                crossing = Some(name).filter(&crosses);
            }
            if let Some(name) = &crossing {
                fields.append(name.clone(), value);
            }
        }
        if trailers {
            fields.append(header::TE, HeaderValue::from_static("trailers"));
        }
        if websocket {
            fields.append(header::CONNECTION, HeaderValue::from_static("Upgrade"));
            fields.append(header::UPGRADE, HeaderValue::from_static("websocket"));
        }
        for (name, value) in forwarded {
            if let Some(value) = value {
                fields.append(name.clone(), value);
            }
        }
        fields.append(header::VIA, HeaderValue::from_static("1.1 cors-proxy-server"));
        fields.append(TraceParent::NAME, trace.value());
        for name in &self.remove {
            fields.remove(name);
        }
        for (name, value) in &self.set {
            fields.remove(name);
            fields.append(name.clone(), value.clone());
        }
        fields
    }
}

fn accepts_trailers(te: &HeaderValue) -> bool {
    te.to_str().is_ok_and(|codings| codings.split(',').any(|coding| coding.trim().eq_ignore_ascii_case("trailers")))
}

/// How many more proxies may forward an OPTIONS, this one counted off, if its client says (RFC 9110, 7.6.2).
pub(crate) fn count_hop(method: &Method, headers: &mut HeaderMap) -> Option<u64> {
    if method != Method::OPTIONS {
        return None;
    }
    let left = headers.get(header::MAX_FORWARDS)?.to_str().ok()?.parse::<u64>().ok()?;
    headers.insert(header::MAX_FORWARDS, left.saturating_sub(1).into());
    Some(left)
}

/// Whether this very proxy has already forwarded the request.
pub(crate) fn is_loop(headers: &HeaderMap) -> bool {
    let hops = headers.get_all(header::VIA).iter().filter_map(|via| via.to_str().ok());
    hops.flat_map(|via| via.split(',')).any(|hop| hop.split_whitespace().nth(1) == Some(PSEUDONYM))
}

/// Whether a response is in a transfer coding that would reach the page undecoded and unnamed, or in two. `identity`
/// is none.
pub(crate) fn is_coded(headers: &HeaderMap) -> bool {
    let mut codings = headers.get_all(header::TRANSFER_ENCODING).iter();
    let coded = codings.next().is_some_and(|coding| {
        !["chunked", "identity"].iter().any(|plain| coding.as_bytes().eq_ignore_ascii_case(plain.as_bytes()))
    });
    coded || codings.next().is_some()
}

/// Turns the headers of a target's response into the page's; CORS headers are added afterwards.
pub fn clean_response(headers: &mut HeaderMap, cookies: bool, target: &Target) {
    remove_hop_by_hop(headers, |name| {
        cors::is_cors(name) || acts_on_origin(name) || (!cookies && *name == header::SET_COOKIE)
    });
    one_length(headers);
    headers.reserve(ADDED);
    if cookies {
        cookies::bind(headers, target);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.append(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox"));
}

/// Removes the headers of one connection, and other `unwanted` ones. One pass over the few that there are is cheaper than a
/// lookup of each name that there might be.
fn remove_hop_by_hop(headers: &mut HeaderMap, unwanted: impl Fn(&HeaderName) -> bool) {
    if headers.contains_key(header::TRANSFER_ENCODING) {
        headers.remove(header::CONTENT_LENGTH);
    }
    let named = named(headers);
    let gone = |name: &HeaderName| is_hop_by_hop(name) || named.contains(name) || unwanted(name);
    let gone: Vec<HeaderName> = headers.keys().filter(|name| gone(name)).cloned().collect();
    for name in gone {
        headers.remove(name);
    }
}

/// The names that `Connection` gives, besides what nearly all say.
fn named(headers: &HeaderMap) -> Vec<HeaderName> {
    headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(',').map(str::trim))
        .filter(|name| !name.eq_ignore_ascii_case("keep-alive") && !name.eq_ignore_ascii_case("close"))
        .filter_map(|name| name.parse().ok())
        .collect()
}

/// A length that was said more than once is said once, one that is no number or two numbers not at all: only a response
/// whose body is not sent comes this far with it, and the server would send nothing of it.
fn one_length(headers: &mut HeaderMap) {
    let said = headers.get_all(header::CONTENT_LENGTH).iter().map(HeaderValue::as_bytes);
    let mut lengths = said.flat_map(|value| value.split(|byte| *byte == b',')).map(<[u8]>::trim_ascii);
    let Some(first) = lengths.next() else {
        return;
    };
    let number = first.iter().all(u8::is_ascii_digit).then(|| std::str::from_utf8(first).ok()?.parse::<u64>().ok());
    match number.flatten().filter(|_| lengths.all(|other| other == first)) {
        Some(number) => drop(headers.insert(header::CONTENT_LENGTH, number.into())),
        None => drop(headers.remove(header::CONTENT_LENGTH)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(trusted: &str) -> RequestRules {
        RequestRules { trusted: vec![trusted.parse().unwrap()], ..RequestRules::default() }
    }

    fn with(values: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in values {
            headers.append(*name, HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn the_client_is_the_last_hop_that_no_trusted_proxy_vouches_for() {
        let rules = rules("10.0.0.0/8");
        let headers = with(&[("x-forwarded-for", "6.6.6.6, 1.2.3.4"), ("x-forwarded-for", "10.0.0.9")]);
        assert_eq!(rules.client(IpAddr::from([10, 0, 0, 1]), &headers), IpAddr::from([1, 2, 3, 4]));
        assert_eq!(rules.client(IpAddr::from([5, 5, 5, 5]), &headers), IpAddr::from([5, 5, 5, 5]));
    }

    #[test]
    fn behind_an_edge_the_last_hop_of_what_a_balancer_brings_is_the_client_and_no_other() {
        let rules = RequestRules { edge: true, ..RequestRules::default() };
        let headers = with(&[("x-forwarded-for", "6.6.6.6, 1.2.3.4")]);
        let address = IpAddr::from([5, 5, 5, 5]);
        assert_eq!(rules.client(Peer { address, balanced: true }, &headers), IpAddr::from([1, 2, 3, 4]));
        assert_eq!(rules.client(address, &headers), address);
        assert_eq!(RequestRules::default().client(Peer { address, balanced: true }, &headers), address);
        let ranges = RequestRules { edge: true, ..self::rules("0.0.0.0/0") };
        assert_eq!(ranges.client(Peer { address, balanced: true }, &headers), IpAddr::from([1, 2, 3, 4]));
        let unread = with(&[("x-forwarded-for", "1.2.3.4, unknown")]);
        assert_eq!(rules.client(Peer { address, balanced: true }, &unread), address);
    }

    #[test]
    fn of_what_an_edge_brings_nothing_is_passed_on_that_a_viewer_can_write() {
        let trace = TraceParent::continued(&HeaderMap::new());
        let brought = with(&[
            ("host", "www.example.com"),
            ("x-forwarded-for", "6.6.6.6, 1.2.3.4"),
            ("x-forwarded-host", "evil.example"),
            ("x-forwarded-port", "1"),
            ("x-forwarded-proto", "http"),
            ("x_forwarded_host", "evil.example"),
            ("forwarded", "for=6.6.6.6;host=evil.example"),
        ]);
        let edge = Peer { address: IpAddr::from([5, 5, 5, 5]), balanced: true };
        for rules in [RequestRules::default(), rules("5.0.0.0/8")] {
            let rules = RequestRules { edge: true, ..rules };
            let told = rules.apply(brought.clone(), edge, &trace, false).map();
            let told: Vec<_> = told.iter().filter(|(name, _)| name.as_str().contains("forwarded")).collect();
            let expected = with(&[
                ("x-forwarded-for", "1.2.3.4, 5.5.5.5"),
                ("x-forwarded-host", "www.example.com"),
                ("x-forwarded-port", "443"),
                ("x-forwarded-proto", "https"),
            ]);
            assert_eq!(told, expected.iter().collect::<Vec<_>>());
        }
    }

    #[test]
    fn an_untrusted_claim_is_replaced_and_a_trusted_one_continued() {
        let trace = TraceParent::continued(&HeaderMap::new());
        let claim = [
            ("host", "proxy:8080"),
            ("x-forwarded-for", "6.6.6.6"),
            ("x-forwarded-proto", "https"),
            ("forwarded", "for=6.6.6.6"),
        ];
        let untrusted = rules("10.0.0.0/8").apply(with(&claim), IpAddr::from([5, 5, 5, 5]), &trace, false).map();
        assert_eq!(
            (&untrusted["x-forwarded-for"], &untrusted["x-forwarded-proto"]),
            (&"5.5.5.5".parse().unwrap(), &"http".parse().unwrap())
        );
        assert_eq!(
            (&untrusted["x-forwarded-host"], &untrusted["x-forwarded-port"]),
            (&"proxy:8080".parse().unwrap(), &"8080".parse().unwrap())
        );
        assert!(!untrusted.contains_key("forwarded"));
        let trusted = rules("5.0.0.0/8").apply(with(&claim), IpAddr::from([5, 5, 5, 5]), &trace, false).map();
        assert_eq!(
            (&trusted["x-forwarded-for"], &trusted["x-forwarded-proto"]),
            (&"6.6.6.6, 5.5.5.5".parse().unwrap(), &"https".parse().unwrap())
        );
    }

    #[test]
    fn what_cgi_takes_for_a_header_of_the_proxy_does_not_cross() {
        let trace = TraceParent::continued(&HeaderMap::new());
        let headers = with(&[
            ("x_forwarded_for", "6.6.6.6"),
            ("content_length", "1"),
            ("transfer_encoding", "chunked"),
            ("x_own", "1"),
        ]);
        let headers = RequestRules::default().apply(headers, IpAddr::from([5, 5, 5, 5]), &trace, false).map();
        let crossed: Vec<_> = headers.keys().map(HeaderName::as_str).filter(|name| name.contains('_')).collect();
        assert_eq!(crossed, ["x_own"]);
    }

    #[test]
    fn what_connection_names_does_not_cross() {
        let mut headers =
            with(&[("connection", "close, X-Secret"), ("x-secret", "1"), ("keep-alive", "1"), ("x-kept", "1")]);
        remove_hop_by_hop(&mut headers, |_| false);
        assert_eq!(headers.keys().map(HeaderName::as_str).collect::<Vec<_>>(), ["x-kept"]);
    }

    #[test]
    fn a_loop_is_seen_among_other_proxies() {
        assert!(is_loop(&with(&[("via", "1.0 other, 1.1 cors-proxy-server")])));
        assert!(!is_loop(&with(&[("via", "1.1 other-cors-proxy-server")])));
    }
}

//! Which URL a request asks for. Pure: text in, a URL out; whether it may be reached is `address` and `guard`'s matter.

mod plain;

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;

use http::Uri;
use percent_encoding::percent_decode_str;
use url::{Host, Position, Url};

/// Why a request names no target.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadTarget {
    /// Nothing after the first slash.
    #[error("the request names no target")]
    Missing,
    /// Neither `http` nor `https`.
    #[error("only http and https targets can be reached")]
    Scheme,
    /// `user:password@host`.
    #[error("a target must not contain credentials")]
    Credentials,
    /// One word without a dot or a port, which is more likely a mistyped path.
    #[error("`{0}` is not a host: write `https://host/path`, or `host:port` for a name without a dot")]
    Host(String),
    /// Port 0.
    #[error("a target must not have port 0")]
    Port,
    /// Bytes that are no text after decoding.
    #[error("the target is not valid UTF-8")]
    Encoding,
    /// Characters that a URL may have, and a request not.
    #[error("the target cannot be written in a request")]
    Unsendable,
    /// Any other flaw.
    #[error("the target is not a URL: {0}")]
    Syntax(#[from] url::ParseError),
}

/// The URL of a target: `http` or `https`, with a host, and without credentials and fragment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    text: Box<str>,
    host_start: usize,
    host_end: usize,
    origin_end: usize,
    port: u16,
    address: Option<IpAddr>,
}

impl Target {
    /// The whole URL, as the URL standard writes it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The part by which connections, budgets and cookies are told apart: scheme, host, and a port that is not the scheme's own.
    pub fn origin(&self) -> &str {
        &self.text[..self.origin_end]
    }

    /// The host, with a port that is not the scheme's own.
    pub fn authority(&self) -> &str {
        &self.text[self.host_start..self.origin_end]
    }

    /// The host: a name, or an address as URLs have it.
    pub fn host(&self) -> &str {
        &self.text[self.host_start..self.host_end]
    }

    /// The host's address, if it is no name.
    pub fn address(&self) -> Option<IpAddr> {
        self.address
    }

    /// The port, be it the scheme's own.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether the scheme is `https`.
    pub fn is_secure(&self) -> bool {
        self.host_start == "https://".len()
    }

    /// The path and the query, which a request names.
    pub fn path_and_query(&self) -> &str {
        &self.text[self.origin_end..]
    }

    /// The path alone.
    pub(crate) fn path(&self) -> &str {
        self.path_and_query().split('?').next().unwrap_or_default()
    }

    /// What a reference in a response of this target means.
    pub(crate) fn join(&self, reference: &str) -> Option<Url> {
        Url::parse(&self.text).ok()?.join(reference).ok()
    }
}

impl TryFrom<Url> for Target {
    type Error = BadTarget;

    fn try_from(mut url: Url) -> Result<Self, BadTarget> {
        if !matches!(url.scheme(), "http" | "https") || url.cannot_be_a_base() {
            return Err(BadTarget::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(BadTarget::Credentials);
        }
        let port = url.port_or_known_default().filter(|port| *port != 0).ok_or(BadTarget::Port)?;
        url.set_fragment(None);
        let length = |end| url[..end].len();
        let (host_start, host_end, origin_end) =
            (length(Position::BeforeHost), length(Position::AfterHost), length(Position::AfterPort));
        let address = url.host().and_then(|host| match host {
            Host::Ipv4(address) => Some(address.into()),
            Host::Ipv6(address) => Some(address.into()),
            Host::Domain(_) => None,
        });
        Ok(Self { text: String::from(url).into(), host_start, host_end, origin_end, port, address })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Reads the target from the path (`/https://host/path`, `/https:/host`, `/host/path`, `//host`, or with its scheme
/// percent-encoded) or from `/?url=…`. No target at all is the front page: `None`.
pub fn parse(path: &str, query: Option<&str>) -> Result<Option<Target>, BadTarget> {
    plain::read(path, query).map_or_else(|| parsed(path, query), |target| Ok(Some(target)))
}

/// Reads any target.
pub fn parsed(path: &str, query: Option<&str>) -> Result<Option<Target>, BadTarget> {
    let rest = path.strip_prefix('/').unwrap_or(path);
    if rest.is_empty() {
        return query.and_then(url_parameter).map(|target| absolute(&target?)).transpose();
    }
    let mut target = match scheme(rest) {
        Some((_, Separator::Encoded)) => decode(rest)?,
        _ => Cow::Borrowed(rest),
    };
    if let Some(query) = query {
        target = format!("{target}?{query}").into();
    }
    absolute(&target).map(Some)
}

/// The path and the query of a target as they were asked for, where a query had an apostrophe: URLs encode it, and a target
/// may not know it again.
pub(crate) fn with_apostrophes(target: &Target, asked: &Uri) -> Option<String> {
    let (path, query) = (asked.path(), asked.query().filter(|query| query.contains('\''))?);
    let query = if path == "/" { query.strip_prefix("url=")?.split_once('?')?.1 } else { query };
    let (path, encoded) = target.path_and_query().split_once('?')?;
    // Both have the same ones in the same order, but in one of them all are encoded.
    let mut asked = query.split('\'').flat_map(|part| {
        let encoded = part.matches("%27").map(|_| "%27");
        encoded.chain(std::iter::once("'"))
    });
    let mut path = path.to_owned() + "?";
    for (nth, part) in encoded.split("%27").enumerate() {
        if nth > 0 {
            path.push_str(asked.next()?);
        }
        path.push_str(part);
    }
    Some(path)
}

/// The value of `url`. Unencoded, it reaches to the end of the query, since its own `&` cannot be told from ours.
fn url_parameter(query: &str) -> Option<Result<Cow<'_, str>, BadTarget>> {
    if let Some(rest) = query.strip_prefix("url=")
        && matches!(scheme(rest), Some((_, Separator::Plain)))
    {
        return Some(Ok(rest.into()));
    }
    let value = query.split('&').find_map(|pair| pair.strip_prefix("url=")).filter(|value| !value.is_empty())?;
    // Forms write a space as a plus, and a plus as `%2B`.
    Some(decode(&value.replace('+', "%20")).map(|target| target.into_owned().into()))
}

fn decode(text: &str) -> Result<Cow<'_, str>, BadTarget> {
    percent_decode_str(text).decode_utf8().map_err(|_| BadTarget::Encoding)
}

fn absolute(target: &str) -> Result<Target, BadTarget> {
    let url = match scheme(target) {
        Some((scheme, _)) => {
            let rest = target[scheme.len() + 1..].strip_prefix('/').unwrap_or_default();
            Url::parse(&format!("{scheme}://{}", authority_first(rest.strip_prefix('/').unwrap_or(rest))?))?
        }
        None => bare(authority_first(target.strip_prefix("//").or(target.strip_prefix('/')).unwrap_or(target))?)?,
    };
    url.try_into()
}

/// The URL parser would skip any number of slashes before the host; a third one is an error here.
fn authority_first(rest: &str) -> Result<&str, BadTarget> {
    if rest.is_empty() || rest.starts_with(['/', '\\', '?']) {
        return Err(BadTarget::Syntax(url::ParseError::EmptyHost));
    }
    Ok(rest)
}

/// A target without a scheme: `https` on port 443, else `http`.
fn bare(rest: &str) -> Result<Url, BadTarget> {
    let authority = rest.split(['/', '?', '\\']).next().unwrap_or_default();
    let port = authority.rsplit_once(':').map(|(_, port)| port);
    if let Some((scheme, _)) = rest.split_once("://")
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric())
    {
        return Err(BadTarget::Scheme);
    }
    if !authority.contains(['.', ':']) && !authority.is_empty() {
        return Err(BadTarget::Host(authority.into()));
    }
    let scheme = if port == Some("443") { "https" } else { "http" };
    Ok(Url::parse(&format!("{scheme}://{rest}"))?)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Separator {
    Plain,
    Encoded,
}

/// `http:/…` or `https:/…`, in any case, with its colon plain or percent-encoded.
fn scheme(text: &str) -> Option<(&str, Separator)> {
    ["https", "http"].into_iter().find_map(|name| {
        let (scheme, rest) = text.split_at_checked(name.len())?;
        if !scheme.eq_ignore_ascii_case(name) {
            return None;
        }
        if rest.starts_with(":/") {
            return Some((scheme, Separator::Plain));
        }
        let colon = rest.get(..3)?.eq_ignore_ascii_case("%3a");
        let slash = rest[3..].starts_with('/') || rest.get(3..6)?.eq_ignore_ascii_case("%2f");
        (colon && slash).then_some((scheme, Separator::Encoded))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(path: &str) -> String {
        let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
        match parse(path, query) {
            Ok(Some(url)) => url.to_string(),
            Ok(None) => "front page".into(),
            Err(error) => format!("{error:?}"),
        }
    }

    #[test]
    fn every_form_of_a_target_is_read() {
        for (path, expected) in [
            ("/", "front page"),
            ("/?utm=1", "front page"),
            ("/https://example.org/a/b?c=d&e", "https://example.org/a/b?c=d&e"),
            ("/HTTPS://Example.org", "https://example.org/"),
            ("/https:/example.org/a", "https://example.org/a"),
            ("/http:/example.org", "http://example.org/"),
            ("//example.org/a", "http://example.org/a"),
            ("///example.org/a", "http://example.org/a"),
            ("/example.org/a?b", "http://example.org/a?b"),
            ("/example.org:443/a", "https://example.org/a"),
            ("/example.org:8443/a", "http://example.org:8443/a"),
            ("/mock-target-server-service:80/posts/1", "http://mock-target-server-service/posts/1"),
            ("/[2001:db8::1]:8080/", "http://[2001:db8::1]:8080/"),
            ("/https%3A%2F%2Fexample.org%2Fa%3Fb", "https://example.org/a?b"),
            ("/https%3a//example.org/a?b", "https://example.org/a?b"),
            ("/?url=https%3A%2F%2Fexample.org%2Fa%3Fb%3Dc%26d&utm=1", "https://example.org/a?b=c&d"),
            ("/?url=https://example.org/a?b=c&d=e", "https://example.org/a?b=c&d=e"),
            ("/?url=example.org/a", "http://example.org/a"),
            ("/?url=https%3A%2F%2Fexample.org%2Fa+b%2Bc%3Fd%3De+f%23g", "https://example.org/a%20b+c?d=e%20f"),
            ("/?utm=1&url=https%3A%2F%2Fexample.org", "https://example.org/"),
            ("/?url=https://example.org/a+b", "https://example.org/a+b"),
            ("/https://example.org//double//slash", "https://example.org//double//slash"),
            ("/https://example.org/%2F%41?%20", "https://example.org/%2F%41?%20"),
            ("/https://bücher.example/", "https://xn--bcher-kva.example/"),
        ] {
            assert_eq!(target(path), expected, "{path}");
        }
    }

    #[test]
    fn an_apostrophe_in_a_query_is_sent_as_it_was_asked_for() {
        for (asked, sent) in [
            ("/http://a.example/x?name='b'", Some("/x?name='b'")),
            ("/http://a.example/x?'%27'%27", Some("/x?'%27'%27")),
            ("/?url=http://a.example/x?q='", Some("/x?q='")),
            ("/http://a.example/'x?q=1", None),
            ("/http://a.example/x?q=%27", None),
        ] {
            let uri: Uri = asked.parse().unwrap();
            let url = parse(uri.path(), uri.query()).unwrap().unwrap();
            assert_eq!(with_apostrophes(&url, &uri).as_deref(), sent, "{asked}");
        }
    }

    #[test]
    fn what_is_no_target_is_refused() {
        for (path, expected) in [
            ("/https://", "Syntax(EmptyHost)"),
            ("/https:///example.org", "Syntax(EmptyHost)"),
            ("/ftp://example.org", "Scheme"),
            ("/file:///etc/passwd", "Scheme"),
            ("/javascript:alert(1)", "Syntax(InvalidPort)"),
            ("/word", "Host(\"word\")"),
            ("/word/with/path", "Host(\"word\")"),
            ("/https://user:password@example.org", "Credentials"),
            ("/https://user@example.org", "Credentials"),
            ("/https://example.org:0/", "Port"),
            ("/https://example.org:99999/", "Syntax(InvalidPort)"),
            ("/https%3A%2F%2F%FF", "Encoding"),
            ("/https://[::1", "Syntax(InvalidIpv6Address)"),
        ] {
            assert_eq!(target(path), expected, "{path}");
        }
    }
}

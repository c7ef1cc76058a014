//! Addresses: of servers, of pages, and of repositories.

use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;

use super::shape::{host, is_host_label};
use super::text::{Text, TextError, text_of_kind, text_values};

/// A server, by its name or its address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Host {
    /// A name in DNS.
    Name(String),
    /// An IPv4 address.
    Address(Ipv4Addr),
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Address(address) => address.fmt(f),
        }
    }
}

/// A server and a port, such as `host.example.com:443`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostPort {
    /// The server.
    pub host: Host,
    /// Port, from 1 on.
    pub port: u16,
}

impl HostPort {
    /// The name and the namespace of the Service, if it is one of the cluster.
    pub(crate) fn service(&self) -> Option<(&str, &str)> {
        let Host::Name(host) = &self.host else { return None };
        host.strip_suffix(".svc.cluster.local").or_else(|| host.strip_suffix(".svc"))?.split_once('.')
    }

    fn parse(text: &str) -> Option<Self> {
        let (host, port) = text.rsplit_once(':')?;
        let port = port.parse().ok().filter(|port| *port > 0)?;
        let named = || Some(Host::Name(host.to_owned())).filter(|_| host.split('.').all(is_host_label));
        let host = host.parse().ok().map(Host::Address).or_else(named)?;
        Some(Self { host, port })
    }
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

text_of_kind! {
    /// A target of the proxy.
    pub struct Target(HostPort), "a target such as `host.example.com:443`", HostPort::parse
}

text_of_kind! {
    /// A server that takes mail.
    pub struct MailServer(HostPort), "a server such as `smtp.example.com:587`", HostPort::parse
}

/// Whose pages may use the proxy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Everyone's.
    Any,
    /// Those of one scheme and host.
    Of(String),
}

impl FromStr for Origin {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "*" {
            return Ok(Self::Any);
        }
        let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        let host = host.map(|rest| match rest.split_once(':') {
            Some((host, port)) if port.parse::<u16>().is_ok() => host,
            Some(_) => "",
            None => rest,
        });
        match host.filter(|host| host.split('.').all(is_host_label)) {
            Some(_) => Ok(Self::Of(text.to_owned())),
            None => Err(TextError::expected("`*` or an origin such as `https://app.example.com`", text)),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Any => "*",
            Self::Of(origin) => origin,
        })
    }
}

impl Text for Origin {}

/// The address of a repository that Argo CD can read, over HTTPS or SSH.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepositoryUrl {
    text: String,
    over_https: bool,
    host: String,
    path: String,
}

impl RepositoryUrl {
    /// The address as a whole.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Is it read over HTTPS, rather than SSH?
    pub fn is_over_https(&self) -> bool {
        self.over_https
    }

    /// The host, without a port.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The path at the host, without its ending: `owner/name`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The last two parts of the path, which say whose it is and what it is called.
    pub fn owner_and_name(&self) -> &str {
        let owner = self.path.rmatch_indices('/').nth(1);
        owner.map_or(&self.path, |(slash, _)| &self.path[slash + 1..])
    }

    fn parse(text: &str) -> Option<Self> {
        let (over_https, place) = match (text.strip_prefix("https://"), text.strip_prefix("ssh://git@")) {
            (Some(rest), _) => (true, rest.split_once('/')),
            (_, Some(rest)) => (false, rest.split_once('/')),
            _ => (false, text.strip_prefix("git@").and_then(|rest| rest.split_once(':'))),
        };
        let (name, path) = place?;
        let name = name.split(':').next().filter(|name| host(name))?;
        let named = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./~".contains(&byte);
        let sound = !path.is_empty() && !path.ends_with('/') && path.bytes().all(named);
        sound.then(|| Self {
            text: text.to_owned(),
            over_https,
            host: name.to_owned(),
            path: path.trim_end_matches(".git").to_owned(),
        })
    }
}

impl FromStr for RepositoryUrl {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let expected = "a repository such as `https://github.com/owner/name.git` or `git@github.com:owner/name.git`";
        Self::parse(text).ok_or_else(|| TextError::expected(expected, text))
    }
}

impl fmt::Display for RepositoryUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Text for RepositoryUrl {}

text_values!(Origin, RepositoryUrl);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repositories_have_a_host_and_a_path_over_https_and_ssh() {
        for (text, over_https, host) in [
            ("https://github.com/a/b.git", true, "github.com"),
            ("https://git.example.com:8443/a/b", true, "git.example.com"),
            ("ssh://git@github.com:22/a/b.git", false, "github.com"),
            ("git@github.com:a/b.git", false, "github.com"),
        ] {
            let url: RepositoryUrl = text.parse().unwrap();
            assert_eq!((url.is_over_https(), url.host(), url.path()), (over_https, host, "a/b"), "{text}");
            assert_eq!(url.to_string(), text);
        }
        let grouped: RepositoryUrl = "https://gitlab.example.com/group/a/b".parse().unwrap();
        assert_eq!((grouped.path(), grouped.owner_and_name()), ("group/a/b", "a/b"));
        for text in
            ["github.com/a/b", "https://github.com", "https://github.com/a/", "http://github.com/a", "git@host:a"]
        {
            assert!(text.parse::<RepositoryUrl>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_origin_is_a_scheme_and_a_host() {
        assert_eq!("*".parse(), Ok(Origin::Any));
        for text in ["https://app.example.com", "http://localhost:8080"] {
            assert_eq!(text.parse(), Ok(Origin::Of(text.to_owned())));
        }
        for text in ["app.example.com", "https://", "https://app.example.com/", "https://a:port", "ftp://a.example"] {
            assert!(text.parse::<Origin>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_target_has_a_port() {
        let target: Target = "10.0.0.1:443".parse().unwrap();
        assert_eq!((&target.host, target.port), (&Host::Address(Ipv4Addr::new(10, 0, 0, 1)), 443));
        let service: Target = "orders.shop.svc.cluster.local:80".parse().unwrap();
        assert_eq!((service.service(), target.service()), (Some(("orders", "shop")), None));
        assert_eq!("db.internal:5432".parse::<Target>().unwrap().host, Host::Name("db.internal".to_owned()));
        for text in ["10.0.0.1", "host:0", "host:65536", ":443", "-a:1"] {
            assert!(text.parse::<Target>().is_err(), "{text}");
        }
    }
}

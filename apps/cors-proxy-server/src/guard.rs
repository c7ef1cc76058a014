//! The guard against requests into the private network: what a URL names is vetted here, what a name resolves to in the
//! client's resolver, so that the vetted address is the one dialled.

use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::vec;

use hyper_util::client::legacy::connect::dns::Name;
use service::BoxError;
use tower_service::Service;
use url::Url;

use crate::address::{self, Blocked};
use crate::names::Names;
use crate::target::Target;

/// How a target may be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// At public addresses.
    Public,
    /// At any address but those that hand out credentials: the operator exempted this host and port.
    Exempt,
}

impl Reach {
    fn admit(self, address: IpAddr) -> Result<(), Blocked> {
        match self {
            Self::Public => address::public(address),
            Self::Exempt => address::exempt(address),
        }
    }
}

/// A host and a port that may be reached although the address is private.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exemption {
    host: String,
    port: u16,
}

impl Exemption {
    /// Reads `host:port`. An address that hands out credentials cannot be exempted.
    pub fn parse(text: &str) -> Result<Self, String> {
        let expected = || "expected `host:port`".to_owned();
        let (_, port) = text.rsplit_once(':').ok_or_else(expected)?;
        let port = port.parse().ok().filter(|port| *port != 0).ok_or_else(expected)?;
        let url = Url::parse(&format!("http://{text}")).map_err(|error| format!("{error}, {}", expected()))?;
        let bare = url.path() == "/" && url.query().is_none();
        let target = Target::try_from(url).ok().filter(|_| bare).ok_or_else(expected)?;
        if let Some(address) = target.address() {
            address::exempt(address)
                .map_err(|_| "this address hands out credentials and is never exempted".to_owned())?;
        }
        Ok(Self { host: target.host().to_owned(), port })
    }
}

/// Decides about the host of each URL, redirects included.
#[derive(Debug)]
pub(crate) struct Guard {
    exempt: Vec<Exemption>,
}

impl Guard {
    pub(crate) fn new(exempt: Vec<Exemption>) -> Self {
        Self { exempt }
    }

    pub(crate) fn admit(&self, target: &Target) -> Result<Reach, Blocked> {
        // Operators exempt a few.
        let exempt = self.exempt.iter().any(|exempt| exempt.port == target.port() && exempt.host == target.host());
        let reach = if exempt { Reach::Exempt } else { Reach::Public };
        if let Some(address) = target.address() {
            reach.admit(address)?;
        }
        Ok(reach)
    }
}

/// The client's resolver: one bad answer refuses the name, whichever answer would have been dialled.
#[derive(Clone)]
pub(crate) struct Resolver {
    pub(crate) reach: Reach,
    pub(crate) names: Names,
}

impl Service<Name> for Resolver {
    /// Without a port, for which the client puts that of the URL.
    type Response = vec::IntoIter<SocketAddr>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let (reach, names) = (self.reach, self.names.clone());
        Box::pin(async move {
            let addresses = names.resolve(name.as_str()).await?;
            for address in addresses.iter() {
                reach.admit(*address)?;
            }
            let dialled: Vec<_> = addresses.iter().map(|address| SocketAddr::new(*address, 0)).collect();
            Ok(dialled.into_iter())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exemption(text: &str) -> Exemption {
        Exemption::parse(text).unwrap()
    }

    #[test]
    fn an_exemption_holds_for_its_host_and_port_only() {
        let guard = Guard::new(vec![exemption("127.0.0.1:3000"), exemption("Mock-Target:80")]);
        let reach = |url: &str| guard.admit(&Url::parse(url).unwrap().try_into().unwrap());
        assert_eq!(reach("http://127.0.0.1:3000/"), Ok(Reach::Exempt));
        assert_eq!(reach("http://0x7f.1:3000/"), Ok(Reach::Exempt));
        assert_eq!(reach("http://mock-target/"), Ok(Reach::Exempt));
        assert_eq!(reach("https://mock-target/"), Ok(Reach::Public));
        assert!(reach("http://127.0.0.1:3001/").is_err());
        assert!(reach("http://127.0.0.2:3000/").is_err());
    }

    #[test]
    fn an_exemption_needs_a_host_and_a_port() {
        for text in [
            "",
            "host",
            "host:",
            "host:0",
            "host:99999",
            ":80",
            "host/path:80",
            "user@host:80",
            "169.254.169.254:80",
            "[fd00:ec2::23]:80",
        ] {
            assert!(Exemption::parse(text).is_err(), "{text}");
        }
    }
}

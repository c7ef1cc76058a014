//! The name servers: the system's, or those of the command line. Questions wait side by side and take no thread, as they
//! would with the C library, where a few hundred hung names keep all others waiting.

use std::fs;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use hickory_resolver::TokioResolver;
use hickory_resolver::config::{LookupIpStrategy, NameServerConfig, ResolverConfig, ResolverOpts};
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::system_conf::parse_resolv_conf;

use crate::causes::is_exhausted;
use crate::names::{Found, Lookup};

/// Where the system says which name servers it has.
const SYSTEM: &str = "/etc/resolv.conf";

/// Looks names up as the system does: its name servers, search domains and hosts file. With `servers`, those are asked.
pub fn lookup(servers: &[SocketAddr]) -> anyhow::Result<Lookup> {
    let (mut config, mut options) = system().with_context(|| format!("reading the name servers in `{SYSTEM}`"))?;
    if !servers.is_empty() {
        config.name_servers = servers.iter().map(|server| at(*server)).collect();
    }
    options.ip_strategy = LookupIpStrategy::Ipv4AndIpv6;
    // `names` keeps the answers, of which it knows how large they are.
    options.cache_size = 0;
    let mut resolver = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
    *resolver.options_mut() = options;
    let resolver = resolver.build().context("preparing the resolver of names")?;
    Ok(Arc::new(move |name| {
        let resolver = resolver.clone();
        Box::pin(async move {
            let found = resolver.lookup_ip(name).await.map_err(io_error)?;
            let lasts = found.as_lookup().answers().iter().map(|record| record.ttl).min().unwrap_or(0);
            Ok(Found { addresses: found.iter().collect(), lasts: Duration::from_secs(lasts.into()) })
        })
    }))
}

/// As the C library has it: without the file there is a name server on this host.
fn system() -> anyhow::Result<(ResolverConfig, ResolverOpts)> {
    match fs::read(SYSTEM) {
        Ok(text) if text.windows(10).any(|word| word == b"nameserver") => Ok(parse_resolv_conf(text)?),
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
        _ => {
            let local = NameServerConfig::udp_and_tcp(IpAddr::from(Ipv4Addr::LOCALHOST));
            Ok((ResolverConfig::from_parts(None, Vec::new(), vec![local]), ResolverOpts::default()))
        }
    }
}

fn at(server: SocketAddr) -> NameServerConfig {
    let mut config = NameServerConfig::udp_and_tcp(server.ip());
    for connection in &mut config.connections {
        connection.port = server.port();
    }
    config
}

/// The resolver tries ports until it gives up, and keeps to itself that there was no descriptor for any: whether there is
/// one is found out by opening another.
fn io_error(error: NetError) -> io::Error {
    match fs::File::open("/dev/null") {
        Err(lack) if is_exhausted(&lack) => lack,
        _ => io::Error::other(error),
    }
}

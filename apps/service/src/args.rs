//! The flags that both services have. Where they listen is each service's own, because the defaults differ.

use std::net::{AddrParseError, IpAddr, SocketAddr};
use std::num::NonZeroUsize;
use std::time::Duration;

use clap::builder::RangedU64ValueParser;
use clap::{Args, ValueEnum};
use ipnet::IpNet;

use crate::{Cost, Wanted, Windows};

/// Limits, drain and telemetry of one server.
#[derive(Args, Clone, Debug)]
pub struct ServerArgs {
    /// Most open connections; further ones wait in the kernel's backlog [default: 8192, or fewer that fit]
    #[arg(long, env = "TIDELINE_MAX_CONNECTIONS", value_name = "COUNT", value_parser = RangedU64ValueParser::<usize>::new().range(1..=1_000_000))]
    pub max_connections: Option<usize>,
    /// How long a keep-alive connection may be idle; keep it above the load balancer's own (an ALB has 60 s)
    #[arg(long, env = "TIDELINE_IDLE_TIMEOUT", default_value = "90s", value_name = "DURATION", value_parser = patience)]
    pub idle_timeout: Duration,
    /// How long the first bytes of a connection, and then the head of each request, may take to arrive
    #[arg(long, env = "TIDELINE_HEADER_TIMEOUT", default_value = "10s", value_name = "DURATION", value_parser = patience)]
    pub header_timeout: Duration,
    /// Longest age of a connection, jittered down to half of it, so that clients reconnect and find new pods
    #[arg(long, env = "TIDELINE_MAX_CONNECTION_AGE", default_value = "60s", value_name = "DURATION", value_parser = duration)]
    pub max_connection_age: Duration,
    /// After SIGTERM, how long to keep serving while load balancers notice that the service is not ready
    #[arg(long, env = "TIDELINE_DRAIN_DELAY", default_value = "10s", value_name = "DURATION", value_parser = duration)]
    pub drain_delay: Duration,
    /// After the delay, how long requests in flight may take before the process exits regardless
    #[arg(long, env = "TIDELINE_DRAIN_TIMEOUT", default_value = "20s", value_name = "DURATION", value_parser = duration)]
    pub drain_timeout: Duration,
    /// A network of load balancers, whose connections begin with a header of the PROXY protocol, version 2 (repeatable)
    #[arg(long, env = "TIDELINE_PROXY_PROTOCOL_FROM", value_name = "CIDR", value_delimiter = ',')]
    pub proxy_protocol_from: Vec<IpNet>,
    /// Memory that all of it may take, such as `256MiB` [default: the limit of the control group, else none]
    #[arg(long, env = "TIDELINE_MEMORY", value_name = "BYTES", value_parser = bytes)]
    pub memory: Option<u64>,
    /// What the kernel keeps of what has arrived over one connection and is not read yet; as it likes without.
    #[arg(skip)]
    pub windows: Option<Windows>,
    /// Worker threads [default: the CPU limit of the container, else the cores]
    #[arg(long, env = "TIDELINE_WORKERS", value_name = "COUNT", value_parser = RangedU64ValueParser::<usize>::new().range(1..=1024))]
    pub workers: Option<usize>,
    /// Least severe level that is logged; `debug` logs every request
    #[arg(long, env = "TIDELINE_LOG_LEVEL", default_value = "info", value_name = "LEVEL")]
    pub log_level: LogLevel,
}

impl ServerArgs {
    /// Connections that are held open at once where nothing else is asked for, and they fit.
    pub const CONNECTIONS: usize = 8192;

    /// The connections that are held open at once.
    pub fn max_connections(&self) -> usize {
        self.max_connections.unwrap_or(Self::CONNECTIONS)
    }

    /// The connections that are wanted, each with as much memory as its service says.
    pub fn connections(&self, memory: u64) -> Wanted {
        let cost = Cost { memory, descriptors: 1 };
        Wanted { flag: "--max-connections", asked: self.max_connections, usual: Self::CONNECTIONS, cost }
    }

    /// The number of worker threads: as asked, else what the container's CPU quota and affinity allow.
    pub fn worker_threads(&self) -> usize {
        self.workers.or_else(|| std::thread::available_parallelism().ok().map(NonZeroUsize::get)).unwrap_or(1)
    }

    /// Whether a connection from this address begins with a header that says whose it is.
    pub(crate) fn is_balancer(&self, peer: SocketAddr) -> bool {
        // A socket for both versions of IP shows addresses of version 4 inside those of version 6.
        let peer = peer.ip().to_canonical();
        self.proxy_protocol_from.iter().any(|range| range.contains(&peer))
    }
}

/// Reads an address such as `127.0.0.1:8080`. An IP address alone takes the service's own `port`, so that one image serves all.
pub fn address(text: &str, port: u16) -> Result<SocketAddr, AddrParseError> {
    text.parse().or_else(|error| text.parse::<IpAddr>().map(|ip| SocketAddr::new(ip, port)).map_err(|_| error))
}

/// Reads a duration such as `500ms`, `10s` or `1m`. More than a year is a mistake, and clocks cannot count on for ever.
pub fn duration(text: &str) -> Result<Duration, String> {
    let duration = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    if duration > Duration::from_hours(366 * 24) {
        return Err("expected at most a year".into());
    }
    Ok(duration)
}

/// Reads a duration that must not be zero, because nothing would ever be in time.
pub fn patience(text: &str) -> Result<Duration, String> {
    duration(text)
        .and_then(|duration| if duration.is_zero() { Err("expected more than zero".into()) } else { Ok(duration) })
}

/// Reads a number of bytes such as `268435456`, `256MiB` or `1GiB`.
pub fn bytes(text: &str) -> Result<u64, String> {
    let units = [("KiB", 10), ("MiB", 20), ("GiB", 30), ("", 0)];
    let read = units.into_iter().find_map(|(unit, shift)| {
        let number: u64 = text.strip_suffix(unit)?.parse().ok()?;
        number.checked_mul(1 << shift)
    });
    read.filter(|bytes| *bytes > 0).ok_or_else(|| "expected bytes, such as `256MiB`".to_owned())
}

/// Severity of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogLevel {
    /// Failures of the service itself.
    Error,
    /// Events that an operator may want to look at.
    Warn,
    /// Starts, drains and failed requests.
    Info,
    /// Every request.
    Debug,
}

#[cfg(test)]
mod tests {
    use super::{address, bytes};

    #[test]
    fn bytes_have_a_binary_unit_or_none() {
        for (text, read) in
            [("1", 1), ("268435456", 256 << 20), ("256MiB", 256 << 20), ("4KiB", 4096), ("1GiB", 1 << 30)]
        {
            assert_eq!(bytes(text), Ok(read), "{text}");
        }
        for text in ["", "0", "MiB", "-1MiB", "1MB", "1.5GiB", "99999999999GiB"] {
            assert!(bytes(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_address_without_a_port_takes_the_services_own() {
        for (text, read) in
            [("0.0.0.0", "0.0.0.0:3000"), ("::", "[::]:3000"), ("127.0.0.1:80", "127.0.0.1:80"), ("[::1]:0", "[::1]:0")]
        {
            assert_eq!(address(text, 3000).map(|address| address.to_string()), Ok(read.to_owned()));
        }
        for text in ["", "localhost", "127.0.0.1:", "127.0.0.1:70000", "[::1]"] {
            assert!(address(text, 3000).is_err(), "{text}");
        }
    }
}

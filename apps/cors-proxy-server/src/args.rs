//! The command line of the proxy, and what it means: everything is checked here, before a port is bound.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, ensure};
use clap::Parser;
use http::{HeaderName, HeaderValue};
use ipnet::IpNet;
use service::{Metrics, ServerArgs};
use url::Url;

use crate::connect::Kept;
use crate::cors::Policy;
use crate::guard::{Exemption, Guard};
use crate::headers::{RequestRules, is_framing};
use crate::load::{IN_FLIGHT, InFlight};
use crate::metrics::ProxyMetrics;
use crate::names::{Lookup, Names};
use crate::proxy::{Limits, Proxy};
use crate::rate::{Rate, RateLimit};
use crate::routes::Routes;
use crate::upstream::Upstream;

/// Where the mock target listens by default, which may be reached while the proxy listens on loopback only.
const MOCK_DEFAULT: [&str; 2] = ["127.0.0.1:3000", "localhost:3000"];

/// Lets web pages read from servers that send no CORS headers
#[derive(Clone, Debug, Parser)]
#[command(version)]
pub struct Args {
    /// Address for clients, on port 8080 if it names none; containers set 0.0.0.0
    #[arg(long, env = "TIDELINE_LISTEN", default_value = "127.0.0.1:8080", value_name = "ADDR", value_parser = |text: &str| service::address(text, 8080))]
    pub listen: SocketAddr,
    /// Address for probes and metrics, on port 9090 if it names none
    #[arg(long, env = "TIDELINE_ADMIN_LISTEN", default_value = "127.0.0.1:9090", value_name = "ADDR", value_parser = |text: &str| service::address(text, 9090))]
    pub admin_listen: SocketAddr,
    /// Address of a port without TLS, on port 8081 if it names none, whose requests are sent to HTTPS [default: no such port]
    #[arg(long, env = "TIDELINE_HTTPS_REDIRECT_LISTEN", value_name = "ADDR", value_parser = |text: &str| service::address(text, 8081))]
    pub https_redirect_listen: Option<SocketAddr>,
    /// A host and port that may be reached although its address is private (repeatable)
    #[arg(long, env = "TIDELINE_ALLOW_TARGET", value_name = "HOST:PORT", value_delimiter = ',', value_parser = Exemption::parse)]
    pub allow_target: Vec<Exemption>,
    /// An origin that may use the proxy; without any, all may (repeatable)
    #[arg(long, env = "TIDELINE_ALLOW_ORIGIN", value_name = "ORIGIN", value_delimiter = ',', value_parser = parse_origin)]
    pub allow_origin: Vec<String>,
    /// An origin that may not use the proxy (repeatable)
    #[arg(long, env = "TIDELINE_DENY_ORIGIN", value_name = "ORIGIN", value_delimiter = ',', value_parser = parse_origin)]
    pub deny_origin: Vec<String>,
    /// Forward cookies both ways and allow credentials, for allowed origins only
    #[arg(long, env = "TIDELINE_ALLOW_CREDENTIALS")]
    pub allow_credentials: bool,
    /// A header such as `Origin`; a request needs at least one of those given (repeatable)
    #[arg(long, env = "TIDELINE_REQUIRE_HEADER", value_name = "NAME", value_delimiter = ',')]
    pub require_header: Vec<HeaderName>,
    /// Requests per client and period, such as `100/1m` [default: no limit]
    #[arg(long, env = "TIDELINE_RATE_LIMIT", value_name = "REQUESTS/PERIOD", value_parser = Rate::parse)]
    pub rate_limit: Option<Rate>,
    /// Most redirects to follow before one is handed to the page
    #[arg(long, env = "TIDELINE_MAX_REDIRECTS", default_value_t = 5, value_name = "COUNT", value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(0..=100))]
    pub max_redirects: usize,
    /// How long browsers may remember a preflight [default: they decide]
    #[arg(long, env = "TIDELINE_CORS_MAX_AGE", value_name = "DURATION", value_parser = service::duration)]
    pub cors_max_age: Option<Duration>,
    /// A header to set on every request to a target (repeatable; in the environment one per line)
    #[arg(long, env = "TIDELINE_SET_HEADER", value_name = "NAME: VALUE", value_delimiter = '\n', value_parser = parse_header)]
    pub set_header: Vec<(HeaderName, HeaderValue)>,
    /// A header to remove from every request to a target (repeatable)
    #[arg(long, env = "TIDELINE_REMOVE_HEADER", value_name = "NAME", value_delimiter = ',')]
    pub remove_header: Vec<HeaderName>,
    /// Most bytes that the body of a request may have
    #[arg(long, env = "TIDELINE_MAX_BODY", default_value_t = 10 * 1024 * 1024, value_name = "BYTES")]
    pub max_body: u64,
    /// Most bytes that the body of a response may have
    #[arg(long, env = "TIDELINE_MAX_RESPONSE_BODY", default_value_t = 1024 * 1024 * 1024, value_name = "BYTES")]
    pub max_response_body: u64,
    /// Address of a name server, on port 53 if it names none (repeatable) [default: those of /etc/resolv.conf]
    #[arg(long, env = "TIDELINE_NAME_SERVER", value_name = "ADDR", value_delimiter = ',', value_parser = |text: &str| service::address(text, 53))]
    pub name_server: Vec<SocketAddr>,
    /// How long connecting to a target may take
    #[arg(long, env = "TIDELINE_CONNECT_TIMEOUT", default_value = "5s", value_name = "DURATION", value_parser = service::patience)]
    pub connect_timeout: Duration,
    /// How long a target may take to answer, and then to send more of its answer
    #[arg(long, env = "TIDELINE_TIMEOUT", default_value = "30s", value_name = "DURATION", value_parser = service::patience)]
    pub timeout: Duration,
    /// How long a `WebSocket` may be silent in both directions
    #[arg(long, env = "TIDELINE_TUNNEL_IDLE_TIMEOUT", default_value = "10m", value_name = "DURATION", value_parser = service::patience)]
    pub tunnel_idle_timeout: Duration,
    /// Most requests in flight; as many again wait briefly, and further ones are refused [default: 1024, or fewer that fit]
    #[arg(long, env = "TIDELINE_MAX_IN_FLIGHT", value_name = "COUNT", value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..=1_000_000))]
    pub max_in_flight: Option<usize>,
    /// Bytes that the kernel keeps of what a target has sent and is not read yet; as it likes without.
    #[arg(skip)]
    pub target_window: Option<u32>,
    /// A network whose `X-Forwarded-*` headers are believed (repeatable)
    #[arg(long, env = "TIDELINE_TRUST_FORWARDED_FROM", value_name = "CIDR", value_delimiter = ',')]
    pub trust_forwarded_from: Vec<IpNet>,
    /// An edge alone reaches the load balancers, and its viewers come by HTTPS: believe the last address in `X-Forwarded-For`, and `Host`, and nothing else of who asks; needs --proxy-protocol-from
    #[arg(long, env = "TIDELINE_BEHIND_EDGE")]
    pub behind_edge: bool,
    /// A header by which the shared cache in front keeps responses; those that are not expressly for all, set a cookie, or vary by another are made private (repeatable)
    #[arg(long, env = "TIDELINE_CACHE_KEY", value_name = "NAME", value_delimiter = ',')]
    pub cache_key: Vec<HeaderName>,
    /// Limits, drain and telemetry.
    #[command(flatten)]
    pub server: ServerArgs,
}

impl AsRef<ServerArgs> for Args {
    fn as_ref(&self) -> &ServerArgs {
        &self.server
    }
}

impl Args {
    /// Checks what no single flag can.
    pub fn check(&self) -> anyhow::Result<()> {
        ensure!(
            !self.allow_credentials || !self.allow_origin.is_empty(),
            "--allow-credentials needs --allow-origin: credentials are never allowed for every origin"
        );
        ensure!(
            !self.behind_edge || !self.server.proxy_protocol_from.is_empty(),
            "--behind-edge needs --proxy-protocol-from: from anywhere else the header may say anything"
        );
        Ok(())
    }

    /// Builds the routes; `lookup` resolves the names of targets.
    pub fn routes(self, metrics: &Metrics, lookup: Lookup) -> anyhow::Result<impl service::Routes + use<>> {
        let metrics = ProxyMetrics::registered(metrics);
        let in_flight = self.max_in_flight.unwrap_or(IN_FLIGHT);
        // A quarter of the places is left to targets whose addresses are known, if all others wait for a name server.
        let names = Names::new(lookup, self.connect_timeout, in_flight.div_ceil(4) * 3);
        let kept = Kept { received: self.target_window, sent: self.server.windows.map(|windows| windows.sent) };
        let upstream = Upstream::new(
            names,
            (self.connect_timeout, self.timeout),
            (in_flight, self.server.worker_threads(), kept),
            metrics.clone(),
        );
        let upstream = upstream.context("preparing the client for targets")?;
        let max_age = self.cors_max_age.map(|age| HeaderValue::from(age.as_secs()));
        let proxy = Proxy {
            guard: Guard::new(self.exemptions()),
            policy: Policy {
                allow: self.allow_origin.into_iter().collect(),
                deny: HashSet::from_iter(self.deny_origin),
                credentials: self.allow_credentials,
                max_age,
            },
            rules: RequestRules {
                set: self.set_header,
                remove: self.remove_header,
                cookies: self.allow_credentials,
                trusted: self.trust_forwarded_from,
                edge: self.behind_edge,
            },
            required: self.require_header,
            cache_key: self.cache_key,
            rate: self.rate_limit.map(RateLimit::new),
            in_flight: InFlight::new(in_flight),
            upstream,
            limits: Limits {
                redirects: self.max_redirects,
                request_body: self.max_body,
                response_body: self.max_response_body,
                timeout: self.timeout,
                tunnel_idle: self.tunnel_idle_timeout,
            },
            metrics,
        };
        Ok(Routes::new(proxy))
    }

    fn exemptions(&self) -> Vec<Exemption> {
        let mock = MOCK_DEFAULT.iter().filter(|_| self.listen.ip().is_loopback());
        let mock = mock.map(|target| Exemption::parse(target).expect("the mock's own address can be exempted"));
        self.allow_target.iter().cloned().chain(mock).collect()
    }
}

/// An origin as browsers send it: scheme, host, port unless it is the scheme's own; or `null`.
fn parse_origin(text: &str) -> Result<String, String> {
    let lower = text.to_ascii_lowercase();
    if lower == "null" {
        return Ok(lower);
    }
    let origin = Url::parse(&lower).map_err(|error| error.to_string())?.origin().ascii_serialization();
    if origin == lower { Ok(lower) } else { Err(format!("expected an origin such as `{origin}`")) }
}

fn parse_header(text: &str) -> Result<(HeaderName, HeaderValue), String> {
    let (name, value) = text.split_once(':').ok_or("expected `NAME: VALUE`")?;
    let name = name.trim().parse().map_err(|_| format!("`{name}` is not a header name"))?;
    if is_framing(&name) {
        return Err(format!(
            "`{name}` cannot be set: it says where a message goes or ends, and the proxy decides that"
        ));
    }
    let value = value.trim().parse().map_err(|_| "a header cannot hold this value".to_owned())?;
    Ok((name, value))
}

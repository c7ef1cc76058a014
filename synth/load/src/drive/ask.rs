//! One request as the plan sends it: a wrong address shows here, and not as minutes of failures.

use std::{
    net::{TcpStream, ToSocketAddrs as _},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, crypto::ring, pki_types::ServerName};
use synth_load::http::{Answer, get};

const PATIENCE: Duration = Duration::from_secs(15);
/// The most that is read: any headers, and the beginning of a body.
const MOST_BYTES: u64 = 64 << 10;
/// How much of a body is shown.
const MOST_SHOWN: usize = 200;

/// Where the plan sends its requests, and as whom.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) scheme: String,
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) target: String,
    pub(crate) origin: String,
}

impl Request {
    /// Sends it, and refuses every answer but the one that the plan asks for.
    pub(crate) async fn ask_once(&self) -> Result<()> {
        let url = format!("{}://{}:{}/{}", self.scheme, self.host, self.port, self.target);
        let request = self.clone();
        let answer = tokio::task::spawn_blocking(move || request.answer()).await?;
        let Answer { status, reason, body } = answer.with_context(|| format!("GET {url} gets no answer"))?;
        let body: String = body.chars().take(MOST_SHOWN).collect();
        let body = body.trim();
        ensure!(status == 200, "GET {url} answers {status} {reason}, so every request would fail: {body}");
        Ok(())
    }

    fn answer(&self) -> Result<Answer> {
        let Self { scheme, host, port, target, origin } = self;
        let (authority, target) = (format!("{host}:{port}"), format!("/{target}"));
        let headers = [("Origin", origin.as_str()), ("Accept", "application/json")];
        let stream = connect(host, *port)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        if scheme != "https" {
            return get(stream, &authority, &target, &headers, MOST_BYTES);
        }
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let connection = ClientConnection::new(Arc::new(config), ServerName::try_from(host.clone())?)?;
        get(StreamOwned::new(connection, stream), &authority, &target, &headers, MOST_BYTES)
    }
}

/// Connects to the first address of a name that lets it.
fn connect(host: &str, port: u16) -> Result<TcpStream> {
    let mut failure = None;
    for address in (host, port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, PATIENCE) {
            Ok(stream) => return Ok(stream),
            Err(error) => failure = Some(error),
        }
    }
    Err(failure.context("the host name has no address")?.into())
}

//! A new connection to a target: its name resolved and vetted, TCP, TLS where the scheme wants it; and hyper on it.

use std::sync::Arc;
use std::time::Duration;

use http::Uri;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioIo;
use service::BoxError;
use tokio::task::AbortHandle;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use tower_service::Service;

use crate::body::Outgoing;
use crate::direct::Stream;
use crate::error::ProxyError;
use crate::guard::Resolver;
use crate::readable::Readable;
use crate::target::{BadTarget, Target};

/// hyper's end of a connection, and the task that has the other end.
type Started = (SendRequest<Outgoing>, AbortHandle);

/// Bytes that the kernel keeps for a connection to a target, if they are bounded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kept {
    /// Of what the target has sent and is not read yet.
    pub(crate) received: Option<u32>,
    /// Of what is sent and the target has not acknowledged.
    pub(crate) sent: Option<u32>,
}

/// Dials the addresses that its resolver has vetted.
pub(crate) struct Connector {
    tcp: HttpConnector<Resolver>,
    tls: TlsConnector,
    http: http1::Builder,
    patience: Duration,
}

impl Connector {
    pub(crate) fn new(resolver: Resolver, tls: TlsConnector, patience: Duration, windows: Kept) -> Self {
        let mut tcp = HttpConnector::new_with_resolver(resolver);
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        // Shared out among the addresses of a name, so that a silent one leaves time for the next.
        tcp.set_connect_timeout(Some(patience));
        // For tunnels, which may be silent for long: a peer that is gone says nothing either.
        tcp.set_keepalive(Some(service::KEEPALIVE.idle));
        tcp.set_keepalive_interval(Some(service::KEEPALIVE.interval));
        tcp.set_keepalive_retries(Some(service::KEEPALIVE.retries));
        #[cfg(target_os = "linux")]
        tcp.set_tcp_user_timeout(Some(service::KEEPALIVE.patience()));
        let bytes = |bytes: Option<u32>| bytes.and_then(|bytes| usize::try_from(bytes).ok());
        tcp.set_recv_buffer_size(bytes(windows.received));
        tcp.set_send_buffer_size(bytes(windows.sent));
        let mut http = http1::Builder::new();
        http.max_buf_size(service::BUFFER);
        // What browsers take, and a proxy must mend (RFC 9112, 5.1 and 5.2).
        http.allow_spaces_after_header_name_in_responses(true).allow_obsolete_multiline_headers_in_responses(true);
        Self { tcp, tls, http, patience }
    }

    /// Connects to the host of `target`.
    pub(crate) async fn connect(&self, target: &Target) -> Result<Box<dyn Stream>, ProxyError> {
        let uri = target.origin().parse().map_err(|_| BadTarget::Unsendable)?;
        let outcome = timeout(self.patience, self.dial(target, uri)).await;
        outcome.map_err(BoxError::from).flatten().map_err(ProxyError::connecting)
    }

    async fn dial(&self, target: &Target, uri: Uri) -> Result<Box<dyn Stream>, BoxError> {
        let stream = self.tcp.clone().call(uri).await?.into_inner();
        service::bound_unsent(&stream);
        let stream = Readable::new(stream);
        if !target.is_secure() {
            return Ok(Box::new(stream));
        }
        let name = match target.address() {
            Some(address) => ServerName::from(address),
            None => ServerName::try_from(target.host().to_owned())?,
        };
        Ok(Box::new(self.tls.connect(name, stream).await?))
    }

    /// Leaves a connection to hyper, in a task that ends with it.
    pub(crate) async fn start(&self, stream: Box<dyn Stream>) -> hyper::Result<Started> {
        let (sender, connection) = self.http.handshake(TokioIo::new(stream)).await?;
        let task = tokio::spawn(async move {
            // Whose request it carries learns of it, too.
            if let Err(error) = connection.with_upgrades().await {
                tracing::debug!(%error, "a connection to a target broke");
            }
        });
        Ok((sender, task.abort_handle()))
    }
}

/// TLS with whom the system trusts.
pub(crate) fn tls() -> anyhow::Result<TlsConnector> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    let (valid, invalid) = roots.add_parsable_certificates(found.certs);
    // Without any, targets on http can still be reached; a store of which nothing can be read is a fault.
    anyhow::ensure!(valid > 0 || invalid == 0, "none of the system's {invalid} root certificates can be read");
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let config = config.with_safe_default_protocol_versions()?.with_root_certificates(roots);
    let mut config = config.with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config).into())
}

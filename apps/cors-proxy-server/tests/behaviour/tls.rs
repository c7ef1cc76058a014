//! Targets behind TLS: the command trusts whom the system trusts, for the name that was asked for.
//!
//! `tls/` has a certificate for 127.0.0.1 alone, valid until 2120, that signed itself. Its key guards nothing.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};

use crate::command::{command, started};
use crate::fixture::{ANY, get};

const CERTIFICATE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/behaviour/tls/certificate.pem");

/// A target that answers with the protocol that was agreed on; counts handshakes that came to an end.
async fn secure() -> (SocketAddr, Arc<AtomicUsize>) {
    let certificate = CertificateDer::from_pem_file(CERTIFICATE).unwrap();
    let key = PrivatePkcs8KeyDer::from(include_bytes!("tls/key.der").as_slice());
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    let mut config = config.with_single_cert(vec![certificate], key.into()).unwrap();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let (acceptor, listener) = (TlsAcceptor::from(Arc::new(config)), TcpListener::bind(ANY).await.unwrap());
    let (address, shaken) = (listener.local_addr().unwrap(), Arc::new(AtomicUsize::new(0)));
    let count = shaken.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, count) = (acceptor.clone(), count.clone());
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else {
                    return;
                };
                count.fetch_add(1, Ordering::Relaxed);
                let protocol = stream.get_ref().1.alpn_protocol().unwrap_or_default();
                let protocol = String::from_utf8_lossy(protocol).into_owned();
                let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{protocol}", protocol.len());
                let mut head = vec![0; 16 * 1024];
                while stream.read(&mut head).await.unwrap_or(0) > 0 {
                    stream.write_all(answer.as_bytes()).await.unwrap();
                }
            });
        }
    });
    (address, shaken)
}

#[tokio::test]
async fn a_target_is_trusted_as_the_system_has_it_and_for_its_own_name() {
    let (target, shaken) = secure().await;
    let by_name = format!("localhost:{}", target.port());
    let allowed = format!("{target},{by_name}");
    let flags = ["--listen", ANY, "--admin-listen", ANY, "--allow-target", &allowed];
    let (_trusting, trusting) = started(command(&flags).env("SSL_CERT_FILE", CERTIFICATE)).await;
    for _ in 0..2 {
        let response = get(trusting, &format!("/https://{target}/"), "").await;
        assert!(response.starts_with("HTTP/1.1 200 ") && response.ends_with("\r\n\r\nhttp/1.1"), "{response}");
    }
    assert_eq!(shaken.load(Ordering::Relaxed), 1, "the connection is used again");
    let (_wary, wary) = started(&mut command(&flags)).await;
    for (proxy, target) in [(trusting, by_name.as_str()), (wary, &target.to_string())] {
        let response = get(proxy, &format!("/https://{target}/"), "").await;
        assert!(response.starts_with("HTTP/1.1 502 ") && response.contains("error=tls_protocol_error"), "{response}");
    }
    assert_eq!(shaken.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_store_of_which_nothing_can_be_read_stops_the_start() {
    let file = std::env::temp_dir().join(format!("no-certificate-{}.pem", std::process::id()));
    std::fs::write(&file, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").unwrap();
    let output = command(&["--listen", ANY, "--admin-listen", ANY]).env("SSL_CERT_FILE", &file).output().await.unwrap();
    std::fs::remove_file(&file).unwrap();
    let line = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{line}");
    assert!(line.contains("none of the system's 1 root certificates can be read"), "{line}");
}

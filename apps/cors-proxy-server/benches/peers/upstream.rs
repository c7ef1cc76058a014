//! The targets that all proxies share, on the core of the client: one speaks HTTP, one TLS.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use crate::nginx;
use crate::process::{Process, free_address, pinned, service, write};

/// The target's own certificate, for 127.0.0.1, that signed itself.
pub(crate) const CERTIFICATE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/behaviour/tls/certificate.pem");
const KEY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/behaviour/tls/key.der");

/// The mock.
pub(crate) async fn plain(folder: &Path) -> (Process, SocketAddr) {
    let mock = service("mock-target-server");
    assert!(mock.exists(), "{} is missing: apps/build.sh makes it", mock.display());
    let listen = free_address();
    let mut command = pinned(1, &mock, folder);
    command.args(["--listen", &listen.to_string(), "--admin-listen", "127.0.0.1:0"]);
    command.args(["--workers", "1", "--max-connection-age", "1h"]);
    (Process::start(command, listen).await.0, listen)
}

/// nginx, which answers everything with 1 KiB.
pub(crate) async fn secure(folder: &Path) -> (Process, SocketAddr) {
    let listen = free_address();
    let key = Command::new("base64").arg(KEY).output().expect("base64 is of coreutils").stdout;
    let key = format!("-----BEGIN PRIVATE KEY-----\n{}-----END PRIVATE KEY-----\n", String::from_utf8(key).unwrap());
    let http = format!(
        "ssl_certificate {CERTIFICATE}; ssl_certificate_key {}; ssl_protocols TLSv1.3; ssl_session_cache shared:target:1m;\n\
         server {{ listen {listen} ssl; default_type text/plain; location / {{ return 200 {}; }} }}",
        write(folder, "target.key", &key).display(),
        "x".repeat(1024)
    );
    (Process::start(nginx::command(1, folder, "target", &http), listen).await.0, listen)
}

//! The proxy in this process, and clients that write and read bytes as they are.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use cors_proxy_server::{Args, Lookup};
use service::{Metrics, Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

pub(crate) const ANY: &str = "127.0.0.1:0";

/// What the slowest answer may take, on a machine that builds something else beside.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A proxy that may reach these targets; no name can be looked up.
pub(crate) async fn proxy(targets: &[SocketAddr], flags: &[&str]) -> SocketAddr {
    let targets: Vec<String> = targets.iter().map(SocketAddr::to_string).collect();
    let targets = targets.join(",");
    let own = ["cors-proxy-server", "--listen", ANY, "--admin-listen", ANY, "--allow-target", &targets];
    let args = Args::try_parse_from(own.iter().chain(flags)).unwrap();
    args.check().unwrap();
    let metrics = Metrics::new("cors-proxy-server", "test");
    let server = Server::bind(args.server.clone(), args.listen, args.admin_listen, metrics.clone()).unwrap();
    let nowhere: Lookup = Arc::new(|_| Box::pin(async { Err(std::io::Error::other("no such name")) }));
    let routes = args.routes(&metrics, nowhere).unwrap();
    let address = server.address().unwrap();
    tokio::spawn(server.run(routes));
    address
}

/// Sends these bytes and reads until the other side closes; a connection that stays open is told by the last line.
pub(crate) async fn raw(address: SocketAddr, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // What is refused at once may be reset while it is written.
    let _ = stream.write_all(request).await;
    read_to_end(&mut stream).await
}

pub(crate) async fn read_to_end(stream: &mut TcpStream) -> String {
    let mut response = Vec::new();
    let read = timeout(PATIENCE, stream.read_to_end(&mut response)).await;
    let mut response = String::from_utf8_lossy(&response).into_owned();
    if read.is_err() {
        response.push_str("\n(still open)");
    }
    response
}

/// `GET path` over a connection of its own.
pub(crate) async fn get(address: SocketAddr, path: &str) -> String {
    raw(address, format!("GET {path} HTTP/1.1\r\nHost: proxy\r\nConnection: close\r\n\r\n").as_bytes()).await
}

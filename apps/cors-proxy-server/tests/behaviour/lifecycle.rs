//! The way out: not ready, still serving, then closed, with a deadline.

use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::fixture::{get, pair, read_to_end};

#[tokio::test]
async fn a_draining_server_is_not_ready_but_serves_and_asks_to_reconnect() {
    let (proxy, mock) = pair(&["--drain-delay", "1s"]).await;
    assert!(get(proxy.admin, "/readyz", "").await.starts_with("HTTP/1.1 200 "));
    let mut kept = TcpStream::connect(proxy.address).await.unwrap();
    proxy.drain.begin();
    assert!(get(proxy.admin, "/readyz", "").await.starts_with("HTTP/1.1 503 "));
    assert!(get(proxy.admin, "/livez", "").await.starts_with("HTTP/1.1 200 "));
    assert!(get(proxy.admin, "/metrics", "").await.contains("draining 1\n"));
    let request = format!("GET /http://{}/posts/1 HTTP/1.1\r\nHost: x\r\n\r\n", mock.address);
    kept.write_all(request.as_bytes()).await.unwrap();
    let response = read_to_end(&mut kept).await;
    assert!(response.starts_with("HTTP/1.1 200 ") && response.contains("connection: close\r\n"), "{response}");
    assert_eq!(timeout(Duration::from_secs(10), proxy.task).await.unwrap().unwrap(), 0);
    assert!(TcpStream::connect(proxy.address).await.is_err());
}

#[tokio::test]
async fn a_request_in_flight_is_finished_after_the_listener_closes() {
    let (proxy, mock) = pair(&["--drain-delay", "0s"]).await;
    let path = format!("/http://{}/delay/800", mock.address);
    let request = tokio::spawn(async move { get(proxy.address, &path, "").await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    proxy.drain.begin();
    assert!(request.await.unwrap().starts_with("HTTP/1.1 200 "));
    assert_eq!(timeout(Duration::from_secs(10), proxy.task).await.unwrap().unwrap(), 0);
}

#[tokio::test]
async fn the_deadline_cuts_off_what_does_not_end() {
    let (proxy, mock) = pair(&["--drain-delay", "0s", "--drain-timeout", "300ms"]).await;
    let path = format!("/http://{}/delay/30000", mock.address);
    tokio::spawn(async move { get(proxy.address, &path, "").await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    proxy.drain.begin();
    assert_eq!(timeout(Duration::from_secs(10), proxy.task).await.unwrap().unwrap(), 1);
}

//! The way out: not ready, still serving, then closed, with a deadline.

use std::io::Write;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::Message;

use crate::fixture::{get, metric, pair, proxy, raw, read_to_end};

#[tokio::test]
async fn a_draining_server_is_not_ready_but_serves_and_asks_to_reconnect() {
    let (proxy, mock) = pair(&["--drain-delay", "1s"]).await;
    assert!(get(proxy.admin, "/readyz", "").await.starts_with("HTTP/1.1 200 "));
    let mut kept = TcpStream::connect(proxy.address).await.unwrap();
    proxy.drain.begin();
    assert!(get(proxy.admin, "/readyz", "").await.starts_with("HTTP/1.1 503 "));
    assert!(get(proxy.admin, "/livez", "").await.starts_with("HTTP/1.1 200 "));
    let head = raw(proxy.admin, b"HEAD /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
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

/// Accepting hands a connection to a worker whose runtime has yet to hear that there is something to read.
#[tokio::test]
async fn what_the_kernel_has_accepted_before_the_listener_closes_is_answered() {
    for _ in 0..10 {
        let proxy = proxy(&["--drain-delay", "0s", "--workers", "4"]).await;
        let request = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n";
        // Without a turn for the server, which runs on this thread.
        let clients: Vec<_> = (0..40)
            .map(|_| {
                let mut client = std::net::TcpStream::connect(proxy.address).unwrap();
                client.write_all(request).unwrap();
                client.set_nonblocking(true).unwrap();
                client
            })
            .collect();
        proxy.drain.begin();
        for client in clients {
            let response = read_to_end(&mut TcpStream::from_std(client).unwrap()).await;
            assert!(response.starts_with("HTTP/1.1 200 "), "{response:?}");
        }
        assert_eq!(timeout(Duration::from_secs(10), proxy.task).await.unwrap().unwrap(), 0);
    }
}

#[tokio::test]
async fn an_upload_in_progress_is_finished_during_the_drain() {
    let (proxy, mock) = pair(&["--drain-delay", "0s"]).await;
    let mut stream = TcpStream::connect(proxy.address).await.unwrap();
    let head = format!("POST /http://{}/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nbegun", mock.address);
    stream.write_all(head.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    proxy.drain.begin();
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(get(proxy.admin, "/readyz", "").await.starts_with("HTTP/1.1 503 "));
    stream.write_all(b"ended").await.unwrap();
    let response = read_to_end(&mut stream).await;
    assert!(response.starts_with("HTTP/1.1 200 ") && response.ends_with("begunended"), "{response}");
    assert_eq!(timeout(Duration::from_secs(10), proxy.task).await.unwrap().unwrap(), 0);
}

#[tokio::test]
async fn a_websocket_goes_on_for_half_the_drain_and_then_ends_without_a_reset() {
    let (proxy, mock) = pair(&["--drain-delay", "0s", "--drain-timeout", "4s"]).await;
    let url = format!("ws://{}/http://{}/websocket", proxy.address, mock.address);
    let (mut socket, _) = client_async(url, TcpStream::connect(proxy.address).await.unwrap()).await.unwrap();
    proxy.drain.begin();
    tokio::time::sleep(Duration::from_millis(1500)).await;
    socket.send(Message::text("still there")).await.unwrap();
    assert_eq!(socket.next().await.unwrap().unwrap(), Message::text("still there"));
    let mut stream = socket.into_inner();
    assert_eq!(timeout(Duration::from_secs(10), stream.read(&mut [0; 64])).await.unwrap().unwrap(), 0);
    drop(stream);
    assert_eq!(timeout(Duration::from_secs(10), proxy.task).await.unwrap().unwrap(), 0);
    assert!(metric(&mock, "open_connections").await.abs() < f64::EPSILON);
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

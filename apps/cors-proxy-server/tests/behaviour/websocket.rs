//! `WebSocket` connections pass through the proxy.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep};
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::Message;

use crate::fixture::{ANY, get, pair, proxy};

#[tokio::test]
async fn messages_are_echoed_through_the_proxy() {
    let (proxy, mock) = pair(&["--idle-timeout", "200ms"]).await;
    let url = format!("ws://{}/http://{}/websocket", proxy.address, mock.address);
    let stream = TcpStream::connect(proxy.address).await.unwrap();
    let (mut socket, response) = client_async(url, stream).await.unwrap();
    assert_eq!(response.headers()["access-control-allow-origin"], "*");
    for nth in 0..3 {
        let message = Message::text(format!("message {nth}"));
        socket.send(message.clone()).await.unwrap();
        assert_eq!(socket.next().await.unwrap().unwrap(), message);
        // Longer than the idle time of requests, which does not hold for tunnels.
        sleep(Duration::from_millis(300)).await;
    }
    socket.close(None).await.unwrap();
}

#[tokio::test]
async fn a_target_that_does_not_switch_answers_as_ever() {
    let (proxy, mock) = pair(&[]).await;
    let response = get(proxy.address, &format!("/http://{}/posts/1", mock.address), ASK).await;
    assert!(response.starts_with("HTTP/1.1 200 "), "{response}");
}

#[tokio::test]
async fn a_websocket_to_a_private_address_is_refused() {
    let proxy = proxy(&[]).await;
    let stream = TcpStream::connect(proxy.address).await.unwrap();
    let refused = client_async(format!("ws://{}/http://127.0.0.1:1/", proxy.address), stream).await.unwrap_err();
    assert!(refused.to_string().contains("403"), "{refused}");
}

const ASK: &str = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

/// A target that switches, and then neither says anything nor closes.
async fn mute() -> String {
    let listener = TcpListener::bind(ANY).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 1024]).await;
            let switch = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
            let _ = stream.write_all(switch.as_bytes()).await;
            held.push(stream);
        }
    });
    address.to_string()
}

async fn switched(proxy: std::net::SocketAddr, target: &str) -> TcpStream {
    let mut stream = TcpStream::connect(proxy).await.unwrap();
    stream.write_all(format!("GET /http://{target}/ HTTP/1.1\r\nHost: x\r\n{ASK}\r\n").as_bytes()).await.unwrap();
    // Whatever is left unread would make the end of this side a reset.
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_buf(&mut head).await.unwrap();
    }
    assert!(head.starts_with(b"HTTP/1.1 101 "));
    stream
}

#[tokio::test]
async fn a_tunnel_that_its_client_has_left_gives_its_place_back() {
    let (target, mock) = (mute().await, crate::fixture::mock().await);
    let flags = ["--allow-target", &format!("{target},{}", mock.address), "--max-in-flight", "1", "--timeout", "300ms"];
    let proxy = proxy(&flags).await;
    drop(switched(proxy.address, &target).await);
    let began = Instant::now();
    while !get(proxy.address, &format!("/http://{}/posts/1", mock.address), "").await.starts_with("HTTP/1.1 200 ") {
        assert!(began.elapsed() < Duration::from_secs(10), "the place is still taken");
    }
}

#[tokio::test]
async fn a_tunnel_ends_once_both_sides_have_been_silent_for_its_idle_time() {
    let (proxy, mock) = pair(&["--tunnel-idle-timeout", "600ms", "--max-in-flight", "1"]).await;
    let url = format!("ws://{}/http://{}/websocket", proxy.address, mock.address);
    let stream = TcpStream::connect(proxy.address).await.unwrap();
    let (mut socket, _) = client_async(url, stream).await.unwrap();
    let began = Instant::now();
    for _ in 0..4 {
        // Each message begins the time anew.
        sleep(Duration::from_millis(300)).await;
        socket.send(Message::text("here")).await.unwrap();
        assert_eq!(socket.next().await.unwrap().unwrap(), Message::text("here"));
    }
    // The client stays, and still the place is free again, on both sides.
    let mut stream = socket.into_inner();
    assert_eq!(stream.read(&mut [0; 64]).await.unwrap(), 0);
    assert!(began.elapsed() >= Duration::from_millis(1700), "{:?}", began.elapsed());
    while crate::fixture::metric(&mock, "open_connections").await > 0.0 {
        assert!(began.elapsed() < Duration::from_secs(10), "the target's side is still open");
        sleep(Duration::from_millis(50)).await;
    }
    while !get(proxy.address, &format!("/http://{}/posts/1", mock.address), "").await.starts_with("HTTP/1.1 200 ") {
        assert!(began.elapsed() < Duration::from_secs(10), "the place is still taken");
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn both_peers_of_a_silent_tunnel_are_asked_whether_they_are_there() {
    let target = mute().await;
    let proxy = proxy(&["--allow-target", &target]).await;
    let _stream = switched(proxy.address, &target).await;
    let target: std::net::SocketAddr = target.parse().unwrap();
    let began = Instant::now();
    loop {
        // Local and remote address, state, queues, and of which kind the timer is that runs: 2 is the keepalive's.
        let table = std::fs::read_to_string("/proc/self/net/tcp").unwrap();
        let lines: Vec<Vec<&str>> = table.lines().map(|line| line.split_whitespace().collect()).collect();
        let ends = |column: usize, port: u16| {
            let mut ends =
                lines.iter().filter(|line| line[3] == "01" && line[column].ends_with(&format!(":{port:04X}")));
            ends.any(|line| line[5].starts_with("02:"))
        };
        if ends(1, proxy.address.port()) && ends(2, target.port()) {
            return;
        }
        assert!(began.elapsed() < Duration::from_secs(10), "{table}");
        sleep(Duration::from_millis(50)).await;
    }
}

//! `WebSocket` connections pass through the proxy.

use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::Message;

use crate::fixture::{get, pair, proxy};

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
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    }
    socket.close(None).await.unwrap();
}

#[tokio::test]
async fn a_target_that_does_not_switch_answers_as_ever() {
    let (proxy, mock) = pair(&[]).await;
    let headers = "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    let response = get(proxy.address, &format!("/http://{}/posts/1", mock.address), headers).await;
    assert!(response.starts_with("HTTP/1.1 200 "), "{response}");
}

#[tokio::test]
async fn a_websocket_to_a_private_address_is_refused() {
    let proxy = proxy(&[]).await;
    let stream = TcpStream::connect(proxy.address).await.unwrap();
    let refused = client_async(format!("ws://{}/http://127.0.0.1:1/", proxy.address), stream).await.unwrap_err();
    assert!(refused.to_string().contains("403"), "{refused}");
}

//! A target that sends without end, or a byte at a time, reads nothing of a body, or answers at once.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{Duration, sleep};

use crate::flood::WINDOW;

/// A body that is soon sent, and for which the server lets the kernel keep more.
pub(crate) const SHORT: [u8; 9000] = [b'x'; 9000];

/// More than there are clients, so that none waits for this process to accept it.
const BACKLOG: u32 = 16_384;

/// Starts it; `/small`, `/page` and `/status/200` are answered, `/large` and `/both` without end, `/slow` a byte at a time, `/short`
/// once its body has come, and of any other POST nothing but the head is read.
pub(crate) fn started() -> SocketAddr {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_send_buffer_size(WINDOW).unwrap();
    socket.set_recv_buffer_size(WINDOW).unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(BACKLOG).unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(served(stream));
        }
    });
    address
}

async fn served(mut stream: TcpStream) -> std::io::Result<()> {
    let mut head = vec![0; 4096];
    loop {
        let size = stream.read(&mut head).await?;
        if size == 0 {
            return Ok(());
        }
        if head.starts_with(b"POST / ") {
            loop {
                sleep(Duration::from_mins(1)).await;
            }
        }
        if head.starts_with(b"POST /short") {
            let mut left = SHORT.len() - behind(&head[..size]);
            while left > 0 {
                left = left.saturating_sub(stream.read(&mut head).await?.max(1));
            }
            sleep(Duration::from_millis(300)).await;
        }
        if head.starts_with(b"GET /large") || head.starts_with(b"POST /both") {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n").await?;
            let part = vec![b'x'; 64 * 1024];
            loop {
                stream.write_all(&part).await?;
            }
        }
        if head.windows(8).any(|bytes| bytes.eq_ignore_ascii_case(b"upgrade:")) {
            stream
                .write_all(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
                .await?;
            while stream.read(&mut head).await? > 0 {}
            return Ok(());
        }
        if head.starts_with(b"GET /slow") {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n").await?;
            loop {
                stream.write_all(b"x").await?;
                sleep(Duration::from_millis(500)).await;
            }
        }
        if let Some(status) = head.strip_prefix(b"GET /status/") {
            let answer = [b"HTTP/1.1 ", &status[..3], b" X\r\nContent-Length: 0\r\n\r\n"].concat();
            stream.write_all(&answer).await?;
            continue;
        }
        let body = if head.starts_with(b"GET /page") { "x".repeat(8 << 10) } else { "ok".to_owned() };
        let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        stream.write_all(answer.as_bytes()).await?;
    }
}

/// How many bytes there are behind a head.
fn behind(read: &[u8]) -> usize {
    read.windows(4).position(|end| end == b"\r\n\r\n").map_or(0, |head| read.len() - head - 4)
}

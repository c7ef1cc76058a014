//! A target that sends without end, reads nothing of a body, or answers at once.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Duration, sleep};

/// Starts it; `/small` is answered, `/large` without end, and of a POST nothing but the head is read.
pub(crate) async fn started() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
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
        if head.starts_with(b"POST") {
            loop {
                sleep(Duration::from_mins(1)).await;
            }
        }
        if head.starts_with(b"GET /large") {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n").await?;
            let part = vec![b'x'; 64 * 1024];
            loop {
                stream.write_all(&part).await?;
            }
        }
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await?;
    }
}

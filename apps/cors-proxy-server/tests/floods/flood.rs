//! The floods themselves.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::server::Server;
use crate::target::SHORT;

/// Bytes that the kernel keeps of what a peer of the server has sent or not read yet. Peers are elsewhere where the server is
/// deployed; here they share its kernel, whose memory for all sockets they would use up.
pub(crate) const WINDOW: u32 = 64 << 10;

/// What a request for a `WebSocket` says.
pub(crate) const UPGRADE: &str =
    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";

/// What so many clients do.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Flood {
    /// They ask for a large body, and read nothing of it.
    Unread(usize),
    /// They read a kilobyte every now and then.
    SlowReaders(usize),
    /// They send a body that nobody reads.
    StalledUploads(usize),
    /// They send a body that nobody reads, and read nothing of a large one.
    BothWays(usize),
    /// They send a long head that does not end.
    UnfinishedHeads(usize),
    /// They have had one response, and stay.
    Idle(usize),
    /// They send a byte of a body every now and then, or their target does.
    SlowSenders(usize),
    /// They switch to a `WebSocket`, and say nothing.
    SilentTunnels(usize),
    /// They ask for metrics, and read nothing of them.
    UnreadScrapes(usize),
    /// They send request upon request and read nothing of the answers.
    Pipelined(usize),
    /// They do so behind a body, into its window.
    Behind(usize),
}

impl Flood {
    /// How long others cannot be served for: so long may a body be slow, or a tunnel silent.
    pub(crate) fn grace(self) -> Duration {
        Duration::from_secs(match self {
            Self::SlowSenders(_) => 8,
            Self::SilentTunnels(_) => 32,
            _ => 0,
        })
    }

    /// Begins it; it ends when what is returned is dropped.
    pub(crate) async fn begin(self, server: &Server) -> JoinSet<()> {
        let unread_scrapes = matches!(self, Self::UnreadScrapes(_));
        let (address, target) = (if unread_scrapes { server.admin } else { server.address }, server.target);
        let mut clients = JoinSet::new();
        let (Self::Unread(count)
        | Self::SlowReaders(count)
        | Self::StalledUploads(count)
        | Self::BothWays(count)
        | Self::UnfinishedHeads(count)
        | Self::Idle(count)
        | Self::SlowSenders(count)
        | Self::SilentTunnels(count)
        | Self::UnreadScrapes(count)
        | Self::Pipelined(count)
        | Self::Behind(count)) = self;
        for nth in 0..count {
            clients.spawn(async move {
                let socket = TcpSocket::new_v4().unwrap();
                socket.set_send_buffer_size(WINDOW).unwrap();
                socket.set_recv_buffer_size(WINDOW).unwrap();
                let Ok(stream) = socket.connect(address).await else { return };
                // Refused or cut off is as good an end as any other.
                let _ = self.client(nth, stream, target).await;
                std::future::pending::<()>().await;
            });
            if nth % 100 == 99 {
                // Each of those behind a body has to be let in.
                sleep(Duration::from_millis(if matches!(self, Self::Behind(_)) { 400 } else { 20 })).await;
            }
        }
        clients
    }

    async fn client(self, nth: usize, mut stream: TcpStream, target: std::net::SocketAddr) -> std::io::Result<()> {
        let head = |method: &str, path: &str, more: &str| {
            format!("{method} /http://{target}/{path} HTTP/1.1\r\nHost: x\r\n{more}\r\n").into_bytes()
        };
        match self {
            Self::Unread(_) => {
                stream.write_all(&head("GET", "large", "")).await?;
                std::future::pending::<()>().await;
            }
            Self::SlowReaders(_) => {
                stream.write_all(&head("GET", "large", "")).await?;
                let mut bytes = [0; 1024];
                loop {
                    stream.read_exact(&mut bytes).await?;
                    sleep(Duration::from_millis(500)).await;
                }
            }
            Self::StalledUploads(_) => {
                stream.write_all(&head("POST", "", "Content-Length: 10000000\r\n")).await?;
                stream.write_all(&vec![b'x'; 10_000_000]).await?;
            }
            Self::BothWays(_) => {
                stream.write_all(&head("POST", "both", "Content-Length: 10000000\r\n")).await?;
                stream.write_all(&vec![b'x'; 10_000_000]).await?;
            }
            Self::UnfinishedHeads(_) => {
                stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n").await?;
                loop {
                    stream.write_all(format!("X-Filler: {}\r\n", "x".repeat(4000)).as_bytes()).await?;
                    sleep(Duration::from_millis(100)).await;
                }
            }
            Self::UnreadScrapes(_) => {
                stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n").await?;
                std::future::pending::<()>().await;
            }
            Self::Idle(_) | Self::SilentTunnels(_) => {
                let upgrade = if matches!(self, Self::SilentTunnels(_)) { UPGRADE } else { "" };
                stream.write_all(&head("GET", "small", upgrade)).await?;
                let mut bytes = [0; 4096];
                while stream.read(&mut bytes).await? > 0 {}
            }
            Self::SlowSenders(_) if nth.is_multiple_of(2) => {
                stream.write_all(&head("POST", "", "Content-Length: 10000000\r\n")).await?;
                loop {
                    stream.write_all(b"x").await?;
                    sleep(Duration::from_millis(500)).await;
                }
            }
            Self::SlowSenders(_) => {
                stream.write_all(&head("GET", "slow", "")).await?;
                let mut bytes = [0; 4096];
                while stream.read(&mut bytes).await? > 0 {}
            }
            Self::Pipelined(_) => loop {
                stream.write_all(&head("GET", "page", "")).await?;
            },
            Self::Behind(_) => {
                stream.write_all(&head("POST", "short", &format!("Content-Length: {}\r\n", SHORT.len()))).await?;
                stream.write_all(&SHORT).await?;
                let next = head("GET", "page", &format!("X-Filler: {}\r\n", "x".repeat(3000)));
                stream.write_all(&next.repeat(60)).await?;
            }
        }
        // Held, whatever has become of it.
        std::future::pending().await
    }
}

//! Clients that do not do their part, in the numbers of `make floods`, against each peer: what it takes at most.

use std::path::Path;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::measured::Measured;
use crate::peer::{Peer, Work};
use crate::target;

/// Bytes that the kernel keeps of what either end of a flood has sent or not read yet, so that it does not run out of memory
/// for all sockets.
pub(crate) const WINDOW: u32 = 64 << 10;

/// How often usage is read, and how many times.
const PAUSE: Duration = Duration::from_millis(250);
const SAMPLES: usize = 20;

/// A body, piece by piece.
static PIECE: [u8; 64 * 1024] = [b'x'; 64 * 1024];
const PIECES: usize = 150;

/// What all clients of a flood do.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Flood {
    /// They ask for a large body, and read nothing of it.
    Unread,
    /// They send a body that nobody reads.
    Uploads,
    /// They send a long head that does not end.
    Heads,
    /// They have had one response, and stay.
    Idle,
}

/// The most memory that a peer takes under each flood, in MiB.
pub(crate) async fn most(peer: Peer, folder: &Path) -> [f64; Flood::ALL.len()] {
    let mut most = [0.0; Flood::ALL.len()];
    for (flood, most) in Flood::ALL.into_iter().zip(&mut most) {
        let (measured, _) = Measured::start(peer, target::started(), Work::Flood, folder).await;
        let _clients = flood.begin(&measured).await;
        for _ in 0..SAMPLES {
            sleep(PAUSE).await;
            *most = measured.used().await.max(*most);
        }
        assert!(measured.process.resident_kib() > 0, "{} has ended under {flood:?}", peer.name());
    }
    most
}

impl Flood {
    pub(crate) const ALL: [Self; 4] = [Self::Unread, Self::Uploads, Self::Heads, Self::Idle];

    fn clients(self) -> usize {
        match self {
            Self::Unread => 500,
            Self::Uploads => 1000,
            Self::Heads | Self::Idle => 8000,
        }
    }

    pub(crate) fn title(self) -> String {
        let what = match self {
            Self::Unread => "that read nothing of a body",
            Self::Uploads => "uploads that stand still",
            Self::Heads => "unfinished heads",
            Self::Idle => "idle connections",
        };
        format!("{} {what}", self.clients())
    }

    /// Begins it; it ends when what is returned is dropped.
    async fn begin(self, measured: &Measured) -> JoinSet<()> {
        let Measured { peer, setup, .. } = measured;
        let request = match self {
            Self::Unread => peer.get(*setup, "/large"),
            Self::Uploads => {
                let (path, length) = (peer.path(*setup, "/"), PIECE.len() * PIECES);
                format!(
                    "POST {path} HTTP/1.1\r\nHost: x\r\nOrigin: http://page.example\r\nContent-Length: {length}\r\n\r\n"
                )
            }
            Self::Heads => "GET / HTTP/1.1\r\nHost: x\r\n".to_owned(),
            Self::Idle => peer.get(*setup, "/small"),
        };
        let (address, mut clients) = (setup.listen, JoinSet::new());
        for nth in 0..self.clients() {
            let request = request.clone();
            clients.spawn(async move {
                let socket = TcpSocket::new_v4().unwrap();
                socket.set_send_buffer_size(WINDOW).unwrap();
                socket.set_recv_buffer_size(WINDOW).unwrap();
                let Ok(mut stream) = socket.connect(address).await else { return };
                // Refused or cut off is as good an end as any other; the connection is held, whatever has become of it.
                let _ = self.client(&mut stream, &request).await;
                std::future::pending::<()>().await;
            });
            if nth % 100 == 99 {
                sleep(Duration::from_millis(20)).await;
            }
        }
        clients
    }

    async fn client(self, stream: &mut TcpStream, request: &str) -> std::io::Result<()> {
        stream.write_all(request.as_bytes()).await?;
        match self {
            Self::Unread => {}
            Self::Uploads => {
                for _ in 0..PIECES {
                    stream.write_all(&PIECE).await?;
                }
            }
            Self::Heads => loop {
                stream.write_all(format!("X-Filler: {}\r\n", "x".repeat(4000)).as_bytes()).await?;
                sleep(Duration::from_millis(100)).await;
            },
            Self::Idle => while stream.read(&mut [0; 4096]).await? > 0 {},
        }
        Ok(())
    }
}

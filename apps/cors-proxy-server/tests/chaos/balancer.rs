//! A TCP balancer: round robin over the replicas that say they are ready, with faults on demand, and on demand with the
//! header by which AWS's says whose a connection is.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

/// Silence after which a connection that has been answered is idle.
const IDLE: Duration = Duration::from_millis(20);

/// Whether connections to replicas begin with a header of the PROXY protocol, version 2.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Headers {
    Sent,
    Left,
}

impl Headers {
    /// The header for a client's connection; of a balancer's own it names nobody.
    fn of(self, client: Option<SocketAddr>) -> Vec<u8> {
        let named = match client {
            _ if self == Self::Left => return Vec::new(),
            Some(SocketAddr::V4(client)) => {
                let port = client.port().to_be_bytes();
                [&[0x21, 0x11, 0, 12], &client.ip().octets()[..], &[127, 0, 0, 1], &port, &[0, 80]].concat()
            }
            _ => vec![0x20, 0, 0, 0],
        };
        [b"\r\n\r\n\0\r\nQUIT\n".as_slice(), &named].concat()
    }
}

#[derive(Clone)]
pub(crate) struct Balancer {
    pub(crate) address: SocketAddr,
    headers: Headers,
    backends: Arc<Mutex<Vec<Arc<Backend>>>>,
}

struct Backend {
    address: SocketAddr,
    ready: AtomicBool,
    requests: AtomicUsize,
}

/// Breaks one request in so many, so never two running: by a reset before the response's first byte, or by closing an
/// idle connection that the client may be about to use. Only connections that have been used before are broken: a
/// target that resets a fresh one has refused the request, and no proxy may send it again.
#[derive(Clone)]
pub(crate) struct Faults(Arc<FaultState>);

struct FaultState {
    one_in: usize,
    requests: AtomicUsize,
    injected: AtomicUsize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    Reset,
    IdleClose,
}

impl Faults {
    pub(crate) fn one_in(one_in: usize) -> Self {
        Self(Arc::new(FaultState { one_in, requests: AtomicUsize::new(0), injected: AtomicUsize::new(0) }))
    }

    pub(crate) fn injected(&self) -> usize {
        self.0.injected.load(Ordering::Relaxed)
    }

    fn next(&self) -> Fault {
        let nth = self.0.requests.fetch_add(1, Ordering::Relaxed);
        if nth % self.0.one_in != self.0.one_in - 1 {
            return Fault::None;
        }
        self.0.injected.fetch_add(1, Ordering::Relaxed);
        if (nth / self.0.one_in).is_multiple_of(2) { Fault::Reset } else { Fault::IdleClose }
    }
}

impl Balancer {
    pub(crate) async fn start(headers: Headers, faults: Option<Faults>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let balancer = Self { address: listener.local_addr().unwrap(), headers, backends: Arc::default() };
        let accepting = balancer.clone();
        tokio::spawn(async move {
            for nth in 0.. {
                let (client, _) = listener.accept().await.unwrap();
                tokio::spawn(accepting.clone().serve(client, nth, faults.clone()));
            }
        });
        balancer
    }

    /// Gives the replica its share of new connections as long as it says that it is ready.
    pub(crate) fn add(&self, address: SocketAddr, admin: SocketAddr) {
        let backend = Arc::new(Backend { address, ready: AtomicBool::new(false), requests: AtomicUsize::new(0) });
        self.backends.lock().unwrap().push(backend.clone());
        let headers = self.headers;
        tokio::spawn(async move {
            loop {
                backend.ready.store(is_ready(admin, headers).await, Ordering::Relaxed);
                sleep(Duration::from_millis(100)).await;
            }
        });
    }

    /// Waits until exactly so many replicas are ready.
    pub(crate) async fn ready(&self, replicas: usize) {
        let ready = || self.backends().iter().filter(|backend| backend.ready.load(Ordering::Relaxed)).count();
        let wait = async {
            while ready() != replicas {
                sleep(Duration::from_millis(10)).await;
            }
        };
        timeout(Duration::from_secs(30), wait).await.expect("the replicas become ready in time");
    }

    /// How many requests each ready replica has been sent.
    pub(crate) fn requests(&self) -> Vec<usize> {
        let mut backends = self.backends();
        backends.retain(|backend| backend.ready.load(Ordering::Relaxed));
        backends.iter().map(|backend| backend.requests.load(Ordering::Relaxed)).collect()
    }

    fn backends(&self) -> Vec<Arc<Backend>> {
        self.backends.lock().unwrap().clone()
    }

    async fn serve(self, client: TcpStream, nth: usize, faults: Option<Faults>) {
        let header = self.headers.of(client.peer_addr().ok());
        let mut ready = self.backends();
        ready.retain(|backend| backend.ready.load(Ordering::Relaxed));
        for attempt in 0..ready.len() {
            let backend = &ready[(nth + attempt) % ready.len()];
            if let Ok(server) = TcpStream::connect(backend.address).await {
                relay(client, server, header, &backend.requests, faults).await;
                return;
            }
        }
    }
}

/// Whether the replica's admin port says 200.
pub(crate) async fn is_ready(admin: SocketAddr, headers: Headers) -> bool {
    let probe = async {
        let mut stream = TcpStream::connect(admin).await.ok()?;
        let request = b"GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        stream.write_all(&[&headers.of(None), request.as_slice()].concat()).await.ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.ok()?;
        Some(answer.starts_with("HTTP/1.1 200 "))
    };
    timeout(Duration::from_secs(2), probe).await.ok().flatten().unwrap_or(false)
}

async fn relay(
    mut client: TcpStream,
    mut server: TcpStream,
    header: Vec<u8>,
    requests: &AtomicUsize,
    faults: Option<Faults>,
) {
    client.set_nodelay(true).unwrap();
    server.set_nodelay(true).unwrap();
    let (mut up, mut down) = (vec![0; 16 * 1024], vec![0; 16 * 1024]);
    // As AWS's does: not before the client's first bytes.
    let mut header = Some(header);
    let (mut fault, mut answered, mut used) = (Fault::None, true, false);
    loop {
        let close = fault == Fault::IdleClose && answered;
        tokio::select! {
            read = client.read(&mut up) => {
                let Ok(size @ 1..) = read else { return };
                // No client pipelines, so the first bytes after an answer begin a request.
                if answered {
                    fault = faults.as_ref().filter(|_| used).map_or(Fault::None, Faults::next);
                    answered = false;
                    requests.fetch_add(1, Ordering::Relaxed);
                }
                if fault == Fault::Reset {
                    client.set_zero_linger().unwrap();
                    return;
                }
                let bytes = [&header.take().unwrap_or_default(), &up[..size]].concat();
                if server.write_all(&bytes).await.is_err() {
                    return;
                }
            }
            read = server.read(&mut down) => {
                let Ok(size @ 1..) = read else { return };
                (answered, used) = (true, true);
                if client.write_all(&down[..size]).await.is_err() {
                    return;
                }
            }
            () = sleep(IDLE), if close => return,
        }
    }
}

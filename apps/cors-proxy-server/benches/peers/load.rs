//! The client: 64 keep-alive connections, each request answered in full before the next on its connection.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

const CONNECTIONS: u32 = 64;

/// The request for a path, as a page sends it.
pub(crate) fn get(host: SocketAddr, path: &str) -> String {
    format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://page.example\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n"
    )
}

/// When each request was answered, counted from when it was due.
pub(crate) struct Outcome {
    pub(crate) latencies: Vec<Duration>,
    /// How many had to be sent again, because their connection was closed beneath them or the answer was no success.
    pub(crate) failed: u32,
    pub(crate) elapsed: Duration,
}

/// As fast as the proxy answers.
pub(crate) async fn closed(address: SocketAddr, request: &str, duration: Duration) -> Outcome {
    run(address, request, move |began, _, _| {
        let now = Instant::now();
        (now < began + duration).then_some(now)
    })
    .await
}

/// At a fixed rate, late or not: latency counts from the time that a request was due.
pub(crate) async fn open(address: SocketAddr, request: &str, rate: u32, duration: Duration) -> Outcome {
    run(address, request, move |began, connection, nth| {
        let due = began + Duration::from_secs(1) * (nth * CONNECTIONS + connection) / rate;
        (due < began + duration).then_some(due)
    })
    .await
}

async fn run(
    address: SocketAddr,
    request: &str,
    due: impl Fn(Instant, u32, u32) -> Option<Instant> + Copy + Send + 'static,
) -> Outcome {
    let began = Instant::now();
    let mut connections = JoinSet::new();
    for connection in 0..CONNECTIONS {
        let request = request.to_owned();
        connections.spawn(async move {
            let mut stream = connect(address).await;
            let (mut latencies, mut failed, mut buffer) = (Vec::new(), 0, Vec::with_capacity(4096));
            while let Some(due) = due(began, connection, u32::try_from(latencies.len()).unwrap()) {
                sleep_until(due).await;
                // What fails is sent again, and takes the longer.
                while !answered(&mut stream, &request, &mut buffer, address).await {
                    failed += 1;
                }
                latencies.push(due.elapsed());
            }
            (latencies, failed)
        });
    }
    let (latencies, failed): (Vec<_>, Vec<u32>) = connections.join_all().await.into_iter().unzip();
    let mut latencies = latencies.concat();
    latencies.sort_unstable();
    Outcome { latencies, failed: failed.into_iter().sum(), elapsed: began.elapsed() }
}

/// Opens connections until so many are held, each after one response.
pub(crate) async fn hold(held: &mut Vec<TcpStream>, count: usize, address: SocketAddr, request: &str) {
    let mut buffer = Vec::new();
    while held.len() < count {
        let mut stream = connect(address).await;
        assert!(answered(&mut stream, request, &mut buffer, address).await, "one of those held is refused");
        held.push(stream);
    }
}

async fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

/// Sends a request and reads its response; tells whether there was one. A connection that does not stay, as none of
/// cors-anywhere's does, is replaced.
async fn answered(stream: &mut TcpStream, request: &str, buffer: &mut Vec<u8>, address: SocketAddr) -> bool {
    let end = match stream.write_all(request.as_bytes()).await {
        Ok(()) => read_response(stream, buffer).await,
        Err(_) => End::Closed,
    };
    if end != End::Stays {
        *stream = connect(address).await;
    }
    end != End::Closed
}

/// What becomes of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// It carries the next request.
    Stays,
    /// It has ended with the response.
    Goes,
    /// It has ended before, or with something else.
    Closed,
}

/// Reads one response that has a length, or ends with the last chunk.
async fn read_response(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> End {
    buffer.clear();
    loop {
        if stream.read_buf(buffer).await.unwrap_or(0) == 0 {
            return End::Closed;
        }
        let Some(end) = buffer.windows(4).position(|end| end == b"\r\n\r\n") else {
            continue;
        };
        let (head, body) = (String::from_utf8_lossy(&buffer[..end]), &buffer[end + 4..]);
        if !head.starts_with("HTTP/1.1 200") {
            return End::Closed;
        }
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().unwrap())
        });
        if length.map_or_else(|| body.ends_with(b"0\r\n\r\n"), |length| body.len() >= length) {
            let goes = head.to_ascii_lowercase().contains("\r\nconnection: close");
            return if goes { End::Goes } else { End::Stays };
        }
    }
}

impl Outcome {
    pub(crate) fn requests(&self) -> u32 {
        u32::try_from(self.latencies.len()).unwrap()
    }

    /// Requests a second.
    pub(crate) fn rate(&self) -> f64 {
        f64::from(self.requests()) / self.elapsed.as_secs_f64()
    }

    /// The latencies p50, p99 and p99.9 in milliseconds.
    pub(crate) fn millis(&self) -> [f64; 3] {
        [500, 990, 999].map(|permille| self.at(permille).as_secs_f64() * 1000.0)
    }

    pub(crate) fn at(&self, permille: usize) -> Duration {
        self.latencies[(self.latencies.len() - 1) * permille / 1000]
    }
}

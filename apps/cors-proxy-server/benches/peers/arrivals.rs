//! A client in an open loop, whose timer is exact: it does nothing else, and so looks at the clock all the time.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::{LocalSet, yield_now};
use tokio::time::Instant;

/// Connections that wait for a request.
#[derive(Clone, Default)]
pub(crate) struct Connections(Rc<RefCell<Vec<TcpStream>>>);

/// What became of requests, counted from when each was due.
#[derive(Default)]
pub(crate) struct Outcome {
    /// Sorted.
    pub(crate) answered: Vec<Duration>,
    /// By how much each was sent too late; sorted.
    pub(crate) late: Vec<Duration>,
    /// Of status 503.
    pub(crate) refused: u32,
    /// Of any other, or broken.
    pub(crate) failed: u32,
    pub(crate) elapsed: Duration,
}

/// Sends requests by a Poisson process, each over a connection that waits, else over a new one, and waits for all. Those due within `warm`
/// do not count; tells what `look` sees after them and after the last.
pub(crate) async fn open<T>(
    (address, request): (SocketAddr, &str),
    rate: f64,
    (warm, duration): (Duration, Duration),
    seed: u64,
    look: impl Fn() -> T,
) -> (Outcome, [T; 2]) {
    let outcome = Rc::new(RefCell::new(Outcome::default()));
    let (local, request): (_, Rc<str>) = (LocalSet::new(), request.into());
    let mut rng = fastrand::Rng::with_seed(seed);
    let looked = local
        .run_until(async {
            let counts = Instant::now() + warm;
            let (mut due, mut asked, mut before, connections) =
                (counts - warm, Vec::new(), None, Connections::default());
            loop {
                due += Duration::from_secs_f64(-(1.0 - rng.f64()).ln() / rate);
                if due >= counts {
                    before.get_or_insert_with(&look);
                }
                if due >= counts + duration {
                    break;
                }
                while Instant::now() < due {
                    yield_now().await;
                }
                let (connections, request) = (connections.clone(), request.clone());
                let counted = (due >= counts).then(|| outcome.clone());
                asked.push(tokio::task::spawn_local(ask(connections, address, request, due, counted)));
                asked.retain(|one| !one.is_finished());
            }
            let after = look();
            outcome.borrow_mut().elapsed = counts.elapsed();
            for one in asked {
                one.await.unwrap();
            }
            [before.unwrap(), after]
        })
        .await;
    let mut outcome = outcome.take();
    outcome.answered.sort_unstable();
    outcome.late.sort_unstable();
    (outcome, looked)
}

async fn ask(
    connections: Connections,
    address: SocketAddr,
    request: Rc<str>,
    due: Instant,
    outcome: Option<Rc<RefCell<Outcome>>>,
) {
    let late = due.elapsed();
    let kept = connections.0.borrow_mut().pop();
    let exchanged = async {
        let mut stream = if let Some(stream) = kept {
            stream
        } else {
            let stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            stream
        };
        stream.write_all(request.as_bytes()).await?;
        let (status, stays) = read(&mut stream).await?;
        if stays {
            connections.0.borrow_mut().push(stream);
        }
        std::io::Result::Ok(status)
    };
    let status = exchanged.await.unwrap_or(0);
    let Some(outcome) = outcome else { return };
    let mut outcome = outcome.borrow_mut();
    outcome.late.push(late);
    match status {
        200 => outcome.answered.push(due.elapsed()),
        503 => outcome.refused += 1,
        _ => outcome.failed += 1,
    }
}

/// Reads a response that has a length; tells its status, and whether its connection carries another request.
async fn read(stream: &mut TcpStream) -> std::io::Result<(u16, bool)> {
    let broken = || std::io::Error::from(std::io::ErrorKind::InvalidData);
    let mut buffer = Vec::with_capacity(2048);
    loop {
        if stream.read_buf(&mut buffer).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut head = httparse::Response::new(&mut headers);
        let Ok(httparse::Status::Complete(start)) = head.parse(&buffer) else { continue };
        let value = |name: &str| {
            let header = head.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))?;
            std::str::from_utf8(header.value).ok()
        };
        let length: usize = value("content-length").and_then(|text| text.parse().ok()).ok_or_else(broken)?;
        if buffer.len() >= start + length {
            let stays = !value("connection").is_some_and(|text| text.eq_ignore_ascii_case("close"));
            return Ok((head.code.ok_or_else(broken)?, stays));
        }
    }
}

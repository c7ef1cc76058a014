//! The admin port: `/livez`, `/readyz`, `/metrics`. It stays up through the whole drain and is never exposed to clients.

use std::convert::Infallible;
use std::fs::File;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::connection::{Clock, Connection, bound_unsent};
use crate::drain::Drain;
use crate::metrics::Metrics;
use crate::slots::{INTERVAL, Slot, Slots};
use crate::wire::{Direction, Wire};
use crate::{ServerArgs, proxy_protocol};

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Bytes that the head of a request may take.
const MAX_HEAD: usize = 16 * 1024;

/// Connections held open at once: the kubelet's and the load balancer's probes, Prometheus, and a person.
const CONNECTIONS: usize = 64;

/// Scrapes that are written or sent at once, each a megabyte or so. As many again wait, and further ones are refused.
const SCRAPES: usize = 4;

/// Bytes of a scrape that leave it at once.
const PART: usize = 16 * 1024;

pub(crate) async fn serve(listener: TcpListener, args: ServerArgs, drain: Drain, metrics: Metrics) {
    let (args, slots, mut spare) = (Arc::new(args), Slots::new(CONNECTIONS), Spare::new());
    let (scrapes, waiting) = (Arc::new(Semaphore::new(SCRAPES)), Semaphore::new(SCRAPES));
    let admin = Arc::new(Admin { drain, metrics, scrapes, waiting });
    loop {
        let Ok((stream, slot)) = slots.accept(&listener).await else {
            // Out of file descriptors, mostly, of which this port has kept one back.
            if spare.0.take().is_none() {
                tokio::time::sleep(Duration::from_millis(50)).await;
                spare = Spare::new();
            }
            continue;
        };
        tokio::spawn(answer(stream, slot, args.clone(), admin.clone()));
        if spare.0.is_none() {
            spare = Spare::new();
        }
    }
}

/// A file descriptor that can be given up for a connection.
struct Spare(Option<File>);

impl Spare {
    fn new() -> Self {
        Self(File::open("/dev/null").ok())
    }
}

async fn answer(mut stream: TcpStream, slot: Slot, args: Arc<ServerArgs>, admin: Arc<Admin>) {
    let wire = slot.wire.clone();
    let Ok(peer) = stream.peer_addr() else { return };
    bound_unsent(&stream);
    if !proxy_protocol::skip(&mut stream, peer, &wire, &args).await {
        return;
    }
    let clock = Clock { idle: args.idle_timeout, header: args.header_timeout };
    let service = service_fn(|request: Request<Incoming>| {
        wire.busy();
        let (admin, wire) = (admin.clone(), wire.clone());
        async move { Ok::<_, Infallible>(admin.respond(request.method(), request.uri().path(), wire).await) }
    });
    let io = TokioIo::new(Connection::new(stream, clock, None, (slot, None)));
    tokio::select! {
        // Whoever asked has gone away.
        _ = http1::Builder::new().max_buf_size(MAX_HEAD).serve_connection(io, service) => {}
        () = wire.gives_way() => {}
    }
}

struct Admin {
    drain: Drain,
    metrics: Metrics,
    scrapes: Arc<Semaphore>,
    waiting: Semaphore,
}

impl Admin {
    async fn respond(&self, method: &Method, path: &str, wire: Wire) -> Response<Text> {
        let plain = |status, text: &'static str| (status, "text/plain", Bytes::from_static(text.as_bytes()));
        let mut scrape = None;
        let (status, content_type, text) = match path {
            "/livez" | "/readyz" | "/metrics" if !matches!(*method, Method::GET | Method::HEAD) => {
                plain(StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD\n")
            }
            "/livez" => plain(StatusCode::OK, "live\n"),
            "/readyz" if self.drain.is_ready() => plain(StatusCode::OK, "ready\n"),
            "/readyz" => plain(StatusCode::SERVICE_UNAVAILABLE, "draining\n"),
            "/metrics" => {
                scrape = self.scrape(&wire).await;
                match scrape {
                    Some(_) => self.render().await,
                    None => plain(StatusCode::SERVICE_UNAVAILABLE, "others are being told the metrics\n"),
                }
            }
            _ => plain(StatusCode::NOT_FOUND, "neither /livez, /readyz nor /metrics\n"),
        };
        wire.begins(Direction::Down);
        let mut response = Response::new(Text { left: text, wire, _scrape: scrape });
        *response.status_mut() = status;
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }

    /// Waits until a scrape may be written: of those that nobody reads, some are cut off for it.
    async fn scrape(&self, wire: &Wire) -> Option<OwnedSemaphorePermit> {
        let _waiting = self.waiting.try_acquire().ok()?;
        let mut place = pin!(self.scrapes.clone().acquire_owned());
        loop {
            if let Ok(place) = timeout(INTERVAL, place.as_mut()).await {
                return place.ok();
            }
            wire.cut_stalled(1);
        }
    }

    async fn render(&self) -> (StatusCode, &'static str, Bytes) {
        let (metrics, draining) = (self.metrics.clone(), !self.drain.is_ready());
        // On a thread of its own: a worker serves clients, and there may be one alone.
        let rendered = tokio::task::spawn_blocking(move || metrics.render(draining)).await;
        let failed = |error: String| (StatusCode::INTERNAL_SERVER_ERROR, "text/plain", error.into());
        match rendered {
            Ok(Ok(metrics)) => (StatusCode::OK, OPEN_METRICS, metrics.into()),
            Ok(Err(error)) => failed(error.to_string()),
            Err(error) => failed(error.to_string()),
        }
    }
}

/// A text that is sent part by part, each a copy, so that nothing of the rest is kept once it is dropped. Its connection is busy
/// until then.
struct Text {
    left: Bytes,
    wire: Wire,
    _scrape: Option<OwnedSemaphorePermit>,
}

impl Body for Text {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.wire.asked(Direction::Down);
        if self.left.is_empty() {
            return Poll::Ready(None);
        }
        let size = self.left.len().min(PART);
        let part = Bytes::copy_from_slice(&self.left.split_to(size));
        self.wire.given(Direction::Down, size as u64);
        Poll::Ready(Some(Ok(Frame::data(part))))
    }

    fn is_end_stream(&self) -> bool {
        self.left.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left.len() as u64)
    }
}

impl Drop for Text {
    fn drop(&mut self) {
        self.wire.idle();
    }
}

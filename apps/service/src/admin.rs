//! The admin port: `/livez`, `/readyz`, `/metrics`. It stays up through the whole drain and is never exposed to clients.

use std::convert::Infallible;
use std::fs::File;
use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use warp::Filter;

use crate::connection::{Clock, Connection};
use crate::drain::Drain;
use crate::metrics::Metrics;
use crate::slots::{Slot, Slots};
use crate::{ServerArgs, proxy_protocol};

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Bytes that the head of a request may take.
const MAX_HEAD: usize = 16 * 1024;

/// Connections held open at once: the kubelet's and the load balancer's probes, Prometheus, and a person.
pub(crate) const CONNECTIONS: usize = 128;

pub(crate) async fn serve(listener: TcpListener, args: ServerArgs, drain: Drain, metrics: Metrics) {
    let (args, slots, mut spare) = (Arc::new(args), Slots::new(CONNECTIONS), Spare::new());
    let service = TowerToHyperService::new(warp::service(routes(drain, metrics)));
    loop {
        let Ok((stream, slot)) = slots.accept(&listener).await else {
            // Out of file descriptors, mostly, of which this port has kept one back.
            if spare.0.take().is_none() {
                tokio::time::sleep(Duration::from_millis(50)).await;
                spare = Spare::new();
            }
            continue;
        };
        tokio::spawn(answer(stream, slot, args.clone(), service.clone()));
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

async fn answer<S>(mut stream: TcpStream, slot: Slot, args: Arc<ServerArgs>, service: S)
where
    S: Service<Request<Incoming>, Response = warp::reply::Response, Error = Infallible> + Clone,
{
    let wire = slot.wire.clone();
    let Ok(peer) = stream.peer_addr() else { return };
    if !proxy_protocol::skip(&mut stream, peer, &wire, &args).await {
        return;
    }
    let clock = Clock { idle: args.idle_timeout, header: args.header_timeout };
    let service = service_fn(|request| {
        wire.busy();
        let (response, wire) = (service.call(request), wire.clone());
        async move {
            let response = response.await;
            wire.idle();
            response
        }
    });
    let io = TokioIo::new(Connection::new(stream, clock, None, (slot, None)));
    tokio::select! {
        // Whoever asked has gone away.
        _ = http1::Builder::new().max_buf_size(MAX_HEAD).serve_connection(io, service) => {}
        () = wire.gives_way() => {}
    }
}

fn routes(
    drain: Drain,
    metrics: Metrics,
) -> impl Filter<Extract = (impl warp::Reply,), Error = warp::Rejection> + Clone + Send + Sync + 'static {
    let live = warp::path!("livez").map(|| text(StatusCode::OK, "text/plain", "live\n".into()));
    let ready = drain.clone();
    let ready = warp::path!("readyz").map(move || {
        if ready.is_ready() {
            text(StatusCode::OK, "text/plain", "ready\n".into())
        } else {
            text(StatusCode::SERVICE_UNAVAILABLE, "text/plain", "draining\n".into())
        }
    });
    let one = Arc::new(Semaphore::new(1));
    let metrics = warp::path!("metrics").and_then(move || {
        let (metrics, draining, one) = (metrics.clone(), !drain.is_ready(), one.clone());
        async move {
            let _one = one.acquire().await;
            // On a thread of its own: a worker serves clients, and there may be one alone.
            let rendered = tokio::task::spawn_blocking(move || metrics.render(draining)).await;
            let failed = |error: String| text(StatusCode::INTERNAL_SERVER_ERROR, "text/plain", error);
            Ok::<_, Infallible>(match rendered {
                Ok(Ok(metrics)) => text(StatusCode::OK, OPEN_METRICS, metrics),
                Ok(Err(error)) => failed(error.to_string()),
                Err(error) => failed(error.to_string()),
            })
        }
    });
    warp::get().or(warp::head()).unify().and(live.or(ready).unify().or(metrics).unify())
}

fn text(status: StatusCode, content_type: &'static str, body: String) -> Response<String> {
    Response::builder()
        .status(status)
        .header("content-type", content_type)
        .body(body)
        .expect("a status and a static header make a response")
}

//! The admin port: `/livez`, `/readyz`, `/metrics`. It stays up through the whole drain and is never exposed to clients.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use http::{Response, StatusCode};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use warp::Filter;

use crate::drain::Drain;
use crate::metrics::Metrics;
use crate::{ServerArgs, proxy_protocol};

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

pub(crate) async fn serve(listener: TcpListener, args: ServerArgs, drain: Drain, metrics: Metrics) {
    let args = Arc::new(args);
    let service = TowerToHyperService::new(warp::service(routes(drain, metrics)));
    loop {
        let Ok((mut stream, peer)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let (args, service) = (args.clone(), service.clone());
        tokio::spawn(async move {
            if proxy_protocol::skip(&mut stream, peer, &args).await {
                let mut connection = http1::Builder::new();
                connection.timer(TokioTimer::new()).header_read_timeout(Duration::from_secs(90));
                // Whoever asked has gone away.
                let _ = connection.serve_connection(TokioIo::new(stream), service).await;
            }
        });
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

//! The warp routes: the page, what browsers and crawlers ask for unasked, and every other path as a target.

use std::sync::Arc;

use http::{HeaderMap, Method};
use hyper::upgrade::OnUpgrade;
use service::{Peer, RequestBody, Routes, TraceParent};
use warp::Filter;
use warp::path::FullPath;

use crate::page;
use crate::proxy::{Inbound, Proxy};

pub(crate) fn routes(proxy: Arc<Proxy>) -> Routes {
    let favicon = warp::path!("favicon.ico").map(page::favicon);
    let robots = warp::path!("robots.txt").map(page::robots);
    let needed = warp::path!("iscorsneeded").map(page::is_cors_needed);
    let fixed = warp::get().and(favicon.or(robots).unify().or(needed).unify()).map(service::reply);
    let proxied = inbound().then(move |inbound| {
        let proxy = proxy.clone();
        async move { service::reply(proxy.serve(inbound).await) }
    });
    fixed.or(proxied).unify().boxed()
}

fn inbound() -> impl Filter<Extract = (Inbound,), Error = warp::Rejection> + Clone {
    let query = warp::query::raw().map(Some).or(warp::any().map(|| None)).unify();
    warp::method()
        .and(warp::path::full())
        .and(query)
        .and(warp::header::headers_cloned())
        .and(warp::ext::get::<RequestBody>())
        .and(warp::ext::get::<Peer>())
        .and(warp::ext::get::<TraceParent>())
        .and(warp::ext::optional::<OnUpgrade>())
        .map(
            |method: Method,
             path: FullPath,
             query: Option<String>,
             headers: HeaderMap,
             body: RequestBody,
             Peer(peer): Peer,
             trace: TraceParent,
             upgrade: Option<OnUpgrade>| Inbound {
                method,
                path: path.as_str().to_owned(),
                query,
                headers,
                body: body.take(),
                peer: peer.ip(),
                trace,
                upgrade,
            },
        )
}

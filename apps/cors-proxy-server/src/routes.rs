//! The warp routes: the page, what browsers and crawlers ask for unasked, and every other path as a target.

use std::sync::Arc;

use http::Method;
use hyper::upgrade::OnUpgrade;
use service::{Arrival, Routes};
use warp::Filter;
use warp::path::FullPath;

use crate::page;
use crate::proxy::{Inbound, Proxy};

pub(crate) fn routes(proxy: Arc<Proxy>) -> Routes {
    let proxied = inbound().then(move |inbound| {
        let proxy = proxy.clone();
        // Boxed here, because every filter around it would move its kilobytes.
        Box::pin(async move { service::reply(proxy.serve(inbound).await) })
    });
    let favicon = warp::path!("favicon.ico").map(page::favicon);
    let robots = warp::path!("robots.txt").map(page::robots);
    let needed = warp::path!("iscorsneeded").map(page::is_cors_needed);
    let fixed =
        warp::get().or(warp::head()).unify().and(favicon.or(robots).unify().or(needed).unify()).map(service::reply);
    // Targets first: warp pays for every route that a request does not take.
    Routes::taking_headers(proxied.or(fixed).unify().boxed())
}

fn inbound() -> impl Filter<Extract = (Inbound,), Error = warp::Rejection> + Clone {
    target_path().and(warp::method()).and(warp::ext::get::<Arrival>()).and(warp::ext::optional::<OnUpgrade>()).map(
        |method: Method, arrival: Arrival, upgrade: Option<OnUpgrade>| {
            let ((uri, headers), body) = (arrival.body.take_head(), arrival.body.take());
            let (peer, trace, drain, wire) = (arrival.peer.ip(), arrival.trace, arrival.drain, arrival.wire);
            Inbound { method, uri, headers, body, peer, trace, upgrade, drain, wire }
        },
    )
}

/// Every path but those that the proxy answers itself.
fn target_path() -> impl Filter<Extract = (), Error = warp::Rejection> + Copy {
    let other = async |path: FullPath| {
        if page::PATHS.contains(&path.as_str()) { Err(warp::reject::not_found()) } else { Ok(()) }
    };
    warp::path::full().and_then(other).untuple_one()
}

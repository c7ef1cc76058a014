//! The warp routes of what browsers and crawlers ask for unasked, and beside them every other path as a target.

use std::sync::Arc;

use http::{Request, Response};
use hyper::body::Incoming;
use service::{Arrival, Label, WarpRoutes};
use warp::Filter;

use crate::body::Reply;
use crate::page;
use crate::proxy::{Inbound, Proxy};

/// Everything that the proxy answers.
#[derive(Clone, Debug)]
pub(crate) struct Routes {
    proxy: Arc<Proxy>,
    fixed: WarpRoutes,
}

impl Routes {
    pub(crate) fn new(proxy: Proxy) -> Self {
        let favicon = warp::path!("favicon.ico").map(page::favicon);
        let robots = warp::path!("robots.txt").map(page::robots);
        let needed = warp::path!("iscorsneeded").map(page::is_cors_needed);
        let fixed = favicon.or(robots).unify().or(needed).unify();
        let fixed = warp::get().or(warp::head()).unify().and(fixed).map(service::reply).boxed();
        Self { proxy: Arc::new(proxy), fixed: WarpRoutes::new(fixed) }
    }
}

impl service::Routes for Routes {
    type Body = Reply;

    const LABEL: Label = Label { route: crate::proxy::ROUTE, error: "" };

    // A request for a target goes around warp, which would take a twelfth of its time.
    async fn answer(&self, request: Request<Incoming>, arrival: Arrival) -> Response<Reply> {
        if page::PATHS.contains(&request.uri().path()) {
            let mut response = self.fixed.answer(request, arrival).await.map(Reply::Left);
            // warp's own refusals carry none.
            response.extensions_mut().get_or_insert_default::<Label>();
            return response;
        }
        self.proxy.serve(Inbound::new(request, arrival)).await
    }
}

//! The warp routes, one module per kind of behaviour.

mod body;
mod cpu;
mod echo;
mod fault;
mod latency;
mod redirect;
mod rest;
mod status;

use service::{Label, WarpRoutes};
use warp::{Filter, Rejection, Reply, filters::BoxedFilter};

use crate::answer::{Answer, Refusal, full};
use crate::dice::Dice;

/// The longest that any request may be made to wait.
const MAX_MILLIS: u64 = 60_000;
/// The most bytes that any response may have.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// A group of routes.
type Group = BoxedFilter<(Answer,)>;

/// All routes of the mock target; `seed` decides everything that is left to chance.
pub fn routes(seed: u64) -> WarpRoutes {
    let dice = Dice::new(seed);
    let routes = rest::routes()
        .or(status::routes(dice.clone()))
        .unify()
        .or(latency::routes(dice.clone()))
        .unify()
        .or(body::routes())
        .unify()
        .or(echo::routes())
        .unify()
        .or(redirect::routes())
        .unify()
        .or(cpu::routes())
        .unify()
        .or(fault::routes())
        .unify()
        .or(documents())
        .unify()
        .map(Answer::into_reply)
        .or(echo::websocket())
        .unify()
        .recover(unmatched)
        .unify()
        .boxed();
    WarpRoutes::new(routes)
}

fn documents() -> Group {
    let openapi = warp::path!("openapi.json").map(|| {
        let text = include_str!("openapi.json");
        Answer { route: "/openapi.json", outcome: Ok(full(http::StatusCode::OK, "application/json", text)) }
    });
    let index = warp::path::end().map(|| {
        let text = "mock-target-server: see /openapi.json\n";
        Answer { route: "/", outcome: Ok(full(http::StatusCode::OK, "text/plain; charset=utf-8", text)) }
    });
    warp::get().and(openapi.or(index).unify()).boxed()
}

/// No route took the request: nothing is here, or not with this method or these values.
async fn unmatched(rejection: Rejection) -> Result<warp::reply::Response, Rejection> {
    if rejection.is_not_found() {
        return Ok(Answer { route: "unmatched", outcome: Err(Refusal::NotFound) }.into_reply());
    }
    let mut response = warp::reply::Response::default();
    *response.status_mut() = if rejection.find::<warp::reject::MethodNotAllowed>().is_some() {
        http::StatusCode::METHOD_NOT_ALLOWED
    } else {
        http::StatusCode::BAD_REQUEST
    };
    response.extensions_mut().insert(Label { route: "unmatched", error: "" });
    Ok(response.into_response())
}

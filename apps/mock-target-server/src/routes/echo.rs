//! `/echo`, `/headers` and `/websocket`: what arrived, sent back.

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::{Map, Value, json};
use service::{Arrival, Label, RequestBody, ResponseBody};
use warp::filters::BoxedFilter;
use warp::ws::{WebSocket, Ws};
use warp::{Filter, Reply};

use super::Group;
use crate::answer::{Answer, json};

pub(super) fn routes() -> Group {
    let headers = warp::path!("headers")
        .and(warp::method())
        .and(warp::header::headers_cloned())
        .and(warp::ext::get::<Arrival>())
        .map(|method: Method, headers: HeaderMap, arrival: Arrival| {
            let seen =
                json!({ "method": method.as_str(), "headers": object(&headers), "peer": arrival.peer.to_string() });
            Answer { route: "/headers", outcome: Ok(json(StatusCode::OK, &seen)) }
        });
    let echo = warp::path!("echo")
        .and(warp::header::headers_cloned())
        .and(warp::ext::get::<RequestBody>())
        .map(|headers: HeaderMap, body: RequestBody| Answer { route: "/echo", outcome: Ok(echoed(&headers, &body)) });
    headers.or(echo).unify().boxed()
}

/// Each header once, several values joined as HTTP allows.
fn object(headers: &HeaderMap) -> Map<String, Value> {
    let joined = |name| {
        let values = headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
        Value::from(values.collect::<Vec<_>>().join(", "))
    };
    headers.keys().map(|name| (name.to_string(), joined(name))).collect()
}

/// The request's body while it arrives, its trailers included.
fn echoed(headers: &HeaderMap, body: &RequestBody) -> Response<ResponseBody> {
    let body = body.take().map_or_else(
        || http_body_util::Empty::<Bytes>::new().map_err(|never| match never {}).boxed_unsync(),
        |body| body.map_err(Into::into).boxed_unsync(),
    );
    let mut response = Response::new(body);
    for name in [header::CONTENT_TYPE, header::CONTENT_LENGTH, header::TRAILER] {
        if let Some(value) = headers.get(&name) {
            response.headers_mut().insert(name, value.clone());
        }
    }
    if !headers.contains_key(header::CONTENT_TYPE) {
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    }
    response
}

/// Sends back what it is sent.
async fn echo(socket: &mut WebSocket) {
    while let Some(Ok(message)) = socket.next().await {
        let echo = !message.is_close() && !message.is_ping() && !message.is_pong();
        if echo && socket.send(message).await.is_err() {
            return;
        }
    }
}

/// Every message of a WebSocket, sent back until the client closes it or the server goes.
pub(super) fn websocket() -> BoxedFilter<(warp::reply::Response,)> {
    warp::path!("websocket")
        .and(warp::ws())
        .and(warp::ext::get::<Arrival>())
        .map(|ws: Ws, arrival: Arrival| {
            let drain = arrival.drain;
            let upgrade = ws.max_message_size(1024 * 1024).on_upgrade(async move |mut socket| {
                tokio::select! {
                    () = echo(&mut socket) => {}
                    _ = drain.ends_tunnels() => drop(socket.close().await),
                }
            });
            let mut response = upgrade.into_response();
            response.extensions_mut().insert(Label { route: "/websocket", error: "" });
            response
        })
        .boxed()
}

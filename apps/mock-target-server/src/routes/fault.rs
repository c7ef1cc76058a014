//! `/fault/…`: a reset instead of a response, a body cut short, a head or a body sent byte by byte.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::{Response, StatusCode, header};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use serde::Deserialize;
use service::{Arrival, BoxError, ResponseBody};
use warp::Filter;

use super::{Group, MAX_MILLIS};
use crate::answer::{Answer, bounded, full};

#[derive(Clone, Copy, Debug, Deserialize)]
struct Slow {
    /// Milliseconds between two bytes.
    #[serde(default = "ten")]
    interval: u64,
}

fn ten() -> u64 {
    10
}

pub(super) fn routes() -> Group {
    let reset = warp::path!("reset").and(warp::ext::get::<Arrival>()).map(|arrival: Arrival| {
        arrival.wire.reset();
        Answer { route: "/fault/reset", outcome: Ok(full(StatusCode::OK, "text/plain", "")) }
    });
    let truncate = warp::path!("truncate").map(|| Answer { route: "/fault/truncate", outcome: Ok(truncated()) });
    let slow_headers = warp::path!("slow-headers").and(warp::ext::get::<Arrival>()).and(warp::query()).map(
        |arrival: Arrival, slow: Slow| Answer {
            route: "/fault/slow-headers",
            outcome: bounded("interval", slow.interval, MAX_MILLIS / 100).map(|interval| {
                arrival.wire.pace(Duration::from_millis(interval));
                full(StatusCode::OK, "text/plain", "slow\n")
            }),
        },
    );
    let slow_body = warp::path!("slow-body").and(warp::query()).map(|slow: Slow| Answer {
        route: "/fault/slow-body",
        outcome: bounded("interval", slow.interval, MAX_MILLIS / 100)
            .map(|interval| slow_body(Duration::from_millis(interval))),
    });
    warp::path("fault").and(reset.or(truncate).unify().or(slow_headers).unify().or(slow_body).unify()).boxed()
}

/// Promises 1000 bytes and ends the connection after 9.
fn truncated() -> Response<ResponseBody> {
    let cut: BoxError = io::Error::from(io::ErrorKind::UnexpectedEof).into();
    let begun = stream::iter([Ok(Frame::data(Bytes::from_static(b"truncated")))]);
    // The pause lets the head leave first: an error in the same breath would swallow it.
    let frames = begun.chain(stream::once(async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        Err(cut)
    }));
    let mut response = Response::new(StreamBody::new(frames).boxed_unsync());
    response.headers_mut().insert(header::CONTENT_LENGTH, 1000.into());
    response
}

fn slow_body(interval: Duration) -> Response<ResponseBody> {
    let letters = stream::unfold(b'a', move |letter| async move {
        tokio::time::sleep(interval).await;
        (letter <= b'z').then(|| (Ok(Frame::data(Bytes::copy_from_slice(&[letter]))), letter + 1))
    });
    Response::new(StreamBody::new(letters).boxed_unsync())
}

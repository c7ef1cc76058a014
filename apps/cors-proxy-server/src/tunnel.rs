//! `WebSocket`: once both sides have switched protocols, bytes both ways until either side ends.

use std::pin::pin;
use std::time::Duration;

use http::{HeaderMap, HeaderValue, Method, Response, header};
use hyper::upgrade::{self, OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncWriteExt, ReadHalf, WriteHalf, copy, split};
use tokio::time::timeout;

use crate::client::Answer;

/// Whether the client asks for a `WebSocket`; no other protocol is switched to.
pub(crate) fn is_websocket(method: &Method, headers: &HeaderMap) -> bool {
    let upgrade = headers.get(header::UPGRADE).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket"));
    upgrade && method == Method::GET && headers.contains_key(header::SEC_WEBSOCKET_KEY)
}

/// Marks the response that makes the client switch.
pub(crate) fn switch(headers: &mut HeaderMap) {
    headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
}

/// Joins both sides in a task of its own. Once one of them has ended, the other has `patience` left to end, too. `held`
/// is dropped when the tunnel ends.
pub(crate) fn join(client: OnUpgrade, mut target: Response<Answer>, patience: Duration, held: impl Send + 'static) {
    tokio::spawn(async move {
        let _held = held;
        let (client, upgraded) = tokio::join!(client, upgrade::on(&mut target));
        let (Ok(client), Ok(upgraded)) = (client, upgraded) else {
            tracing::debug!("one side did not switch protocols");
            return;
        };
        let (from_client, to_client) = split(TokioIo::new(client));
        let (from_target, to_target) = split(TokioIo::new(upgraded));
        let (mut up, mut down) = (pin!(pass(from_client, to_target)), pin!(pass(from_target, to_client)));
        let _ = tokio::select! {
            () = &mut up => timeout(patience, down).await,
            () = &mut down => timeout(patience, up).await,
        };
    });
}

type Side = TokioIo<Upgraded>;

/// Passes bytes one way, and on whichever side it ends, that it has: how is the matter of the two ends.
async fn pass(mut from: ReadHalf<Side>, mut to: WriteHalf<Side>) {
    let _ = copy(&mut from, &mut to).await;
    let _ = to.shutdown().await;
}

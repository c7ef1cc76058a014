//! `WebSocket`: once both sides have switched protocols, bytes both ways until either side ends.

use http::{HeaderMap, HeaderValue, Method, Response, header};
use hyper::upgrade::{self, OnUpgrade};
use hyper_util::rt::TokioIo;
use tokio::io::copy_bidirectional;

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

/// Joins both sides in a task of its own; `held` is dropped when the tunnel ends.
pub(crate) fn join(client: OnUpgrade, target: Response<Answer>, held: impl Send + 'static) {
    tokio::spawn(async move {
        let _held = held;
        let (client, target) = tokio::join!(client, upgrade::on(target));
        let (Ok(client), Ok(target)) = (client, target) else {
            tracing::debug!("one side did not switch protocols");
            return;
        };
        // How a tunnel ends is the matter of its two ends.
        let _ = copy_bidirectional(&mut TokioIo::new(client), &mut TokioIo::new(target)).await;
    });
}

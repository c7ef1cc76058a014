//! `WebSocket`: once both sides have switched protocols, bytes both ways until either side ends, both are silent
//! for too long, another needs its place, or the server goes.

use std::pin::pin;
use std::time::Duration;

use http::{HeaderMap, HeaderValue, Method, Response, header};
use hyper::upgrade::{self, OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use service::{Direction, Drain, Wire};
use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf, copy, sink, split};
use tokio::time::timeout;

use crate::body::Progress;
use crate::client::Answer;

/// Whether the client asks for a `WebSocket`; no other protocol is switched to. Where `Connection` does not name the
/// upgrade, a proxy before this one has not seen it, and would take what the tunnel carries for requests.
pub(crate) fn is_websocket(method: &Method, headers: &HeaderMap) -> bool {
    let upgrade = headers.get(header::UPGRADE).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket"));
    upgrade
        && method == Method::GET
        && headers.contains_key(header::SEC_WEBSOCKET_KEY)
        && headers.get_all(header::CONNECTION).iter().any(names_upgrade)
}

fn names_upgrade(connection: &HeaderValue) -> bool {
    let mut names = connection.as_bytes().split(|byte| *byte == b',');
    names.any(|name| name.trim_ascii().eq_ignore_ascii_case(b"upgrade"))
}

/// Marks the response that makes the client switch.
pub(crate) fn switch(headers: &mut HeaderMap) {
    headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
}

/// Times that a tunnel keeps.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times {
    /// How long one side may go on once the other has ended.
    pub(crate) half_open: Duration,
    /// How long both sides may say nothing.
    pub(crate) idle: Duration,
}

/// How long both sides have to end once the proxy has ended: what they still send then would be answered by a reset.
const FAREWELL: Duration = Duration::from_secs(1);

/// Joins both sides in a task of its own, until they have ended, are silent for too long, another needs the place, or `drain`
/// ends all tunnels. `held` is dropped when the tunnel ends.
pub(crate) fn join(
    (client, wire): (OnUpgrade, Wire),
    mut target: Response<Answer>,
    times: Times,
    drain: Drain,
    held: impl Send + 'static,
) {
    tokio::spawn(async move {
        let _held = held;
        let (client, upgraded) = tokio::join!(client, upgrade::on(&mut target));
        let (Ok(client), Ok(upgraded)) = (client, upgraded) else {
            tracing::debug!("one side did not switch protocols");
            return;
        };
        let (mut client, mut target) = (TokioIo::new(client), TokioIo::new(upgraded));
        let moved = Progress::new();
        let silent = moved.clone();
        let farewell = tokio::select! {
            () = both_ways(&mut client, &mut target, (&moved, &wire), times.half_open) => return,
            () = wire.gives_way() => return,
            () = silent.stalled(times.idle) => FAREWELL,
            left = drain.ends_tunnels() => left.min(FAREWELL),
        };
        let _ = timeout(farewell, async { tokio::join!(end(&mut client), end(&mut target)) }).await;
    });
}

type Side = TokioIo<Upgraded>;

/// Passes bytes both ways. Once one side has ended, the other has `patience` left to end, too.
async fn both_ways(client: &mut Side, target: &mut Side, moved: (&Progress, &Wire), patience: Duration) {
    let ((from_client, to_client), (from_target, to_target)) = (split(client), split(target));
    let mut up = pin!(pass(from_client, to_target, moved, Direction::Up));
    let mut down = pin!(pass(from_target, to_client, moved, Direction::Down));
    let _ = tokio::select! {
        () = &mut up => timeout(patience, down).await,
        () = &mut down => timeout(patience, up).await,
    };
}

/// Passes bytes one way, and on whichever side it ends, that it has: how is the matter of the two ends.
async fn pass(
    mut from: ReadHalf<&mut Side>,
    mut to: WriteHalf<&mut Side>,
    (moved, wire): (&Progress, &Wire),
    direction: Direction,
) {
    let mut bytes = vec![0; 8 * 1024];
    while let Ok(size @ 1..) = from.read(&mut bytes).await {
        moved.mark();
        wire.given(direction, 0);
        if to.write_all(&bytes[..size]).await.is_err() || to.flush().await.is_err() {
            break;
        }
        moved.mark();
        wire.asked(direction);
    }
    let _ = to.shutdown().await;
}

/// Says that nothing more comes, and hears the other side out.
async fn end(side: &mut Side) {
    if side.shutdown().await.is_ok() {
        let _ = copy(side, &mut sink()).await;
    }
}

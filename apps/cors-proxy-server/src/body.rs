//! Bodies on their way through, a frame at a time: bounded in size and in the wait for the next frame.

use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf, Bytes};
use http_body::{Body, Frame, SizeHint};
use http_body_util::{Either, Empty};
use hyper::body::Incoming;
use service::{BoxError, Direction, ResponseBody, Wire};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, Sleep, sleep, sleep_until};

use crate::client::Answer;

/// The body of a request to a target.
pub(crate) type Outgoing = Either<Empty<Bytes>, Bounded<Incoming, ()>>;

/// The body of a response: the proxy's own, or its target's.
pub(crate) type Reply = Either<ResponseBody, Bounded<Prefetched<Answer>, OwnedSemaphorePermit>>;

/// Why a body on its way through ended early.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BodyError {
    #[error("the body is larger than {limit} bytes")]
    TooLarge { limit: u64 },
    #[error("the body stalled")]
    Stalled,
    #[error("the body ended early")]
    Source(#[source] BoxError),
}

/// When a request's body, or a tunnel, last moved: an upload may take long, but its target may not.
#[derive(Clone, Debug)]
pub(crate) struct Progress(Arc<Mutex<Instant>>);

impl Progress {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(Instant::now())))
    }

    pub(crate) fn mark(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    fn last(&self) -> Instant {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until nothing has moved for `patience`.
    pub(crate) async fn stalled(&self, patience: Duration) {
        while self.last() + patience > Instant::now() {
            sleep_until(self.last() + patience).await;
        }
    }
}

pin_project_lite::pin_project! {
    /// A body within its limits; it keeps `held` until it ends.
    pub(crate) struct Bounded<B, H> {
        #[pin]
        body: B,
        limit: u64,
        left: u64,
        patience: Duration,
        stall: Option<Pin<Box<Sleep>>>,
        progress: Option<Progress>,
        watched: Option<(Wire, Direction)>,
        held: H,
    }

    impl<B, H> PinnedDrop for Bounded<B, H> {
        fn drop(this: Pin<&mut Self>) {
            if let Some((wire, direction)) = this.project().watched {
                wire.ended(*direction);
            }
        }
    }
}

impl<B, H> Bounded<B, H> {
    pub(crate) fn new(body: B, limit: u64, patience: Duration, held: H) -> Self {
        Self { body, limit, left: limit, patience, stall: None, progress: None, watched: None, held }
    }

    pub(crate) fn reporting(mut self, progress: Progress) -> Self {
        self.progress = Some(progress);
        self
    }

    /// Tells a connection how fast this body, which goes in that direction, moves, and when it waits for its reader.
    pub(crate) fn watched(mut self, wire: Wire, direction: Direction) -> Self {
        wire.begins(direction);
        self.watched = Some((wire, direction));
        self
    }
}

impl<B, H> Body for Bounded<B, H>
where
    B: Body<Data = Bytes>,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = self.project();
        if let Some((wire, direction)) = this.watched {
            wire.asked(*direction);
        }
        let Poll::Ready(frame) = this.body.poll_frame(cx) else {
            let stall = this.stall.get_or_insert_with(|| Box::pin(sleep(*this.patience)));
            ready!(stall.as_mut().poll(cx));
            return Poll::Ready(Some(Err(BodyError::Stalled)));
        };
        *this.stall = None;
        if let Some(progress) = this.progress {
            progress.mark();
        }
        let frame = match frame {
            Some(Ok(frame)) => frame,
            Some(Err(error)) => return Poll::Ready(Some(Err(BodyError::Source(error.into())))),
            None => return Poll::Ready(None),
        };
        let size = frame.data_ref().map_or(0, Buf::remaining) as u64;
        if let Some((wire, direction)) = this.watched {
            wire.given(*direction, size);
        }
        match this.left.checked_sub(size) {
            Some(left) => *this.left = left,
            None => return Poll::Ready(Some(Err(BodyError::TooLarge { limit: *this.limit }))),
        }
        Poll::Ready(Some(Ok(frame)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// No body, and no word about its length, so that the length in the head may be another's.
pub(crate) struct Absent;

impl Body for Absent {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(None)
    }
}

/// A body of which the first frame, if it was there soon, has been taken already.
pub(crate) struct Prefetched<B: Body> {
    first: Option<Frame<B::Data>>,
    body: B,
}

impl<B: Body + Unpin> Prefetched<B> {
    /// Waits two turns of the other tasks, within which the first frame mostly arrives: sent together, head and body
    /// cost one write. A body that takes longer does not hold up its head; one that is broken by then is an error.
    pub(crate) async fn new(mut body: B) -> Result<Self, B::Error> {
        let mut turns = 2;
        let first = poll_fn(|cx| match Pin::new(&mut body).poll_frame(cx) {
            Poll::Pending if turns > 0 => {
                turns -= 1;
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Poll::Pending => Poll::Ready(None),
            ready @ Poll::Ready(_) => ready,
        })
        .await;
        Ok(Self { first: first.transpose()?, body })
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for Prefetched<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        match self.first.take() {
            Some(first) => Poll::Ready(Some(Ok(first))),
            None => Pin::new(&mut self.body).poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.first.is_none() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let first = self.first.as_ref().and_then(Frame::data_ref);
        let size = first.map_or(0, Bytes::len) as u64;
        let rest = self.body.size_hint();
        let mut hint = SizeHint::new();
        hint.set_lower(rest.lower() + size);
        if let Some(upper) = rest.upper() {
            hint.set_upper(upper + size);
        }
        hint
    }
}

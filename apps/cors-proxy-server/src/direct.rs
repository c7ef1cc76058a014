//! A request without a body, over a connection that nobody else looks after: whoever asks writes it, and reads the response.
//! That spares a task for each connection and a copy of the request; what needs more goes through hyper.

pub mod body;
pub mod head;

use std::fmt;
use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};

use bytes::{Bytes, BytesMut};
use http::{Method, Response};
use http_body::{Frame, SizeHint};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};

use self::body::{Decoder, Step};
use self::head::Head;
use crate::pool::Pooled;

/// Bytes that are read at first: a head, and often the whole body.
const FIRST: usize = 4 * 1024;

/// What a connection to a target is read from and written to.
pub(crate) trait Stream: AsyncRead + AsyncWrite + fmt::Debug + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + fmt::Debug + Send + Unpin> Stream for S {}

/// A connection between two exchanges, with the key under which it waits.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) origin: Arc<str>,
    pub(crate) stream: Box<dyn Stream>,
}

impl Pooled for Connection {
    fn is_open(&mut self) -> bool {
        let mut byte = [0];
        let mut context = Context::from_waker(Waker::noop());
        Pin::new(&mut self.stream).poll_read(&mut context, &mut ReadBuf::new(&mut byte)).is_pending()
    }
}

impl Connection {
    /// Sends a request, and returns the response with the body that is still to be read. An error of the kind `InvalidData`
    /// says that it is not HTTP.
    pub(crate) async fn exchange(mut self, method: &Method, request: &[u8]) -> io::Result<Response<Body>> {
        let (mut unsent, mut flushed) = (request, false);
        let mut buffer = BytesMut::with_capacity(FIRST);
        let head = poll_fn(|cx| -> Poll<io::Result<Head>> {
            // A target may answer before it has read all: then the connection is of no further use.
            flushed = flushed || self.poll_send(cx, &mut unsent)?.is_ready();
            loop {
                if let Some(head) = head::read(&mut buffer, method)? {
                    return Poll::Ready(Ok(head));
                }
                if buffer.len() == buffer.capacity() {
                    buffer.reserve(FIRST);
                }
                if ready!(self.poll_receive(cx, &mut buffer))? == 0 {
                    return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
                }
            }
        })
        .await?;
        let body = Body {
            decoder: head.decoder,
            reusable: head.reusable && flushed,
            buffer,
            connection: Some(self),
            broken: None,
        };
        let mut response = Response::new(body);
        (*response.status_mut(), *response.headers_mut()) = (head.status, head.headers);
        Ok(response)
    }

    fn poll_send(&mut self, cx: &mut Context<'_>, unsent: &mut &[u8]) -> Poll<io::Result<()>> {
        while !unsent.is_empty() {
            let size = ready!(Pin::new(&mut self.stream).poll_write(cx, unsent))?;
            if size == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            *unsent = &unsent[size..];
        }
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_receive(&mut self, cx: &mut Context<'_>, buffer: &mut BytesMut) -> Poll<io::Result<usize>> {
        pin!(self.stream.read_buf(buffer)).poll(cx)
    }
}

/// The body of a response. Its connection is free for another exchange once it has been read to its end.
#[derive(Debug)]
pub(crate) struct Body {
    decoder: Decoder,
    reusable: bool,
    buffer: BytesMut,
    connection: Option<Connection>,
    /// Why nothing more comes, which is told a turn later, so that what came before is on its way by then.
    broken: Option<io::Error>,
}

impl Body {
    pub(crate) fn poll_frame(&mut self, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if let Some(error) = self.broken.take() {
            (self.connection, self.decoder) = (None, Decoder::Length(0));
            return Poll::Ready(Some(Err(error)));
        }
        ready!(self.poll_next(cx)).map_or_else(
            |error| {
                self.broken = Some(error);
                cx.waker().wake_by_ref();
                Poll::Pending
            },
            |frame| Poll::Ready(frame.map(Ok)),
        )
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Option<Frame<Bytes>>>> {
        loop {
            match self.decoder.step(&mut self.buffer)? {
                Step::Frame(frame) => return Poll::Ready(Ok(Some(frame))),
                Step::End => return Poll::Ready(Ok(None)),
                Step::More => {}
            }
            let Some(connection) = &mut self.connection else {
                return Poll::Ready(Ok(None));
            };
            self.buffer.reserve(self.decoder.wants());
            if ready!(connection.poll_receive(cx, &mut self.buffer))? == 0 {
                self.decoder.closed()?;
                self.connection = None;
            }
        }
    }

    pub(crate) fn is_end_stream(&self) -> bool {
        self.decoder.is_end() && self.broken.is_none()
    }

    pub(crate) fn size_hint(&self) -> SizeHint {
        self.decoder.size_hint()
    }

    /// The connection, if the body has ended and it can carry another exchange: nothing came behind the body.
    pub(crate) fn release(&mut self) -> Option<Connection> {
        let free = self.reusable && self.is_end_stream() && self.buffer.is_empty();
        self.connection.take().filter(|_| free)
    }
}

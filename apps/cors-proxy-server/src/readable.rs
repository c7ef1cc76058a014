//! A connection that can be read to its end, whatever becomes of what is written to it.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// A target that refuses a body mostly answers first and closes then, so that the rest of the body meets a closed door.
/// hyper gives up at the first write that fails; here that write never ends, and what there is to read decides.
#[derive(Debug)]
pub(crate) struct Readable {
    stream: TcpStream,
    closed: bool,
    /// Whether it took none of what was written last.
    blocked: bool,
}

impl Readable {
    pub(crate) fn new(stream: TcpStream) -> Self {
        Self { stream, closed: false, blocked: false }
    }

    /// Without a waker, since whatever ends the other direction wakes the task of both.
    fn written(&mut self, outcome: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        self.blocked = outcome.is_pending();
        match outcome {
            Poll::Ready(Err(error))
                if matches!(error.kind(), io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset) =>
            {
                self.closed = true;
                Poll::Pending
            }
            outcome => outcome,
        }
    }
}

impl AsyncRead for Readable {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Readable {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        if self.closed {
            return Poll::Pending;
        }
        let outcome = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.written(outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.closed {
            return Poll::Pending;
        }
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.written(outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

impl Drop for Readable {
    fn drop(&mut self) {
        if self.blocked {
            // What its target does not read would else be kept until it does; if the option is refused, it is.
            let _ = self.stream.set_zero_linger();
        }
    }
}

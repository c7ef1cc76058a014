//! One accepted socket with its clock: idle between requests, a head that arrives too slowly, a peer that does not read.
//!
//! hyper's own header timeout also counts idle time, so it cannot be short without closing connections that a load
//! balancer is about to use.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use crate::held::Held;
use crate::slots::Slot;
use crate::wire::{Phase, Wire};
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep, sleep_until};

/// How long a peer may leave our bytes unread.
const WRITE_STALL: Duration = Duration::from_mins(1);

/// How a peer of a tunnel is asked whether it is still there.
pub const KEEPALIVE: KeepAlive =
    KeepAlive { idle: Duration::from_mins(1), interval: Duration::from_secs(15), retries: 4 };

/// TCP's own questions to a peer that says nothing.
#[derive(Clone, Copy, Debug)]
pub struct KeepAlive {
    /// The silence before the first one.
    pub idle: Duration,
    /// The time between two.
    pub interval: Duration,
    /// How many without an answer end the connection.
    pub retries: u32,
}

impl KeepAlive {
    /// The silence after which a peer counts as gone, be it asked or sent something.
    pub fn patience(self) -> Duration {
        self.idle + self.interval * self.retries
    }

    fn set(self, stream: &TcpStream) -> io::Result<()> {
        let socket = SockRef::from(stream);
        let keepalive = TcpKeepalive::new().with_time(self.idle).with_interval(self.interval);
        // It asks nothing while bytes are on their way, which the kernel would send again for a quarter of an hour.
        #[cfg(target_os = "linux")]
        socket.set_tcp_user_timeout(Some(self.patience()))?;
        socket.set_tcp_keepalive(&keepalive.with_retries(self.retries))
    }
}

/// Bytes that wait in the kernel to be sent, besides those that are on their way. It would keep megabytes of a body that
/// its reader is slow to take.
pub const UNSENT: u32 = 16 * 1024;

/// Bounds what the kernel keeps of what is sent over a connection.
pub fn bound_unsent(stream: &TcpStream) {
    #[cfg(target_os = "linux")]
    // Where the option is refused, the kernel keeps as much as it likes.
    let _ = SockRef::from(stream).set_tcp_notsent_lowat(UNSENT);
}

/// Bytes that the kernel keeps for a connection; it takes twice as many for that.
#[derive(Clone, Copy, Debug)]
pub struct Windows {
    /// Of what has arrived and is not read yet, before a request has been let in, or after the last one.
    pub ahead: u32,
    /// The same of the body of one that has been.
    pub body: u32,
    /// Of what is sent and the peer has not acknowledged.
    pub sent: u32,
}

/// Bytes that are sooner copied into one buffer than gathered by the kernel.
const SMALL: usize = 2048;

/// Times that a connection keeps.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    pub(crate) idle: Duration,
    pub(crate) header: Duration,
}

pub(crate) struct Connection {
    stream: TcpStream,
    wire: Wire,
    clock: Clock,
    windows: Option<Windows>,
    wide: bool,
    /// Whether nothing more is read.
    ended: bool,
    timed: Phase,
    since: Instant,
    alarm: Pin<Box<Sleep>>,
    stall: Option<Pin<Box<Sleep>>>,
    pacing: Option<Pin<Box<Sleep>>>,
    /// Its place and its count in the metrics.
    _held: (Slot, Option<Held>),
}

impl Connection {
    pub(crate) fn new(stream: TcpStream, clock: Clock, windows: Option<Windows>, held: (Slot, Option<Held>)) -> Self {
        Self {
            stream,
            wire: held.0.wire.clone(),
            clock,
            windows,
            wide: false,
            ended: false,
            timed: Phase::Busy,
            since: Instant::now(),
            alarm: Box::pin(sleep(clock.header)),
            stall: None,
            pacing: None,
            _held: held,
        }
    }

    /// Ends the wait for bytes once the phase has lasted too long. The alarm is only moved when it would ring too
    /// late, so that a busy connection does not touch the timer for every request.
    fn poll_patience(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let phase = self.wire.phase();
        let limit = match phase {
            Phase::Idle => self.clock.idle,
            Phase::New | Phase::Head => self.clock.header,
            Phase::Busy | Phase::Tunnel => {
                if phase == Phase::Tunnel && self.timed != phase {
                    // If the option is refused, a peer that is gone is found out when something is sent to it.
                    let _ = KEEPALIVE.set(&self.stream);
                }
                self.timed = phase;
                return Poll::Pending;
            }
        };
        if self.timed != phase {
            self.timed = phase;
            self.since = Instant::now();
        }
        let deadline = self.since + limit;
        if self.alarm.deadline() > deadline {
            self.alarm.as_mut().reset(deadline);
        }
        loop {
            ready!(self.alarm.as_mut().poll(cx));
            if Instant::now() >= deadline {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            self.alarm.as_mut().reset(deadline);
        }
    }

    /// Lets the kernel keep as much as there may come now. Of a window that has been offered nothing is taken back: what is
    /// more than fits is sent again.
    fn fit_window(&mut self, cx: &mut Context<'_>) {
        let Some(windows) = self.windows.filter(|_| self.wire.is_wide() != self.wide) else { return };
        self.wide = !self.wide;
        let bytes = if self.wide { windows.body } else { windows.ahead };
        let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
        // Where the option is refused, the body only comes more slowly.
        let _ = SockRef::from(&self.stream).set_recv_buffer_size(bytes);
        if !self.wide {
            // What was sent behind a body, into its window, would be kept for as long as the connection.
            let mut behind = vec![0; bytes + 1];
            let peeked = self.stream.poll_peek(cx, &mut ReadBuf::new(&mut behind));
            self.ended = matches!(peeked, Poll::Ready(Ok(size)) if size > bytes);
        }
    }

    /// With a pace set, lets one byte through per interval.
    fn poll_pace<'buf>(&mut self, cx: &mut Context<'_>, buf: &'buf [u8]) -> Poll<&'buf [u8]> {
        let millis = self.wire.pace_millis();
        if millis == 0 {
            return Poll::Ready(buf);
        }
        let interval = Duration::from_millis(millis);
        let pacing = self.pacing.get_or_insert_with(|| Box::pin(sleep(Duration::ZERO)));
        ready!(pacing.as_mut().poll(cx));
        self.pacing = Some(Box::pin(sleep_until(Instant::now() + interval)));
        Poll::Ready(&buf[..buf.len().min(1)])
    }

    fn poll_stall<T>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stall = None;
            return written;
        }
        let stall = self.stall.get_or_insert_with(|| Box::pin(sleep(WRITE_STALL)));
        stall.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Connection {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        this.fit_window(cx);
        if this.ended {
            return Poll::Ready(Ok(()));
        }
        match Pin::new(&mut this.stream).poll_read(cx, buf) {
            Poll::Ready(done) => {
                if buf.filled().len() > before && matches!(this.wire.phase(), Phase::New | Phase::Idle) {
                    this.wire.enter(Phase::Head);
                }
                Poll::Ready(done)
            }
            Poll::Pending => this.poll_patience(cx),
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let buf = ready!(this.poll_pace(cx, buf));
        let written = Pin::new(&mut this.stream).poll_write(cx, buf);
        this.poll_stall(cx, written)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.wire.pace_millis() > 0 {
            let first = bufs.iter().find(|buf| !buf.is_empty()).map_or(&[][..], |buf| buf);
            return Pin::new(this).poll_write(cx, first);
        }
        let total: usize = bufs.iter().map(|buf| buf.len()).sum();
        let written = if total <= SMALL {
            let (mut joined, mut filled) = ([0; SMALL], 0);
            for buf in bufs {
                joined[filled..filled + buf.len()].copy_from_slice(buf);
                filled += buf.len();
            }
            Pin::new(&mut this.stream).poll_write(cx, &joined[..filled])
        } else {
            Pin::new(&mut this.stream).poll_write_vectored(cx, bufs)
        };
        this.poll_stall(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if self.wire.is_reset() || self.stall.is_some() {
            // Closing with a zero linger sends RST; if the option is refused, the peer sees FIN instead. What it does not
            // read would else be kept until it does.
            let _ = self.stream.set_zero_linger();
        }
    }
}

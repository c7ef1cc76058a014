//! One accepted socket with its clock: idle between requests, a head that arrives too slowly, a peer that does not read.
//!
//! hyper's own header timeout also counts idle time, so it cannot be short without closing connections that a load
//! balancer is about to use.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use crate::held::Held;
use crate::slots::{self, Open, Slot};
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Notify;
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

/// Bytes that are sooner copied into one buffer than gathered by the kernel.
const SMALL: usize = 2048;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum Phase {
    /// Nothing has come yet.
    New,
    Idle,
    Head,
    Busy,
    Tunnel,
}

/// A handle on the connection that a request came by.
#[derive(Clone, Debug)]
pub struct Wire(Arc<WireState>);

#[derive(Debug)]
struct WireState {
    phase: AtomicU8,
    /// When the phase began, in milliseconds since `began`; exact for those in which the peer is waited for.
    since: AtomicU64,
    began: Instant,
    reset: AtomicBool,
    cut: AtomicBool,
    pace_millis: AtomicU64,
    gives_way: Notify,
    /// Since when the bodies up and down have waited for their readers, in milliseconds since `began`; 0 while they do not.
    stalled: [AtomicU64; 2],
    others: Weak<Open>,
}

/// The way that a body goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the client.
    Up,
    /// To the client.
    Down,
}

impl WireState {
    fn new(others: Weak<Open>) -> Self {
        Self {
            phase: AtomicU8::default(),
            since: AtomicU64::default(),
            began: Instant::now(),
            reset: AtomicBool::default(),
            cut: AtomicBool::default(),
            pace_millis: AtomicU64::default(),
            gives_way: Notify::new(),
            stalled: Default::default(),
            others,
        }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

impl Wire {
    pub(crate) fn new(others: Weak<Open>) -> Self {
        Self(Arc::new(WireState::new(others)))
    }

    /// A body has given its reader something, and waits until that asks for more.
    pub fn given(&self, direction: Direction) {
        self.0.stalled[direction as usize].store(self.0.now().max(1), Ordering::Relaxed);
    }

    /// The reader of a body asks for more.
    pub fn asked(&self, direction: Direction) {
        self.0.stalled[direction as usize].store(0, Ordering::Relaxed);
    }

    /// For how long a body has waited for its reader, if one does.
    pub(crate) fn stalled(&self) -> Option<Duration> {
        let since =
            self.0.stalled.iter().map(|since| since.load(Ordering::Relaxed)).filter(|since| *since > 0).min()?;
        (self.phase() == Phase::Busy).then(|| Duration::from_millis(self.0.now().saturating_sub(since)))
    }

    /// Ends some of the other connections of its server, those whose bodies have waited for their readers for longest.
    pub fn cut_stalled(&self) {
        if let Some(others) = self.0.others.upgrade() {
            slots::cut_stalled(&others);
        }
    }

    /// Drops the connection with a TCP reset instead of sending the response.
    pub fn reset(&self) {
        self.0.reset.store(true, Ordering::Relaxed);
    }

    /// Sends everything from now on one byte per `interval`.
    pub fn pace(&self, interval: Duration) {
        let millis = u64::try_from(interval.as_millis()).unwrap_or(u64::MAX);
        self.0.pace_millis.store(millis, Ordering::Relaxed);
    }

    pub(crate) fn is_reset(&self) -> bool {
        self.0.reset.load(Ordering::Relaxed)
    }

    pub(crate) fn busy(&self) {
        self.enter(Phase::Busy);
    }

    pub(crate) fn idle(&self) {
        if self.phase() == Phase::Busy {
            self.enter(Phase::Idle);
        }
        self.asked(Direction::Up);
        self.asked(Direction::Down);
    }

    pub(crate) fn tunnel(&self) {
        self.enter(Phase::Tunnel);
    }

    /// For how long the peer has been waited for, if it is: for its first bytes, the rest of a head, or its next request.
    pub(crate) fn waiting(&self) -> Option<Duration> {
        let since = Duration::from_millis(self.0.since.load(Ordering::Relaxed));
        matches!(self.phase(), Phase::New | Phase::Idle | Phase::Head)
            .then(|| self.0.began.elapsed().saturating_sub(since))
    }

    /// Asks the connection to end, if its peer is still waited for.
    pub(crate) fn give_way(&self) {
        self.0.gives_way.notify_one();
    }

    /// Ends the connection, whatever it is in the midst of.
    pub fn cut(&self) {
        self.0.cut.store(true, Ordering::Relaxed);
        self.give_way();
    }

    /// Waits until the connection has to end for another.
    pub(crate) async fn gives_way(&self) {
        loop {
            self.0.gives_way.notified().await;
            if self.waiting().is_some() || self.0.cut.load(Ordering::Relaxed) {
                return;
            }
        }
    }

    fn enter(&self, phase: Phase) {
        if matches!(phase, Phase::Idle | Phase::Head) {
            self.0.since.store(self.0.now(), Ordering::Relaxed);
        }
        self.0.phase.store(phase as u8, Ordering::Release);
    }

    fn phase(&self) -> Phase {
        match self.0.phase.load(Ordering::Acquire) {
            0 => Phase::New,
            1 => Phase::Idle,
            2 => Phase::Head,
            3 => Phase::Busy,
            _ => Phase::Tunnel,
        }
    }
}

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
    timed: Phase,
    since: Instant,
    alarm: Pin<Box<Sleep>>,
    stall: Option<Pin<Box<Sleep>>>,
    pacing: Option<Pin<Box<Sleep>>>,
    /// Its place and its count in the metrics.
    _held: (Slot, Option<Held>),
}

impl Connection {
    pub(crate) fn new(stream: TcpStream, clock: Clock, held: (Slot, Option<Held>)) -> Self {
        Self {
            stream,
            wire: held.0.wire.clone(),
            clock,
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

    /// With a pace set, lets one byte through per interval.
    fn poll_pace<'buf>(&mut self, cx: &mut Context<'_>, buf: &'buf [u8]) -> Poll<&'buf [u8]> {
        let millis = self.wire.0.pace_millis.load(Ordering::Relaxed);
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
        if this.wire.0.pace_millis.load(Ordering::Relaxed) > 0 {
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

//! A handle on a connection: what it is in the midst of, since when, and the wish that it end.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use crate::slots::{self, Open};

/// Bytes that a body has to move in a second, or its place may be another's: what Kestrel asks of clients.
const RATE: u64 = 240;

/// For how long a body may move less, in milliseconds.
const GRACE: u64 = 5000;

/// For how long a tunnel may be silent before its place may be another's, in milliseconds: longer than the 20 to 25 s after
/// which libraries for `WebSocket`s ask whether the other side is still there.
const QUIET: u64 = 30_000;

/// What a connection is in the midst of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Phase {
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
    /// When the phase began, or a body or tunnel moved, in milliseconds since `began`; exact for phases in which the peer is
    /// waited for.
    since: AtomicU64,
    began: Instant,
    reset: AtomicBool,
    wide: AtomicBool,
    cut: AtomicBool,
    pace_millis: AtomicU64,
    gives_way: Notify,
    /// Since when the bodies up and down have waited for their readers, in milliseconds since `began`; 0 while they do not.
    stalled: [AtomicU64; 2],
    /// Until when the bodies up and down have moved fast enough, in milliseconds since `began`; 0 where there is none.
    paid: [AtomicU64; 2],
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
            wide: AtomicBool::default(),
            cut: AtomicBool::default(),
            pace_millis: AtomicU64::default(),
            gives_way: Notify::new(),
            stalled: Default::default(),
            paid: Default::default(),
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

    /// A body begins.
    pub fn begins(&self, direction: Direction) {
        self.0.paid[direction as usize].store(self.0.now() + GRACE, Ordering::Relaxed);
    }

    /// A body, or a tunnel, has given its reader so many bytes, and waits until that asks for more.
    pub fn given(&self, direction: Direction, bytes: u64) {
        let (now, paid) = (self.0.now(), &self.0.paid[direction as usize]);
        self.0.stalled[direction as usize].store(now.max(1), Ordering::Relaxed);
        self.0.since.store(now, Ordering::Relaxed);
        let until = paid.load(Ordering::Relaxed);
        if until > 0 {
            paid.store((until + bytes.saturating_mul(1000) / RATE).min(now + GRACE), Ordering::Relaxed);
        }
    }

    /// The reader of a body, or of a tunnel, asks for more.
    pub fn asked(&self, direction: Direction) {
        self.0.stalled[direction as usize].store(0, Ordering::Relaxed);
    }

    /// A body has ended.
    pub fn ended(&self, direction: Direction) {
        self.asked(direction);
        self.0.paid[direction as usize].store(0, Ordering::Relaxed);
    }

    /// For how long a body has waited for its reader, or has moved too little, if one does.
    pub(crate) fn stalled(&self) -> Option<Duration> {
        let now = self.0.now();
        let times = self.0.stalled.iter().chain(&self.0.paid).map(|since| since.load(Ordering::Relaxed));
        let since = times.filter(|since| (1..now).contains(since)).min()?;
        (!self.is_cut() && matches!(self.phase(), Phase::Busy | Phase::Tunnel))
            .then(|| Duration::from_millis(now - since))
    }

    /// For how long a tunnel has been silent, if it is one, and for long.
    pub(crate) fn quiet(&self) -> Option<Duration> {
        let quiet = self.0.now().saturating_sub(self.0.since.load(Ordering::Relaxed));
        (!self.is_cut() && self.phase() == Phase::Tunnel && quiet > QUIET).then(|| Duration::from_millis(quiet))
    }

    /// Ends so many of the other connections of its server, those whose bodies have stood still, or been too slow, for longest.
    pub fn cut_stalled(&self, most: usize) {
        if let Some(others) = self.0.others.upgrade() {
            slots::cut_stalled(&others, most);
        }
    }

    /// A long body, or a tunnel, has been let in: until it ends, the kernel may keep more of what its client sends.
    pub fn widen(&self) {
        self.0.wide.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_wide(&self) -> bool {
        self.0.wide.load(Ordering::Relaxed)
    }

    /// Ends the tunnel of its server that has been silent for longest, if one has been for long.
    pub fn cut_quiet(&self) {
        if let Some(others) = self.0.others.upgrade() {
            slots::cut_quiet(&others);
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

    /// The milliseconds between two bytes, if they are to be sent one by one.
    pub(crate) fn pace_millis(&self) -> u64 {
        self.0.pace_millis.load(Ordering::Relaxed)
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
            self.0.wide.store(false, Ordering::Relaxed);
        }
        self.ended(Direction::Up);
        self.ended(Direction::Down);
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

    fn is_cut(&self) -> bool {
        self.0.cut.load(Ordering::Relaxed)
    }

    /// Waits until the connection has to end for another.
    pub async fn gives_way(&self) {
        loop {
            self.0.gives_way.notified().await;
            if self.waiting().is_some() || self.is_cut() {
                return;
            }
        }
    }

    pub(crate) fn enter(&self, phase: Phase) {
        if matches!(phase, Phase::Idle | Phase::Head | Phase::Tunnel) {
            self.0.since.store(self.0.now(), Ordering::Relaxed);
        }
        self.0.phase.store(phase as u8, Ordering::Release);
    }

    pub(crate) fn phase(&self) -> Phase {
        match self.0.phase.load(Ordering::Acquire) {
            0 => Phase::New,
            1 => Phase::Idle,
            2 => Phase::Head,
            3 => Phase::Busy,
            _ => Phase::Tunnel,
        }
    }
}

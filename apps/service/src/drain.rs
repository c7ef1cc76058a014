//! The way out: not ready while still serving, then no new connections, then the deadline.

use std::sync::Arc;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::time::sleep;

/// How far the server is on its way out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    /// Ready.
    #[default]
    Serving,
    /// Not ready, serving, and asking each client to reconnect elsewhere.
    Draining,
    /// Accepting nothing; finishing what is in flight.
    Closing,
}

/// The state that the accept loop, the connections and the admin port share.
#[derive(Clone, Debug)]
pub struct Drain(Arc<Course>);

#[derive(Debug)]
struct Course {
    phase: watch::Sender<Phase>,
    /// How long what is in flight may take once nothing is accepted any more.
    timeout: Duration,
}

impl Drain {
    pub(crate) fn new(timeout: Duration) -> Self {
        Self(Arc::new(Course { phase: watch::Sender::new(Phase::Serving), timeout }))
    }

    /// Whether new requests should still be sent here.
    pub fn is_ready(&self) -> bool {
        self.phase() == Phase::Serving
    }

    /// Begins the drain, as SIGTERM does.
    pub fn begin(&self) {
        self.enter(Phase::Draining);
    }

    pub(crate) fn close(&self) {
        self.enter(Phase::Closing);
    }

    pub(crate) fn phase(&self) -> Phase {
        *self.0.phase.borrow()
    }

    pub(crate) async fn reached(&self, phase: Phase) {
        // The sender lives in `self`, so waiting cannot fail.
        let _ = self.0.phase.subscribe().wait_for(|current| *current >= phase).await;
    }

    /// Waits until a tunnel has to end: some time in the second half of what requests in flight have, early enough to end
    /// properly, and not all at once, since their clients will come back elsewhere. Returns what time its peers have to
    /// take note of it.
    pub async fn ends_tunnels(&self) -> Duration {
        self.reached(Phase::Closing).await;
        sleep(self.0.timeout.mul_f64(0.5 + fastrand::f64() * 0.3)).await;
        self.0.timeout / 10
    }

    fn enter(&self, phase: Phase) {
        self.0.phase.send_if_modified(|current| {
            let later = phase > *current;
            *current = phase.max(*current);
            later
        });
    }
}

/// The signals that end a server, registered before it is ready so that none is lost.
#[derive(Debug)]
pub(crate) struct Signals {
    term: Signal,
    int: Signal,
}

/// How a signal asks the server to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// SIGTERM: load balancers need the drain delay.
    Gracefully,
    /// SIGINT, a person at a terminal: finish what is in flight and go.
    Promptly,
}

impl Signals {
    pub(crate) fn register() -> std::io::Result<Self> {
        Ok(Self { term: signal(SignalKind::terminate())?, int: signal(SignalKind::interrupt())? })
    }

    pub(crate) async fn next(&mut self) -> Stop {
        tokio::select! {
            _ = self.term.recv() => Stop::Gracefully,
            _ = self.int.recv() => Stop::Promptly,
        }
    }
}

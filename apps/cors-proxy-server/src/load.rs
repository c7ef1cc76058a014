//! How much the proxy takes on: requests in flight behind a short queue.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use service::Wire;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};

/// Requests in flight at once where nothing else is asked for, and they fit.
pub(crate) const IN_FLIGHT: usize = 1024;

/// How long a request may queue: longer waits only turn overload into timeouts.
const QUEUE_WAIT: Duration = Duration::from_millis(500);

/// How often some that are stalled give way while all places are taken.
const INTERVAL: Duration = Duration::from_millis(100);

/// Requests in flight, with a queue of the same length. Where all places are taken, those whose bodies have stood still
/// for longest, because nobody reads them, or have moved too little, give way.
#[derive(Debug)]
pub(crate) struct InFlight {
    running: Arc<Semaphore>,
    /// The part of the places that tunnels may hold, which last.
    tunnels: Arc<Semaphore>,
    queued: Semaphore,
    /// The most that are in flight, and as many that may wait.
    most: usize,
    /// When some were asked to give way last.
    asked: Mutex<Instant>,
}

impl InFlight {
    pub(crate) fn new(most: usize) -> Self {
        Self {
            running: Arc::new(Semaphore::new(most)),
            tunnels: Arc::new(Semaphore::new(most.div_ceil(2))),
            queued: Semaphore::new(most),
            most,
            asked: Mutex::new(Instant::now()),
        }
    }

    /// A place in flight for a request that came by `wire`, or none if the load must be shed.
    pub(crate) async fn enter(&self, wire: &Wire) -> Option<OwnedSemaphorePermit> {
        if let Ok(place) = self.running.clone().try_acquire_owned() {
            return Some(place);
        }
        let _queued = self.queued.try_acquire().ok()?;
        let waiting = async {
            loop {
                self.make_room(wire);
                if let Ok(place) = timeout(INTERVAL, self.running.clone().acquire_owned()).await {
                    return place.ok();
                }
            }
        };
        timeout(QUEUE_WAIT, waiting).await.ok()?
    }

    /// A place among the tunnels for one that came by `wire`, or none if the load must be shed. Where all are taken, the one that
    /// has been silent for longest gives way.
    pub(crate) async fn enter_tunnels(&self, wire: &Wire) -> Option<OwnedSemaphorePermit> {
        if let Ok(place) = self.tunnels.clone().try_acquire_owned() {
            return Some(place);
        }
        wire.cut_quiet();
        timeout(QUEUE_WAIT, self.tunnels.clone().acquire_owned()).await.ok()?.ok()
    }

    /// Once for all who wait, by no more than they are.
    fn make_room(&self, wire: &Wire) {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if asked.elapsed() >= INTERVAL {
            *asked = Instant::now();
            wire.cut_stalled(self.most - self.queued.available_permits());
        }
    }
}

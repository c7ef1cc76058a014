//! Places for connections: so many and no more. When all are taken, whoever has said nothing for longest gives way.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::wire::Wire;

/// Whoever has been waiting for less is not idle, but between two requests or amid the head of one.
const IDLE: Duration = Duration::from_secs(1);

/// How often somebody is asked to give way while all places are taken.
pub(crate) const INTERVAL: Duration = Duration::from_millis(100);

/// The share of all connections that gives way at a time, of those that have waited: looking for them takes a walk over all.
const SHARE: usize = 8;

/// The connections of one listener.
pub(crate) type Open = Mutex<HashMap<u64, Wire>>;

/// The places of one listener.
#[derive(Clone, Debug)]
pub(crate) struct Slots(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    places: Arc<Semaphore>,
    most: usize,
    open: Arc<Open>,
    next: AtomicU64,
}

impl Slots {
    pub(crate) fn new(most: usize) -> Self {
        let (places, open, next) = (Arc::new(Semaphore::new(most)), Arc::default(), AtomicU64::default());
        Self(Arc::new(Shared { places, most, open, next }))
    }

    /// Takes the next connection of a listener, once there is a place for it.
    pub(crate) async fn accept(&self, listener: &TcpListener) -> std::io::Result<(TcpStream, Slot)> {
        let place = self.place().await;
        let (stream, _) = listener.accept().await?;
        Ok((stream, self.taken_by(place)))
    }

    /// Takes the next connection that a listener has by now, if there is a place for it.
    pub(crate) fn accept_now(&self, listener: &std::net::TcpListener) -> std::io::Result<(TcpStream, Slot)> {
        let place = self.0.places.clone().try_acquire_owned().map_err(std::io::Error::other)?;
        let (stream, _) = listener.accept()?;
        stream.set_nonblocking(true)?;
        Ok((TcpStream::from_std(stream)?, self.taken_by(place)))
    }

    fn taken_by(&self, place: OwnedSemaphorePermit) -> Slot {
        let (number, wire) = (self.0.next.fetch_add(1, Ordering::Relaxed), Wire::new(Arc::downgrade(&self.0.open)));
        locked(&self.0.open).insert(number, wire.clone());
        Slot { wire, number, shared: self.0.clone(), _place: place }
    }

    async fn place(&self) -> OwnedSemaphorePermit {
        loop {
            let place = self.0.places.clone().acquire_owned();
            if let Ok(place) = timeout(INTERVAL, place).await {
                return place.expect("the semaphore is never closed");
            }
            self.0.make_room();
        }
    }

    pub(crate) fn is_full(&self) -> bool {
        self.0.places.available_permits() == 0
    }

    /// How many connections are open.
    pub(crate) fn taken(&self) -> usize {
        self.0.most - self.0.places.available_permits()
    }

    /// Waits until none is open.
    pub(crate) async fn emptied(&self) {
        let all = u32::try_from(self.0.most).unwrap_or(u32::MAX);
        let _ = self.0.places.acquire_many(all).await;
    }
}

impl Shared {
    fn make_room(&self) {
        let most = self.most.div_ceil(SHARE);
        longest(&self.open, most, Wire::waiting).iter().for_each(Wire::give_way);
    }
}

/// Ends so many of the connections whose bodies have stood still, or been too slow, for longest.
pub(crate) fn cut_stalled(open: &Open, most: usize) {
    longest(open, most, Wire::stalled).iter().for_each(Wire::cut);
}

/// Ends the tunnel that has been silent for longest.
pub(crate) fn cut_quiet(open: &Open) {
    longest(open, 1, Wire::quiet).iter().for_each(Wire::cut);
}

/// The connections that something has lasted for longest for.
fn longest(open: &Open, most: usize, lasts: impl Fn(&Wire) -> Option<Duration>) -> Vec<Wire> {
    let idle = |wire: &Wire| Some((lasts(wire).filter(|lasts| *lasts > IDLE)?, wire.clone()));
    let mut idle: Vec<_> = locked(open).values().filter_map(idle).collect();
    idle.sort_unstable_by_key(|(lasts, _)| std::cmp::Reverse(*lasts));
    idle.into_iter().take(most).map(|(_, wire)| wire).collect()
}

fn locked(open: &Open) -> MutexGuard<'_, HashMap<u64, Wire>> {
    open.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A connection's place, held for as long as it is open, tunnels included.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) wire: Wire,
    number: u64,
    shared: Arc<Shared>,
    _place: OwnedSemaphorePermit,
}

impl Drop for Slot {
    fn drop(&mut self) {
        locked(&self.shared.open).remove(&self.number);
    }
}

//! Connections that wait for the next request of their origin: no longer than they are good for, no more than there may be.
//! Each waits at the worker that has made it, whose runtime watches it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::time::{Instant, sleep};

/// Idle connections by origin.
#[derive(Debug)]
pub(crate) struct Pool<C> {
    workers: Box<[Mutex<Idle<C>>]>,
    /// How many wait, of all origins together, and the most that may.
    count: AtomicUsize,
    limit: usize,
    /// How long each may wait.
    patience: Duration,
}

#[derive(Debug)]
struct Idle<C> {
    origins: HashMap<Arc<str>, Vec<Waiting<C>>>,
    /// Whether a task looks for those that have waited too long.
    watched: bool,
}

#[derive(Debug)]
struct Waiting<C> {
    connection: C,
    since: Instant,
}

impl<C: Send + 'static> Pool<C> {
    /// A pool in which at most `limit` connections wait, each at one of so many workers.
    pub(crate) fn new(limit: usize, patience: Duration, workers: usize) -> Arc<Self> {
        let idle = || Mutex::new(Idle { origins: HashMap::new(), watched: false });
        let workers = std::iter::repeat_with(idle).take(workers.max(1)).collect();
        Arc::new(Self { workers, count: AtomicUsize::new(0), limit, patience })
    }

    /// Takes the connection that was used last, so that those beyond what is needed grow old and go. What does not `fit` is
    /// given back and goes on waiting, and what has ended meanwhile is left out.
    pub(crate) fn take<T>(&self, origin: &str, fit: impl Fn(C) -> Result<Option<T>, C>) -> Option<T> {
        let mut idle = self.lock(service::worker());
        let waiting = idle.origins.get_mut(origin)?;
        for at in (0..waiting.len()).rev() {
            let Waiting { connection, since } = waiting.remove(at);
            match fit(connection) {
                Ok(taken) => {
                    self.count.fetch_sub(1, Ordering::Relaxed);
                    if taken.is_some() && since.elapsed() < self.patience {
                        return taken;
                    }
                }
                Err(connection) => waiting.insert(at, Waiting { connection, since }),
            }
        }
        None
    }

    /// Lets a connection wait, or closes it where as many wait as may.
    pub(crate) fn put(self: &Arc<Self>, origin: &Arc<str>, connection: C) {
        if self.count.fetch_add(1, Ordering::Relaxed) >= self.limit {
            self.count.fetch_sub(1, Ordering::Relaxed);
            return;
        }
        let worker = service::worker();
        let mut idle = self.lock(worker);
        let waiting = Waiting { connection, since: Instant::now() };
        match idle.origins.get_mut(origin) {
            Some(others) => others.push(waiting),
            None => drop(idle.origins.insert(origin.clone(), vec![waiting])),
        }
        if !std::mem::replace(&mut idle.watched, true) {
            tokio::spawn(watch(Arc::downgrade(self), worker, self.patience / 4));
        }
    }

    /// Closes what has waited too long; tells whether nothing waits any more.
    fn expire(&self, worker: usize) -> bool {
        let mut idle = self.lock(worker);
        idle.origins.retain(|_, waiting| {
            let before = waiting.len();
            waiting.retain(|waiting| waiting.since.elapsed() < self.patience);
            self.count.fetch_sub(before - waiting.len(), Ordering::Relaxed);
            !waiting.is_empty()
        });
        idle.watched = !idle.origins.is_empty();
        !idle.watched
    }

    fn lock(&self, worker: usize) -> MutexGuard<'_, Idle<C>> {
        self.workers[worker % self.workers.len()].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs while connections wait.
async fn watch<C: Send + 'static>(pool: Weak<Pool<C>>, worker: usize, interval: Duration) {
    loop {
        sleep(interval).await;
        match pool.upgrade() {
            Some(pool) if !pool.expire(worker) => {}
            _ => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_mins(1);

    fn origin(text: &str) -> Arc<str> {
        text.into()
    }

    #[tokio::test]
    async fn the_one_used_last_is_taken_first_and_never_for_another_origin() {
        let (pool, a) = (Pool::new(9, LONG, 1), origin("http://a.example"));
        for connection in [1, 2, 3] {
            pool.put(&a, connection);
        }
        assert_eq!(pool.take("http://a.example:8080", |c| Ok(Some(c))), None);
        assert_eq!(pool.take("https://a.example", |c| Ok(Some(c))), None);
        assert_eq!(pool.take(&a, |c| Ok(Some(c))), Some(3));
        assert_eq!(pool.take(&a, |connection| Ok(Some(connection).filter(|connection| *connection != 2))), Some(1));
        assert_eq!(pool.take(&a, |c| Ok(Some(c))), None);
    }

    #[tokio::test]
    async fn one_of_another_kind_goes_on_waiting() {
        let (pool, a) = (Pool::new(9, LONG, 1), origin("http://a.example"));
        for connection in [1, 2, 3, 5] {
            pool.put(&a, connection);
        }
        let even = |connection: i32| if connection % 2 == 0 { Ok(Some(connection)) } else { Err(connection) };
        assert_eq!((pool.take(&a, even), pool.take(&a, even)), (Some(2), None));
        let rest: Vec<_> = std::iter::from_fn(|| pool.take(&a, |c| Ok(Some(c)))).collect();
        assert_eq!(rest, [5, 3, 1]);
    }

    #[tokio::test]
    async fn no_more_wait_than_may_however_many_origins_there_are() {
        let pool = Pool::new(2, LONG, 1);
        let held: Vec<_> = ["http://a", "http://b", "http://c"].map(|text| (origin(text), Arc::new(()))).into();
        for (origin, connection) in &held {
            pool.put(origin, connection.clone());
        }
        let waiting: Vec<_> = held.iter().map(|(_, connection)| Arc::strong_count(connection) == 2).collect();
        assert_eq!(waiting, [true, true, false]);
        assert!(pool.take("http://a", |c| Ok(Some(c))).is_some());
        pool.put(&held[2].0, held[2].1.clone());
        assert!(pool.take("http://c", |c| Ok(Some(c))).is_some(), "a place that came free is not given away");
    }

    #[tokio::test]
    async fn what_waits_too_long_is_not_used_and_is_closed_without_a_visit() {
        let (pool, a, connection) = (Pool::new(9, Duration::from_millis(50), 1), origin("http://a"), Arc::new(()));
        pool.put(&a, connection.clone());
        sleep(Duration::from_millis(60)).await;
        assert!(pool.take(&a, |c| Ok(Some(c))).is_none());
        pool.put(&a, connection.clone());
        sleep(Duration::from_millis(150)).await;
        assert_eq!(Arc::strong_count(&connection), 1, "it is still held");
        assert!(pool.lock(0).origins.is_empty() && !pool.lock(0).watched);
        pool.put(&a, connection.clone());
        assert!(pool.take(&a, |c| Ok(Some(c))).is_some(), "it does not begin anew");
    }
}

//! Connections that wait for the next request of their origin: no longer than they are good for, no more than there may be.
//! Each waits at the worker that has made it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::time::{Instant, sleep};

/// How often those that are good for nothing any more are let go.
const INTERVAL: Duration = Duration::from_millis(500);

/// What may wait in a pool.
pub(crate) trait Pooled: Send + 'static {
    /// Whether its other end has neither closed it nor said anything unasked.
    fn is_open(&mut self) -> bool;
}

/// The most that may wait, of all pools that share it.
#[derive(Debug)]
pub(crate) struct Places {
    most: usize,
    taken: AtomicUsize,
}

impl Places {
    pub(crate) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { most, taken: AtomicUsize::new(0) })
    }

    fn take(&self) -> bool {
        let taken = self.taken.fetch_add(1, Ordering::Relaxed) < self.most;
        if !taken {
            self.give_back(1);
        }
        taken
    }

    fn give_back(&self, count: usize) {
        self.taken.fetch_sub(count, Ordering::Relaxed);
    }
}

/// Idle connections by origin.
#[derive(Debug)]
pub(crate) struct Pool<C> {
    workers: Box<[Mutex<Idle<C>>]>,
    places: Arc<Places>,
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

impl<C: Pooled> Waiting<C> {
    fn is_good(&mut self, patience: Duration) -> bool {
        self.since.elapsed() < patience && self.connection.is_open()
    }
}

impl<C: Pooled> Pool<C> {
    /// A pool of connections that each wait at one of so many workers.
    pub(crate) fn new(places: Arc<Places>, patience: Duration, workers: usize) -> Arc<Self> {
        let idle = || Mutex::new(Idle { origins: HashMap::new(), watched: false });
        let workers = std::iter::repeat_with(idle).take(workers.max(1)).collect();
        Arc::new(Self { workers, places, patience })
    }

    /// Takes the connection that was used last, so that those beyond what is needed grow old and go.
    pub(crate) fn take(&self, origin: &str) -> Option<C> {
        let mut idle = self.lock(service::worker());
        let waiting = idle.origins.get_mut(origin)?;
        while let Some(mut last) = waiting.pop() {
            self.places.give_back(1);
            if last.is_good(self.patience) {
                return Some(last.connection);
            }
        }
        None
    }

    /// Lets a connection wait, or closes it where as many wait as may.
    pub(crate) fn put(self: &Arc<Self>, origin: &Arc<str>, connection: C) {
        if !self.places.take() {
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
            tokio::spawn(watch(Arc::downgrade(self), worker));
        }
    }

    /// Closes what has waited too long, and what its other end has closed; tells whether nothing waits any more.
    fn expire(&self, worker: usize) -> bool {
        let mut idle = self.lock(worker);
        idle.origins.retain(|_, waiting| {
            let before = waiting.len();
            waiting.retain_mut(|waiting| waiting.is_good(self.patience));
            self.places.give_back(before - waiting.len());
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
async fn watch<C: Pooled>(pool: Weak<Pool<C>>, worker: usize) {
    loop {
        sleep(INTERVAL).await;
        match pool.upgrade() {
            Some(pool) if !pool.expire(worker) => {}
            _ => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use super::*;

    const LONG: Duration = Duration::from_mins(1);

    fn origin(text: &str) -> Arc<str> {
        text.into()
    }

    fn pool<C: Pooled>(most: usize, patience: Duration) -> Arc<Pool<C>> {
        Pool::new(Places::new(most), patience, 1)
    }

    /// A connection that others may close.
    #[derive(Clone, Debug, Default)]
    struct Line(Arc<AtomicBool>);

    impl Line {
        fn close(&self) {
            self.0.store(true, Ordering::Relaxed);
        }

        fn is(&self, other: &Self) -> bool {
            Arc::ptr_eq(&self.0, &other.0)
        }

        fn waits(&self) -> bool {
            Arc::strong_count(&self.0) == 2
        }
    }

    impl Pooled for Line {
        fn is_open(&mut self) -> bool {
            !self.0.load(Ordering::Relaxed)
        }
    }

    #[tokio::test]
    async fn the_one_used_last_is_taken_first_and_never_for_another_origin() {
        let (pool, a) = (pool(9, LONG), origin("http://a.example"));
        let lines: [Line; 3] = Default::default();
        for line in &lines {
            pool.put(&a, line.clone());
        }
        assert!(pool.take("http://a.example:8080").is_none());
        assert!(pool.take("https://a.example").is_none());
        assert!(pool.take(&a).unwrap().is(&lines[2]));
        lines[1].close();
        assert!(pool.take(&a).unwrap().is(&lines[0]));
        assert!(pool.take(&a).is_none());
    }

    #[tokio::test]
    async fn no_more_wait_than_may_however_many_origins_and_pools_there_are() {
        let places = Places::new(2);
        let (pool, other) = (Pool::new(places.clone(), LONG, 1), Pool::new(places, LONG, 1));
        let held: Vec<_> = ["http://a", "http://b", "http://c"].map(|text| (origin(text), Line::default())).into();
        for ((origin, line), pool) in held.iter().zip([&pool, &other, &pool]) {
            pool.put(origin, line.clone());
        }
        let waiting: Vec<_> = held.iter().map(|(_, line)| line.waits()).collect();
        assert_eq!(waiting, [true, true, false]);
        assert!(pool.take("http://a").is_some());
        pool.put(&held[2].0, held[2].1.clone());
        assert!(pool.take("http://c").is_some(), "a place that came free is not given away");
    }

    #[tokio::test(start_paused = true)]
    async fn what_waits_too_long_or_is_closed_goes_without_a_visit() {
        let (pool, a, lines) =
            (pool(2, Duration::from_secs(4)), origin("http://a"), [Line::default(), Line::default()]);
        for line in &lines {
            pool.put(&a, line.clone());
        }
        lines[1].close();
        sleep(2 * INTERVAL).await;
        assert_eq!([lines[0].waits(), lines[1].waits()], [true, false]);
        sleep(Duration::from_secs(5)).await;
        assert!(!lines[0].waits());
        for line in [Line::default(), Line::default()] {
            pool.put(&a, line);
            assert!(pool.take(&a).is_some(), "it does not begin anew");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_has_waited_too_long_is_not_taken() {
        let (pool, a) = (pool(9, Duration::from_millis(50)), origin("http://a"));
        pool.put(&a, Line::default());
        sleep(Duration::from_millis(60)).await;
        assert!(pool.take(&a).is_none());
    }
}

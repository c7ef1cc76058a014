//! The addresses of names: looked up once for all who ask at the same time, kept for as long as the answer says, so many
//! at once and no more. Whether an address may be dialled is `guard`'s matter, each time anew.

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{Instant, timeout};

use crate::causes::is_exhausted;

/// Names whose addresses are kept.
const MOST: usize = 1024;

/// Addresses that one name may have, since each of them is kept and vetted.
const MOST_ADDRESSES: usize = 128;

/// An answer is kept no longer than this, whatever it says, and a failure for the other time.
const LONGEST: Duration = Duration::from_mins(5);
const FAILED: Duration = Duration::from_secs(1);

/// The addresses of a name, and for how long they are.
#[derive(Clone, Debug)]
pub struct Found {
    /// Its addresses, still to be vetted.
    pub addresses: Vec<IpAddr>,
    /// How long nobody need ask again.
    pub lasts: Duration,
}

/// The answer to a question for a name.
pub type Answer = Pin<Box<dyn Future<Output = io::Result<Found>> + Send>>;

/// Where names are looked up: `lookup`, or a script in tests.
pub type Lookup = Arc<dyn Fn(String) -> Answer + Send + Sync>;

/// Why a name has no address.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum Unresolved {
    #[error("the target's name cannot be resolved")]
    Failed(#[source] Arc<io::Error>),
    #[error("the target's name has no address")]
    Empty,
    #[error("the target's name has more than {MOST_ADDRESSES} addresses")]
    Crowded,
    #[error("the proxy looks up too many names already")]
    Busy,
    #[error("the proxy has no socket left to look a name up")]
    Exhausted,
}

type Outcome = Result<Arc<[IpAddr]>, Unresolved>;

#[derive(Clone)]
enum Entry {
    Asked(watch::Receiver<Option<Outcome>>),
    Known(Outcome, Instant),
}

/// Looks names up, and keeps what it has found.
#[derive(Clone)]
pub(crate) struct Names(Arc<Shared>);

struct Shared {
    lookup: Lookup,
    patience: Duration,
    places: Arc<Semaphore>,
    entries: Mutex<HashMap<String, Entry>>,
}

impl Names {
    /// At most `most` names are looked up at a time, each for as long as `patience`.
    pub(crate) fn new(lookup: Lookup, patience: Duration, most: usize) -> Self {
        let places = Arc::new(Semaphore::new(most.max(1)));
        Self(Arc::new(Shared { lookup, patience, places, entries: Mutex::default() }))
    }

    /// The addresses of a name, at least one.
    pub(crate) async fn resolve(&self, name: &str) -> Outcome {
        let mut answer = match self.entry(name)? {
            Entry::Known(outcome, _) => return outcome,
            Entry::Asked(answer) => answer,
        };
        let answer = answer.wait_for(Option::is_some).await.map(|answer| answer.clone());
        // Whoever asks has gone only with the whole server.
        answer.ok().flatten().unwrap_or(Err(Unresolved::Busy))
    }

    /// What is known of a name or already asked, else a question.
    fn entry(&self, name: &str) -> Result<Entry, Unresolved> {
        let mut entries = self.lock();
        match entries.get(name) {
            Some(Entry::Known(_, until)) if *until <= Instant::now() => {}
            Some(entry) => return Ok(entry.clone()),
            None => {}
        }
        let place = self.0.places.clone().try_acquire_owned().map_err(|_| Unresolved::Busy)?;
        let (sender, answer) = watch::channel(None);
        entries.insert(name.to_owned(), Entry::Asked(answer.clone()));
        drop(entries);
        // A task of its own, since whoever began to ask may go away, and others wait, too.
        tokio::spawn(self.clone().ask(name.to_owned(), sender, place));
        Ok(Entry::Asked(answer))
    }

    async fn ask(self, name: String, sender: watch::Sender<Option<Outcome>>, place: OwnedSemaphorePermit) {
        let found = timeout(self.0.patience, (self.0.lookup)(name.clone())).await;
        let found = found.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
        let (outcome, lasts) = match found {
            Ok(Found { addresses, .. }) if addresses.is_empty() => (Err(Unresolved::Empty), FAILED),
            Ok(Found { addresses, .. }) if addresses.len() > MOST_ADDRESSES => (Err(Unresolved::Crowded), FAILED),
            Ok(Found { addresses, lasts }) => (Ok(addresses.into()), lasts.min(LONGEST)),
            Err(error) if is_exhausted(&error) => (Err(Unresolved::Exhausted), Duration::ZERO),
            Err(error) => (Err(Unresolved::Failed(Arc::new(error))), FAILED),
        };
        self.keep(name, outcome.clone(), lasts);
        drop(place);
        sender.send_replace(Some(outcome));
    }

    fn keep(&self, name: String, outcome: Outcome, lasts: Duration) {
        let mut entries = self.lock();
        entries.remove(&name);
        if lasts.is_zero() {
            return;
        }
        let now = Instant::now();
        if entries.len() >= MOST {
            entries.retain(|_, entry| !matches!(entry, Entry::Known(_, until) if *until <= now));
        }
        if entries.len() >= MOST
            && let Some(other) = entries.iter().find(|(_, entry)| matches!(entry, Entry::Known(..)))
        {
            let other = other.0.clone();
            entries.remove(&other);
        }
        entries.insert(name, Entry::Known(outcome, now + lasts));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Entry>> {
        self.0.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// A lookup that answers with an address that lasts so long, and counts how often it is asked. Names that begin with
    /// `hung` have no answer.
    fn counted(lasts: Duration) -> (Lookup, Arc<AtomicUsize>) {
        let asked = Arc::new(AtomicUsize::new(0));
        let count = asked.clone();
        let lookup = Arc::new(move |name: String| -> Answer {
            count.fetch_add(1, Ordering::Relaxed);
            Box::pin(async move {
                if name.starts_with("hung") {
                    std::future::pending::<()>().await;
                }
                Ok(Found { addresses: vec![[1, 2, 3, 4].into()], lasts })
            })
        });
        (lookup, asked)
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_is_kept_for_as_long_as_it_lasts() {
        let (lookup, asked) = counted(Duration::from_secs(30));
        let names = Names::new(lookup, Duration::from_secs(5), 9);
        for (after, expected) in [(0, 1), (29, 1), (2, 2), (0, 2)] {
            tokio::time::advance(Duration::from_secs(after)).await;
            assert!(names.resolve("a.example").await.is_ok());
            assert_eq!(asked.load(Ordering::Relaxed), expected);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_name_is_asked_for_once_however_many_wait() {
        let (lookup, asked) = counted(Duration::ZERO);
        let names = Names::new(lookup, Duration::from_secs(5), 9);
        let waiting: Vec<_> = (0..100)
            .map(|_| {
                let names = names.clone();
                tokio::spawn(async move { names.resolve("hung.example").await })
            })
            .collect();
        for one in waiting {
            assert!(matches!(one.await.unwrap(), Err(Unresolved::Failed(_))));
        }
        assert_eq!(asked.load(Ordering::Relaxed), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn questions_beyond_the_most_are_refused_and_what_is_known_is_not() {
        let (lookup, _) = counted(Duration::from_secs(30));
        let names = Names::new(lookup, Duration::from_secs(5), 3);
        assert!(names.resolve("known.example").await.is_ok());
        for nth in 0..3 {
            let names = names.clone();
            tokio::spawn(async move { names.resolve(&format!("hung{nth}.example")).await });
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert!(matches!(names.resolve("other.example").await, Err(Unresolved::Busy)));
        assert!(names.resolve("known.example").await.is_ok());
        tokio::time::sleep(Duration::from_secs(5)).await;
        assert!(names.resolve("other.example").await.is_ok());
    }

    #[tokio::test]
    async fn no_more_names_are_kept_than_may_be() {
        let (lookup, _) = counted(Duration::from_secs(30));
        let names = Names::new(lookup, Duration::from_secs(5), 9);
        for nth in 0..2 * MOST {
            assert!(names.resolve(&format!("{nth}.example")).await.is_ok());
        }
        assert_eq!(names.lock().len(), MOST);
    }
}

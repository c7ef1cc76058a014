//! How much the proxy takes on: requests in flight behind a short queue, and a budget for retries.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// How long a request may queue: longer waits only turn overload into timeouts.
const QUEUE_WAIT: Duration = Duration::from_millis(500);

/// Requests in flight, with a queue of the same length.
#[derive(Debug)]
pub(crate) struct InFlight {
    running: Arc<Semaphore>,
    queued: Semaphore,
}

impl InFlight {
    pub(crate) fn new(most: usize) -> Self {
        Self { running: Arc::new(Semaphore::new(most)), queued: Semaphore::new(most) }
    }

    /// A place in flight, or none if the load must be shed.
    pub(crate) async fn enter(&self) -> Option<OwnedSemaphorePermit> {
        if let Ok(place) = self.running.clone().try_acquire_owned() {
            return Some(place);
        }
        let _queued = self.queued.try_acquire().ok()?;
        timeout(QUEUE_WAIT, self.running.clone().acquire_owned()).await.ok()?.ok()
    }
}

/// Retries are paid from a tenth of the requests, so that they cannot multiply an outage.
#[derive(Debug)]
pub(crate) struct RetryBudget(AtomicU32);

impl RetryBudget {
    const DEPOSIT: u32 = 1;
    const PRICE: u32 = 10;
    const MOST: u32 = 100 * Self::PRICE;

    pub(crate) fn new() -> Self {
        Self(AtomicU32::new(Self::MOST))
    }

    pub(crate) fn deposit(&self) {
        // A full budget, the usual case, costs one load.
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |balance| {
            (balance < Self::MOST).then_some(balance + Self::DEPOSIT)
        });
    }

    pub(crate) fn withdraw(&self) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |balance| balance.checked_sub(Self::PRICE)).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_requests_pay_for_one_retry() {
        let budget = RetryBudget::new();
        while budget.withdraw() {}
        (0..9).for_each(|_| budget.deposit());
        assert!(!budget.withdraw());
        budget.deposit();
        assert!(budget.withdraw());
    }
}

//! A budget for retries of each target, in memory that does not grow with the targets.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU32, Ordering};

/// Targets whose budgets are told apart; more of them share, by chance.
const CELLS: usize = 1 << 12;

/// Retries are paid from a tenth of the requests to a target, so that they cannot multiply its outage, and another's does
/// not take them away.
#[derive(Debug)]
pub(crate) struct RetryBudget {
    hash: RandomState,
    balances: Box<[AtomicU32]>,
}

impl RetryBudget {
    const DEPOSIT: u32 = 1;
    const PRICE: u32 = 10;
    const MOST: u32 = 20 * Self::PRICE;

    pub(crate) fn new() -> Self {
        Self { hash: RandomState::new(), balances: (0..CELLS).map(|_| AtomicU32::new(Self::MOST)).collect() }
    }

    fn of(&self, origin: &str) -> &AtomicU32 {
        let index = self.hash.hash_one(origin) & (CELLS as u64 - 1);
        &self.balances[usize::try_from(index).expect("an index below the number of cells fits")]
    }

    pub(crate) fn deposit(&self, origin: &str) {
        // A full budget, the usual case, costs one load.
        let _ = self.of(origin).fetch_update(Ordering::Relaxed, Ordering::Relaxed, |balance| {
            (balance < Self::MOST).then_some(balance + Self::DEPOSIT)
        });
    }

    pub(crate) fn withdraw(&self, origin: &str) -> bool {
        let balance = self.of(origin);
        balance.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |balance| balance.checked_sub(Self::PRICE)).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_requests_pay_for_one_retry_of_their_target_alone() {
        let (budget, a) = (RetryBudget::new(), "http://a.example");
        while budget.withdraw(a) {}
        (0..9).for_each(|_| budget.deposit(a));
        // A few of the others may share its budget.
        let others = (0..100).filter(|nth| budget.withdraw(&format!("http://{nth}.example"))).count();
        assert!(others > 95, "{others} of 100");
        (0..10).for_each(|nth| budget.deposit(&format!("https://{nth}.example")));
        assert!(!budget.withdraw(a));
        budget.deposit(a);
        assert!(budget.withdraw(a));
    }
}

//! What is to happen, in the order of its time; what is due at the same time happens in the order in which it was entered.

use std::{cmp::Reverse, collections::BinaryHeap};

use crate::time::Time;

/// A heap of what is to happen.
#[derive(Debug)]
pub(super) struct Queue<T> {
    heap: BinaryHeap<Reverse<(Time, u64, Slot<T>)>>,
    serial: u64,
}

/// What happens; it takes no part in the order.
#[derive(Debug)]
struct Slot<T>(T);

impl<T> PartialEq for Slot<T> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<T> Eq for Slot<T> {}

impl<T> PartialOrd for Slot<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Slot<T> {
    fn cmp(&self, _: &Self) -> std::cmp::Ordering {
        std::cmp::Ordering::Equal
    }
}

impl<T> Queue<T> {
    pub(super) fn new() -> Self {
        Self { heap: BinaryHeap::new(), serial: 0 }
    }

    pub(super) fn push(&mut self, at: Time, what: T) {
        self.serial += 1;
        self.heap.push(Reverse((at, self.serial, Slot(what))));
    }

    /// The next that is due by this time.
    pub(super) fn pop(&mut self, until: Time) -> Option<(Time, T)> {
        if self.heap.peek()?.0.0 > until {
            return None;
        }
        self.heap.pop().map(|Reverse((at, _, slot))| (at, slot.0))
    }

    /// When the next is due.
    pub(super) fn next(&self) -> Option<Time> {
        self.heap.peek().map(|Reverse((at, ..))| *at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_due_at_once_happens_in_the_order_of_its_entry() {
        let mut queue = Queue::new();
        for (at, what) in [(5, 'c'), (1, 'a'), (5, 'd'), (1, 'b'), (9, 'e')] {
            queue.push(Time(at), what);
        }
        let order: Vec<_> = std::iter::from_fn(|| queue.pop(Time(5))).map(|(_, what)| what).collect();
        assert_eq!(order, ['a', 'b', 'c', 'd']);
        assert_eq!(queue.next(), Some(Time(9)));
    }
}

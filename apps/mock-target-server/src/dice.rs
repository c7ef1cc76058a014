//! Repeatable chance: the n-th roll of a server with one seed is always the same.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use fastrand::Rng;

/// Rolls for requests, in the order of their arrival.
#[derive(Clone, Debug)]
pub(crate) struct Dice {
    seed: u64,
    rolled: Arc<AtomicU64>,
}

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, rolled: Arc::default() }
    }

    /// The next roll; a request that brings its own seed always gets the same one.
    pub(crate) fn roll(&self, own: Option<u64>) -> Rng {
        let seed = own.unwrap_or_else(|| {
            let nth = self.rolled.fetch_add(1, Ordering::Relaxed);
            self.seed.wrapping_add(nth.wrapping_mul(0x9e37_79b9_7f4a_7c15))
        });
        let mut rng = Rng::with_seed(seed);
        // The first draw of neighbouring seeds is alike; the second is not.
        rng.u64(..);
        rng
    }
}

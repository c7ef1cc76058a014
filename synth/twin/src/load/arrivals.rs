//! When each request comes, by chance, for the sampled mode.

use super::Load;
use crate::random::Random;

/// The moments of requests, in seconds and in order: a Poisson process whose rate is the curve's.
#[derive(Clone, Debug)]
pub struct Arrivals<'a> {
    load: &'a Load,
    random: Random,
    /// Requests that are due by the last moment.
    due: f64,
    /// The point before it.
    point: usize,
}

impl Load {
    /// Requests that come by chance. Around the mean of a span lie its square root more or fewer, as with many clients that do not
    /// know of each other.
    pub fn arrivals(&self, seed: u64) -> Arrivals<'_> {
        Arrivals { load: self, random: Random::seeded(seed), due: 0.0, point: 0 }
    }
}

impl Iterator for Arrivals<'_> {
    type Item = f64;

    /// The moment by which as many more are due as lie between two of a process of rate 1.
    fn next(&mut self) -> Option<f64> {
        self.due += self.random.exponential();
        let points = &self.load.0;
        while points.get(self.point + 1)?.due <= self.due {
            self.point += 1;
        }
        let (from, to) = (points[self.point], points[self.point + 1]);
        let (due, steepness) = (self.due - from.due, (to.rate - from.rate) / (to.second - from.second));
        // Of two forms of the root, the one that does not take a difference of like numbers.
        Some(from.second + 2.0 * due / (from.rate + (from.rate * from.rate + 2.0 * steepness * due).max(0.0).sqrt()))
    }
}

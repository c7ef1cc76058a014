//! Who finds all places taken.

use super::target::{normal_above, normal_density};

/// Up to so many places are reckoned with one by one.
const FEW: f64 = 64.0;

/// Erlang's C: the share of requests that find all of `places` taken, where as many as `busy` of them are on average. Of many places it is
/// Halfin and Whitt's limit, which is within 2 % of it from 64 on.
pub(super) fn waits(places: f64, busy: f64) -> f64 {
    if busy >= places {
        return 1.0;
    }
    if busy <= 0.0 || !places.is_finite() {
        return 0.0;
    }
    if places > FEW {
        let spare = (places - busy) / busy.sqrt();
        return if spare > 6.0 {
            0.0
        } else {
            1.0 / (1.0 + spare * (1.0 - normal_above(spare)) / normal_density(spare))
        };
    }
    // Erlang's B by its recursion over places, then C of it.
    let (mut blocked, mut place) = (1.0, 1.0);
    while place <= places {
        blocked = busy * blocked / (place + busy * blocked);
        place += 1.0;
    }
    blocked / (1.0 - busy / places * (1.0 - blocked))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of tables of Erlang's C: one place, and textbook cases.
    #[test]
    fn known_shares_come_out() {
        for (places, busy, share) in [(1.0, 0.3, 0.3), (2.0, 1.0, 1.0 / 3.0), (10.0, 7.0, 0.221_7), (5.0, 4.0, 0.554_1)]
        {
            let found = waits(places, busy);
            assert!((found - share).abs() < 5e-4, "{places} {busy}: {found} is not {share}");
        }
    }

    #[test]
    fn the_limit_of_many_places_meets_the_recursion() {
        for busy in [0.7, 0.8, 0.9, 0.95, 0.99] {
            let (few, many) = (waits(64.0, 64.0 * busy), waits(64.01, 64.01 * busy));
            assert!((few - many).abs() < 0.02, "{busy}: {few} and {many}");
        }
    }
}

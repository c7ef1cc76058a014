//! A rate limit per client whose memory does not grow with the clients.
//!
//! Each client has a cell in each of two rows, chosen by a keyed hash; a cell holds when its budget is whole again (GCRA).
//! Clients that share one cell still have the other, so one that is over its limit hardly ever limits a neighbour.

use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Cells of one row; both rows take a mebibyte.
const CELLS: usize = 1 << 16;

/// So many requests in so much time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    requests: u32,
    period: Duration,
}

impl Rate {
    /// Reads `REQUESTS/PERIOD`, such as `100/1m`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (requests, period) = text.split_once('/').ok_or("expected `REQUESTS/PERIOD`, such as `100/1m`")?;
        let requests = requests.parse().ok().filter(|requests| *requests > 0).ok_or("expected a count above 0")?;
        let period = service::duration(period)?;
        if period.is_zero() || period > Duration::from_hours(24) {
            return Err("expected a period of at most a day".into());
        }
        Ok(Self { requests, period })
    }
}

#[derive(Debug)]
pub(crate) struct RateLimit {
    interval: u64,
    burst: u64,
    began: Instant,
    rows: [(RandomState, Box<[AtomicU64]>); 2],
}

impl RateLimit {
    pub(crate) fn new(rate: Rate) -> Self {
        let row = || (RandomState::new(), (0..CELLS).map(|_| AtomicU64::new(0)).collect());
        let period = nanos(rate.period);
        Self { interval: period / u64::from(rate.requests), burst: period, began: Instant::now(), rows: [row(), row()] }
    }

    /// Takes one request from the client's budget, or says after how many seconds there will be one.
    pub(crate) fn take(&self, client: IpAddr) -> Result<(), u64> {
        self.take_at(client, nanos(self.began.elapsed()))
    }

    fn take_at(&self, client: IpAddr, now: u64) -> Result<(), u64> {
        let client = network(client);
        let cells = self.rows.each_ref().map(|(hash, row)| {
            let index = hash.hash_one(client) & (CELLS as u64 - 1);
            &row[usize::try_from(index).expect("an index below the row's length fits")]
        });
        let whole = cells.iter().map(|cell| cell.load(Ordering::Relaxed)).min().unwrap_or(0).max(now) + self.interval;
        if whole > now + self.burst {
            return Err((whole - now - self.burst).div_ceil(1_000_000_000));
        }
        for cell in cells {
            cell.fetch_max(whole, Ordering::Relaxed);
        }
        Ok(())
    }
}

/// One home or server is one client: a whole /64 of IPv6.
fn network(address: IpAddr) -> u64 {
    match address {
        IpAddr::V4(address) => address.to_bits().into(),
        IpAddr::V6(address) => u64::try_from(address.to_bits() >> 64).expect("the upper half fits"),
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    #[test]
    fn a_burst_passes_then_the_rate_holds() {
        let limit = RateLimit::new(Rate::parse("10/10s").unwrap());
        let client = IpAddr::from([1, 2, 3, 4]);
        assert!((0..10).all(|_| limit.take_at(client, SECOND).is_ok()));
        assert_eq!(limit.take_at(client, SECOND), Err(1));
        assert_eq!(limit.take_at(client, 2 * SECOND), Ok(()));
        assert_eq!(limit.take_at(client, 2 * SECOND), Err(1));
        assert!((0..10).all(|_| limit.take_at(client, 12 * SECOND).is_ok()));
    }

    #[test]
    fn a_thousand_clients_over_their_limit_hardly_limit_others() {
        let limit = RateLimit::new(Rate::parse("1/1h").unwrap());
        let client = |number: u32| IpAddr::from(number.to_be_bytes());
        for number in 0..1000 {
            let _ = limit.take_at(client(number), 0);
        }
        let limited = (1000..3000).filter(|number| limit.take_at(client(*number), 0).is_err()).count();
        assert!(limited < 20, "{limited} of 2000");
    }

    #[test]
    fn a_rate_is_a_count_and_a_period() {
        for text in ["", "10", "0/1s", "x/1s", "10/", "10/0s", "10/48h", "-1/1s"] {
            assert!(Rate::parse(text).is_err(), "{text}");
        }
    }
}

//! The workers as a queue in steady state.

use super::{Cost, Workers, erlang};

/// The time that requests spend with a worker, in seconds: as long for each, and on top of it with a mean and a variance.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Stay {
    pub(super) floor: f64,
    /// Of its own service, and of waking the worker.
    pub(super) own: (f64, f64),
    /// Of waiting for others; the longer a load lasts, the nearer it is to this.
    pub(super) others: (f64, f64),
    /// The seconds in which waiting comes near to its mean.
    pub(super) settles: f64,
}

/// Queues are reckoned with up to this use; beyond it the fluid's backlog tells.
const MOST: f64 = 0.995;

/// The tail of processor sharing is heavier than an exponential one: by so much larger a second moment meets the sampled mode's 99th
/// percentile within 5 %.
const HEAVIER: f64 = 1.1;

/// The processor time of each request at a rate, in seconds: an idle worker has to be woken for it, a busy one does not. Of workers with
/// this much of a core each.
pub(super) fn each(cost: &Cost, workers: Workers, rate: f64, speed: f64) -> f64 {
    let rate = rate / workers.count() / speed;
    ((cost.work + cost.wake) / (1.0 + rate * cost.wake)).max(cost.work)
}

/// The stay of requests that come by chance at a rate a second, with workers that have this much of a core each. `refusing` is the share
/// of the workers' time that goes into refusals.
pub(super) fn stay(cost: &Cost, workers: Workers, rate: f64, speed: f64, refusing: f64) -> Stay {
    let (count, work, wake, spread) = (workers.count(), cost.work / speed, cost.wake / speed, cost.variability);
    let own = spread * work * work;
    let usage = (rate * work / count + refusing).min(MOST);
    match workers {
        Workers::Blocking(_) => Stay { floor: work + wake, own: (0.0, own), ..Stay::default() },
        Workers::Each(_) => {
            // Pollaczek and Khinchine's first two moments; the setup is Welch's.
            let rate = rate / count;
            let waits = work * (1.0 + spread) / 2.0 / (1.0 - usage);
            let woken = (2.0 * wake + rate * wake * wake) / (2.0 * (1.0 + rate * wake));
            let (floor, mean) =
                if spread < 1.0 { (work * (1.0 - spread.sqrt()), work * spread.sqrt()) } else { (0.0, work) };
            Stay {
                floor,
                own: (mean + woken, own + (woken * (wake - woken)).max(0.0)),
                others: waited(usage, waits, work, spread),
                settles: work * (1.0 + spread) / (1.0 - usage).powi(2),
            }
        }
        Workers::Pool(_) => {
            let waits = work * (1.0 + spread) / 2.0 / (count * (1.0 - usage));
            let woken = wake * (1.0 - usage);
            let (floor, mean) =
                if spread < 1.0 { (work * (1.0 - spread.sqrt()), work * spread.sqrt()) } else { (0.0, work) };
            Stay {
                floor,
                own: (mean + woken, own + woken * (wake - woken)),
                others: waiting(erlang::waits(count, usage * count), waits),
                settles: work * (1.0 + spread) / count / (1.0 - usage).powi(2),
            }
        }
        Workers::Sharing(_) => {
            // The mean is that of any distribution of work (Kleinrock), the variance that of exponential work (Coffman, Muntz, Trotter).
            let woken = wake * (1.0 - usage);
            let mean = (work + woken) / (1.0 - usage);
            let spread = (2.0 + usage) / (2.0 - usage);
            let variance = mean * mean * ((1.0 + spread) * HEAVIER - 1.0);
            let alone = work + woken;
            Stay {
                floor: 0.0,
                own: (alone, alone * alone),
                others: (mean - alone, (variance - alone * alone).max(0.0)),
                settles: 2.0 * work / (1.0 - usage).powi(2),
            }
        }
    }
}

/// Mean and variance of waiting, where this share waits, and those for an exponential time of this mean.
pub(super) fn waiting(share: f64, mean: f64) -> (f64, f64) {
    (share * mean, share * (2.0 - share) * mean * mean)
}

/// Mean and variance of waiting for one worker, who is busy for this share of the time; those who wait do so for this mean.
fn waited(usage: f64, mean: f64, work: f64, spread: f64) -> (f64, f64) {
    let (random, all) = (spread.min(1.0).sqrt(), usage * mean);
    // Work is constant but for an exponential part, so that its third moment is this.
    let constant = 1.0 - random;
    let cubed =
        constant.powi(3) + 3.0 * constant.powi(2) * random + 6.0 * constant * random.powi(2) + 6.0 * random.powi(3);
    (all, all * all + usage * work * work * cubed / (3.0 * (1.0 - usage)))
}

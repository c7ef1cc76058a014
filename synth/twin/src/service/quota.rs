//! What a CPU limit adds to the time of requests before the limit is reached: the kernel's periods.

/// The kernel's period, which the kubelet sets (`cpuCFSQuotaPeriod`).
pub(super) const PERIOD: f64 = 0.1;

/// By how much the second moment of the time held up is larger than that of an exponential time, fitted to the sampled mode.
const SPREAD: f64 = 1.4;

/// Mean and variance of the time that a request is held up, in seconds, at a rate a second with so much work each (and its squared
/// coefficient of variation), where `limit` cores may be used and `threads` run at once.
///
/// What is asked for in a period is about normal, and what goes beyond the quota is left to the next one: a random walk that stays
/// above zero, whose mean is Siegmund's. A little of it waits until the period ends and is worked off at full speed in the next; much
/// of it at the limit. In between the two are joined; the sampled mode is met within a fifth.
pub(super) fn held_up(rate: f64, work: f64, variability: f64, limit: f64, threads: f64) -> (f64, f64) {
    let (quota, used) = (limit * PERIOD, rate * work);
    let deviation = (rate * PERIOD * (1.0 + variability)).sqrt() * work;
    if limit >= threads || deviation <= 0.0 {
        return (0.0, 0.0);
    }
    let unused = (quota - used * PERIOD).max(0.005 * quota);
    let left = deviation * deviation / (2.0 * unused);
    let over = (-1.166 * unused / deviation).exp();
    // It grows while nobody works, and shrinks while all do.
    let cycle = 1.0 / used + 1.0 / (threads - used).max(0.01 * threads);
    let (little, much) = (over * left * left * cycle / (used * PERIOD), over * left / limit);
    let mean = little * much / little.hypot(much);
    let share = (over * left * cycle / PERIOD).min(1.0);
    (mean, 2.0 * SPREAD * mean * mean / share - mean * mean)
}

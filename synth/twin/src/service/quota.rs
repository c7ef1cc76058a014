//! What a CPU limit adds to the time of requests before the limit is reached: the kernel's periods.

/// The kernel's period, which the kubelet sets (`cpuCFSQuotaPeriod`).
pub(super) const PERIOD: f64 = 0.1;

/// Mean and variance of the time that a request is held up, in seconds, at a rate a second with so much work each (and its squared
/// coefficient of variation), where `limit` cores may be used and `threads` run at once.
///
/// What is worked in a period is about normal. What goes beyond the quota is left to the next period, as a random walk whose mean
/// above zero is Siegmund's; meanwhile nobody works.
pub(super) fn held_up(rate: f64, work: f64, variability: f64, limit: f64, threads: f64) -> (f64, f64) {
    if limit >= threads {
        return (0.0, 0.0);
    }
    let quota = limit * PERIOD;
    let mean = rate * work * PERIOD;
    let deviation = (rate * PERIOD * (1.0 + variability)).sqrt() * work;
    let spare = (quota - mean).max(0.005 * quota);
    if deviation <= 0.0 {
        return (0.0, 0.0);
    }
    let left = deviation * deviation / (2.0 * spare);
    let over = (-1.166 * spare / deviation).exp();
    // The share of periods that end early, and for how long.
    let stall = (PERIOD * left / quota).min(PERIOD * (1.0 - limit / threads) + left / limit);
    let share = (over * stall / PERIOD).min(1.0);
    let busy = (rate * work / threads).min(0.995);
    super::station::waiting(share, stall / (1.0 - busy))
}

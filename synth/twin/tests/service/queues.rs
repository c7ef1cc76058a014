//! Queues below what they can do: means within 2 %, the 99th percentile within 10 %.

use synth_twin::{
    load::Load,
    service::{Admission, Clients, Cost, Offer, Sample, Service, State, Target, Tick, Workers, mixed, sampled},
};

const COST: Cost = Cost { work: 0.001, wake: 0.0, refusal: 0.0, variability: 0.0, idle: 0.0, jitter: (0.0, 0.0) };

pub(crate) fn service(cost: Cost, workers: Workers) -> Service {
    Service { cost, workers, limit: None, admission: Admission::ALL, timeout: None, clients: Clients::default() }
}

/// A pod under a level load, both ways.
pub(crate) fn both(service: &Service, offer: Offer, seconds: f64) -> (Tick, Sample) {
    let mut state = State::default();
    // Long enough for its queues to be what they will be.
    let mut last = Tick::default();
    for _ in 0..60 {
        last = state.tick(service, &offer, 1.0);
    }
    let load = Load::through([(0.0, offer.rate), (seconds, offer.rate)]).expect("a level load");
    (last, sampled(service, &offer, load.arrivals(11), seconds / 50.0, 12))
}

#[track_caller]
pub(crate) fn near(found: f64, wanted: f64, share: f64, what: &str) {
    assert!((found / wanted - 1.0).abs() <= share, "{what}: {found} is not {wanted} within {share}");
}

#[track_caller]
fn agree(service: &Service, offer: Offer, seconds: f64, (of_mean, of_tail): (f64, f64)) {
    let (tick, sample) = both(service, offer, seconds);
    let times = mixed([(tick.latency, tick.answered)]);
    let what = format!("{:?} at {}", service.workers, offer.rate);
    near(times.mean, sample.mean(), of_mean, &format!("mean of {what}"));
    near(times.p99, sample.quantile(0.99), of_tail, &format!("p99 of {what}"));
    near(tick.cpu, sample.cpu / sample.seconds, 0.02, &format!("processor time of {what}"));
}

const CLOSE: (f64, f64) = (0.02, 0.1);

fn offer(rate: f64, cores: f64) -> Offer {
    Offer { rate, cores, target: Target::NONE, passes: f64::INFINITY }
}

/// So many seconds that a queue at this use has forgotten its past some ten thousand times.
fn seconds(usage: f64) -> f64 {
    (20.0 / (1.0 - usage).powi(2)).clamp(60.0, 2500.0)
}

#[test]
fn one_worker_that_serves_in_order_agrees() {
    for (usage, variabilities) in
        [(0.1, &[0.0, 0.25, 1.0][..]), (0.3, &[0.0, 1.0]), (0.5, &[0.25]), (0.7, &[0.0, 0.25]), (0.9, &[0.0, 1.0])]
    {
        for variability in variabilities.iter().copied() {
            let cost = Cost { variability, ..COST };
            agree(&service(cost, Workers::Each(1)), offer(1000.0 * usage, 1.0), seconds(usage), CLOSE);
        }
    }
}

#[test]
fn one_worker_that_shares_its_time_agrees() {
    for usage in [0.2, 0.5, 0.8, 0.9] {
        let cost = Cost { variability: 1.0, ..COST };
        agree(&service(cost, Workers::Sharing(1)), offer(1000.0 * usage, 1.0), seconds(usage), CLOSE);
    }
}

#[test]
fn several_workers_agree_with_connections_of_their_own_and_with_one_queue() {
    for usage in [0.3, 0.6, 0.9] {
        agree(&service(COST, Workers::Each(2)), offer(2000.0 * usage, 2.0), seconds(usage) / 2.0, CLOSE);
        let cost = Cost { variability: 1.0, ..COST };
        agree(&service(cost, Workers::Pool(4)), offer(4000.0 * usage, 4.0), seconds(usage) / 2.0, CLOSE);
    }
}

#[test]
fn workers_with_half_a_core_each_are_half_as_fast() {
    agree(&service(COST, Workers::Each(2)), offer(700.0, 1.0), 200.0, CLOSE);
}

#[test]
fn idle_workers_are_woken_and_busy_ones_are_not() {
    for usage in [0.1, 0.5, 0.8] {
        let cost = Cost { wake: 0.0003, ..COST };
        agree(&service(cost, Workers::Each(1)), offer(1000.0 * usage, 1.0), seconds(usage), CLOSE);
        let each = |rate| {
            let tick = State::default().tick(&service(cost, Workers::Each(1)), &offer(rate, 1.0), 1.0);
            tick.cpu / tick.answered
        };
        assert!(each(10.0) > each(900.0));
    }
}

#[test]
fn targets_take_their_own_time() {
    for target in [
        Target::Constant { seconds: 0.25 },
        Target::Uniform { from: 0.0, to: 0.1 },
        Target::Exponential { mean: 0.05 },
        Target::Lognormal { median: 0.02, sigma: 0.5 },
    ] {
        let cost = Cost { variability: 1.0, ..COST };
        agree(
            &service(cost, Workers::Each(1)),
            Offer { rate: 700.0, cores: 1.0, target, passes: f64::INFINITY },
            400.0,
            CLOSE,
        );
    }
}

#[test]
fn a_worker_that_blocks_until_its_target_answers_agrees() {
    let target = Target::Exponential { mean: 0.004 };
    let blocking = Service {
        admission: Admission { in_flight: f64::INFINITY, waiting: 2048.0, patience: 30.0 },
        ..service(Cost { variability: 1.0, ..COST }, Workers::Blocking(1))
    };
    // It is held for 5 ms, so that 200 a second are all that it can do, at a fifth of a core.
    for rate in [50.0, 100.0, 160.0] {
        agree(&blocking, Offer { rate, cores: 1.0, target, passes: f64::INFINITY }, 1500.0, (0.05, 0.15));
    }
}

/// The kernel's periods have no exact formula: this is how far the one here is off.
#[test]
fn a_limit_below_a_core_agrees_within_a_fifth() {
    for (usage, of_mean) in [(0.3, 0.05), (0.5, 0.2), (0.8, 0.2), (0.9, 0.2)] {
        let limited =
            Service { limit: Some(0.7), ..service(Cost { work: 0.0022, variability: 1.0, ..COST }, Workers::Each(1)) };
        agree(&limited, offer(0.7 / 0.0022 * usage, 4.0), 1000.0, (of_mean, 0.3));
    }
}

#[test]
fn pods_together_have_the_times_of_all_their_requests() {
    let of = |rate: f64| {
        let tick = State::default().tick(&service(COST, Workers::Each(1)), &offer(rate, 1.0), 1.0);
        (tick.latency, tick.answered)
    };
    let (slow, fast) = (of(900.0), of(100.0));
    let together = mixed([slow, fast]);
    near(together.mean, (mixed([slow]).mean * 900.0 + mixed([fast]).mean * 100.0) / 1000.0, 1e-9, "mean");
    let above = |seconds| (slow.0.above(seconds) * 900.0 + fast.0.above(seconds) * 100.0) / 1000.0;
    near(above(together.p99), 0.01, 0.05, "share above p99");
    assert!(together.p99 < mixed([slow]).p99 && together.p99 > mixed([fast]).p99);
    assert!(mixed([]).mean <= 0.0);
}

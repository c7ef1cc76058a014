//! More than a pod can do.

use synth_twin::{
    load::Load,
    service::{Admission, Clients, Cost, Offer, Service, State, Target, Workers, mixed, sampled},
};

use crate::queues::{both, near, service};

/// A pod of 256 MiB.
const POD: Admission = Admission { in_flight: 275.0, waiting: 275.0, patience: 0.5 };

const COST: Cost = Cost { work: 14e-6, wake: 0.0, refusal: 5e-6, variability: 0.0, idle: 0.0, jitter: (0.0, 0.0) };

fn pod() -> Service {
    Service { admission: POD, timeout: Some(30.0), ..service(COST, Workers::Each(1)) }
}

#[test]
fn what_places_in_flight_do_not_let_through_is_refused() {
    for target in [
        Target::Constant { seconds: 0.25 },
        Target::Exponential { mean: 0.25 },
        Target::Lognormal { median: 0.2, sigma: 0.7 },
    ] {
        let most = pod().most(1.0, &target);
        for times in [0.5, 0.8, 0.9, 0.95, 1.0, 1.05, 1.2, 2.0, 5.0] {
            let (tick, sample) =
                both(&pod(), Offer { rate: most * times, cores: 1.0, target, passes: f64::INFINITY }, 100.0);
            let (found, wanted) = (tick.refused / tick.offered, sample.refused_share());
            assert!((found - wanted).abs() < 0.01, "{target:?} {times}: {found} is not {wanted}");
            let mean = mixed([(tick.latency, tick.answered)]).mean;
            // Where as many come as are answered, chance alone says how long the queue is.
            if !(0.95..=1.05).contains(&times) {
                near(mean, sample.mean(), 0.02, &format!("{target:?} {times}"));
            }
        }
    }
}

#[test]
fn the_facts_own_case_comes_out() {
    // 1024 in flight for 250 ms, 5000 a second: 1 - 4096 / 5000.
    let wide = Service { admission: Admission { in_flight: 1024.0, waiting: 1024.0, patience: 0.5 }, ..pod() };
    let (tick, sample) = both(
        &wide,
        Offer { rate: 5000.0, cores: 1.0, target: Target::Constant { seconds: 0.25 }, passes: f64::INFINITY },
        60.0,
    );
    near(tick.refused / tick.offered, 0.18, 0.02, "refused");
    near(sample.refused_share(), 0.18, 0.02, "refused of the sampled");
    assert!(tick.cpu < 0.15, "the autoscaler would see nothing of it: {}", tick.cpu);
}

#[test]
fn what_a_core_cannot_do_is_refused_and_refusals_take_time() {
    for times in [1.05, 1.3, 2.0] {
        let (tick, sample) = both(
            &pod(),
            Offer {
                rate: times / COST.work,
                cores: 1.0,
                target: Target::Constant { seconds: 0.001 },
                passes: f64::INFINITY,
            },
            10.0,
        );
        let (found, wanted) = (tick.refused / tick.offered, sample.refused_share());
        assert!((found - wanted).abs() < 0.02, "{times}: {found} is not {wanted}");
        near(tick.cpu, 1.0, 0.01, "a whole core");
    }
}

#[test]
fn nothing_is_lost_or_made_over_a_spike() {
    let load =
        Load::through([(0.0, 500.0), (10.0, 500.0), (11.0, 3000.0), (20.0, 3000.0), (21.0, 100.0), (60.0, 100.0)])
            .unwrap();
    let (mut state, offer) = (
        State::default(),
        Offer { rate: 0.0, cores: 1.0, target: Target::Constant { seconds: 0.25 }, passes: f64::INFINITY },
    );
    let (mut offered, mut ended, mut refused) = (0.0, 0.0, 0.0);
    for rate in load.ticks() {
        let tick = state.tick(&pod(), &Offer { rate, ..offer }, 1.0);
        offered += tick.offered;
        ended += tick.answered + tick.refused + tick.failed;
        refused += tick.refused;
    }
    near(ended, offered, 1e-9, "what ended");
    let sample = sampled(&pod(), &offer, load.arrivals(3), 0.0, 4);
    #[expect(clippy::cast_precision_loss, reason = "counts of requests")]
    near(refused, sample.refused as f64, 0.02, "refused");
}

#[test]
fn a_backlog_without_a_bound_waits_and_is_worked_off() {
    let endless = Service { admission: Admission::ALL, ..service(Cost { work: 0.001, ..COST }, Workers::Each(1)) };
    let mut state = State::default();
    let mut at =
        |rate| state.tick(&endless, &Offer { rate, cores: 1.0, target: Target::NONE, passes: f64::INFINITY }, 1.0);
    for _ in 0..10 {
        near(at(1500.0).answered, 1000.0, 1e-3, "answered");
    }
    let later = at(0.0);
    assert!(
        (4.0..5.5).contains(&later.latency.mean()),
        "5000 wait, of which 1000 a second are done: {}",
        later.latency.mean()
    );
    for _ in 0..4 {
        at(0.0);
    }
    assert!(at(0.0).answered < 1.0);
}

#[test]
fn clients_give_up_and_some_come_again_within_their_budget() {
    let impatient = Service { clients: Clients { timeout: Some(0.3), again: 1.0, budget: 0.1 }, ..pod() };
    let offer = Offer { rate: 2000.0, cores: 1.0, target: Target::Constant { seconds: 0.25 }, passes: f64::INFINITY };
    let mut state = State::default();
    for _ in 0..9 {
        state.tick(&impatient, &offer, 1.0);
    }
    let tick = state.tick(&impatient, &offer, 1.0);
    near(tick.again, 200.0, 1e-9, "what is sent again");
    near(tick.offered, 2200.0, 1e-9, "offered");
    assert!(
        tick.failed > 1000.0,
        "all wait a quarter of a second for a place, and then as long for the target: {tick:?}"
    );
}

#[test]
fn a_target_that_takes_longer_than_the_time_out_fails() {
    let slow = Offer { rate: 20.0, cores: 1.0, target: Target::Exponential { mean: 10.0 }, passes: f64::INFINITY };
    let (tick, sample) = both(&pod(), slow, 2000.0);
    #[expect(clippy::cast_precision_loss, reason = "counts of requests")]
    near(tick.failed / tick.offered, sample.failed as f64 / (20.0 * 0.98 * 2000.0), 0.1, "failed");
}

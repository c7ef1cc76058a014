//! A platform of fixed settings under loads, by the capacity twin: what every platform's simulation has to be, and what this one's comes to.

mod base;
mod binders;
mod moved;
mod scaled;

use std::sync::LazyLock;

use stacks::{Platform, settings::Settings, simulated};
use synth_kubernetes::karpenter::Budget;
use synth_project::{Layer, Project as _};
use synth_twin::{
    load::{Load, Plan},
    service::Target,
    simulation::{Binding, Fault, Metric, Options, replacement::replacement, run, search, setup::Setup, trace::Trace},
    time::{Span, Time},
};

const BASE: &str = include_str!("../fixtures/default.toml");
const BY_USE: &str = include_str!("../fixtures/by-use.toml");

/// The widest platform is not wanted here: the base's own objects are what most users have.
static SETUP: LazyLock<Setup> = LazyLock::new(|| simulated::setup(&platform("")));

fn platform(overrides: &str) -> Platform {
    let layers = [("default", BASE), ("by-use", BY_USE), ("here", overrides)]
        .map(|(name, text)| Layer { path: format!("fixtures/{name}.toml"), text: text.to_owned() });
    let settings = Settings::parse("default", &layers).unwrap_or_else(|error| panic!("{error}"));
    Platform::build(&settings).unwrap_or_else(|problems| panic!("{problems}"))
}

fn plan(rate: f64) -> Load {
    Load::plan(Plan { rate, ramp: 120.0, hold: 240.0, ramp_down: 60.0 }).expect("a plan of numbers")
}

fn slow(seconds: f64) -> Options {
    Options { target: Target::Constant { seconds }, ..Options::default() }
}

fn lost(trace: &Trace) -> f64 {
    let totals = trace.totals();
    totals.refused + totals.failed
}

#[test]
fn the_load_tests_own_curve_is_answered_whole_and_nothing_scales() {
    let load = Load::plan(simulated::plan(&platform(""))).unwrap();
    let trace = run(&SETUP, &load, &Options::default()).unwrap();
    assert!(lost(&trace) < 1e-6, "{:?}", trace.totals());
    assert!((trace.totals().offered - load.requests()).abs() < 1e-6 * load.requests());
    assert!(trace.pods.iter().all(|pods| pods.desired == 3 && pods.ready == 3), "{:?}", trace.events);
}

#[test]
fn equal_input_gives_an_equal_trace_and_another_seed_other_launches() {
    let (load, options) = (plan(300_000.0), Options::default());
    let one = run(&SETUP, &load, &options).unwrap();
    // Where nothing is answered, a time is no number, and equal to nothing.
    assert_eq!(format!("{one:?}"), format!("{:?}", run(&SETUP, &load, &options).unwrap()));
    let other = run(&SETUP, &load, &Options { seed: 2, ..options }).unwrap();
    assert_ne!(format!("{:?}", one.events), format!("{:?}", other.events));
}

#[test]
fn every_request_is_answered_refused_or_failed() {
    for (rate, options) in [(300_000.0, Options::default()), (20_000.0, slow(0.25))] {
        let trace = run(&SETUP, &plan(rate), &options).unwrap();
        let sums = trace.totals();
        let told = sums.answered + sums.refused + sums.failed;
        // At the end some are still in flight.
        assert!((told - sums.offered).abs() < 1e-3 * sums.offered, "{sums:?}");
    }
}

#[test]
fn pods_and_nodes_follow_processor_time_up() {
    let trace = run(&SETUP, &plan(300_000.0), &Options::default()).unwrap();
    let most = trace.pods_of(0).map(|pods| pods.ready).max().unwrap();
    assert!((6..=24).contains(&most), "{most} pods: {:?}", trace.events);
    let (first, last) = (trace.pods_of(0).next().unwrap().ready, trace.pods_of(0).last().unwrap().ready);
    assert!(first == 3 && last >= first, "{first} to {last}");
    assert!(trace.nodes.iter().any(|change| change.second > 0), "no node was bought: {:?}", trace.events);
    assert!(trace.bill.dollars() > trace.nodes_cost(), "{:?}", trace.bill);
}

/// Three pods that each have so many in flight answer as many in a quarter of a second, and processor time says nothing of it.
#[test]
fn slow_targets_fill_the_pods_whatever_the_autoscaler_sees() {
    let trace = run(&SETUP, &plan(5_000.0), &slow(0.25)).unwrap();
    let places = SETUP.services[0].model.admission.in_flight;
    let held: Vec<_> = trace.seconds[200..300].iter().map(|second| second.answered).collect();
    let (least, most) = held.iter().fold((f64::MAX, 0.0_f64), |(least, most), of| (least.min(*of), most.max(*of)));
    let expected = 3.0 * places / 0.25;
    assert!(least > 0.97 * expected && most < 1.03 * expected, "{least} to {most}, not {expected}");
    assert!(trace.pods_of(0).all(|pods| pods.desired == 3 && pods.cpu < 60.0));
    let binding = Binding::of(&SETUP, &trace).unwrap();
    assert!(binding.what.contains("in flight") && binding.mend.contains("memory_mib"), "{binding:?}");
}

#[test]
fn requests_in_flight_and_a_second_see_what_processor_time_does_not() {
    let load = plan(12_000.0);
    let by = |metric| lost(&run(&SETUP, &load, &Options { metric: Some(metric), ..slow(0.25) }).unwrap());
    let (cpu, in_flight, requests) = (by(Metric::Cpu), by(Metric::InFlight), by(Metric::Requests));
    assert!(in_flight < 0.7 * cpu && requests < 0.7 * cpu, "cpu {cpu}, in flight {in_flight}, requests {requests}");
}

#[test]
fn the_largest_load_is_answered_and_a_little_more_is_not() {
    let found = search::largest(&SETUP, &plan(1_000.0), &slow(0.25), |_, _| {}).unwrap();
    let fails = |rate: f64| lost(&run(&SETUP, &plan(rate), &slow(0.25)).unwrap()) >= 0.5;
    assert!(!fails(found.rate) && fails(found.rate * 1.05), "{found:?}");
    let places = 3.0 * SETUP.services[0].model.admission.in_flight / 0.25;
    assert!(found.rate > 0.9 * places && found.rate < 1.1 * places, "{} beside {places}", found.rate);
    assert!(found.binding.is_some());
}

#[test]
fn a_rollout_a_drain_and_an_interruption_lose_no_request() {
    let nodes = Fault::Interrupt(SETUP.pools.iter().find(|(name, _)| name == "spot").unwrap().0.clone());
    for fault in [Fault::Roll("cors-proxy-server".to_owned()), Fault::Drain(1), nodes] {
        let options = Options { faults: vec![(Time::seconds(150.0), fault.clone())], ..Options::default() };
        let trace = run(&SETUP, &plan(1_000.0), &options).unwrap();
        assert!(lost(&trace) < 1.0, "{fault:?}: {} lost: {:#?}", lost(&trace), trace.events);
    }
}

#[test]
fn a_lost_zone_costs_what_stood_there_and_its_pods_come_back_elsewhere() {
    let zone = SETUP.zones[1].clone();
    let options = Options { faults: vec![(Time::seconds(130.0), Fault::LoseZone(zone))], ..Options::default() };
    let trace = run(&SETUP, &plan(1_000.0), &options).unwrap();
    // Once it is noticed, those that go for good get nothing more: requests fail in one row of seconds.
    let failing: Vec<_> = (0..trace.seconds.len()).filter(|second| trace.seconds[*second].failed > 0.5).collect();
    assert!(failing.windows(2).all(|pair| pair[1] == pair[0] + 1), "{failing:?}");
    let last = &trace.seconds[trace.seconds.len() - 30];
    assert!(last.refused + last.failed < 0.5, "{last:?}: {:#?}", trace.events);
    let ready: Vec<_> = trace.pods_of(0).map(|pods| pods.ready).collect();
    assert_eq!(ready.last(), Some(&3), "{ready:?}");
    let zones = SETUP.zones.len();
    assert!(trace.by_zone[(trace.seconds.len() - 1) * zones..][1] == 0, "pods in the zone that is lost");
}

/// Those that wait in a pod when its zone is lost fail, too.
#[test]
fn requests_that_wait_in_lost_pods_are_told_of() {
    let zone = SETUP.zones[0].clone();
    let options = Options { faults: vec![(Time::seconds(200.0), Fault::LoseZone(zone))], ..slow(0.25) };
    let sums = run(&SETUP, &plan(20_000.0), &options).unwrap().totals();
    let told = sums.answered + sums.refused + sums.failed;
    assert!((told - sums.offered).abs() < 1.0, "{} of {} told of", told, sums.offered);
}

#[test]
fn what_is_not_there_is_named_with_what_is() {
    let refused = |fault: Fault| {
        let options = Options { faults: vec![(Time::ZERO, fault)], ..Options::default() };
        run(&SETUP, &plan(1.0), &options).unwrap_err().to_string()
    };
    let zone = refused(Fault::LoseZone("eu-north-1x".to_owned()));
    assert!(zone.contains("eu-north-1x") && zone.contains(&SETUP.zones[0]), "{zone}");
    let pool = refused(Fault::Interrupt("spots".to_owned()));
    assert!(pool.contains("`spots`") && pool.contains("`spot`"), "{pool}");
    let service = refused(Fault::Roll("proxy".to_owned()));
    assert!(service.contains("`proxy`") && service.contains("`cors-proxy-server`"), "{service}");
}

#[test]
fn an_environment_without_pools_or_services_is_refused_with_all_reasons() {
    let bare = Setup { pools: Vec::new(), services: Vec::new(), ..SETUP.clone() };
    let said = run(&bare, &plan(1.0), &Options::default()).unwrap_err().to_string();
    assert!(said.contains("karpenter.node_pools") && said.contains("autoscaler"), "{said}");
}

#[test]
fn a_new_image_replaces_every_node_within_the_budgets_and_loses_no_request() {
    let rate = 100_000.0;
    let told = replacement(&SETUP, rate, &Options::default()).unwrap();
    let took = told.took.expect("every node goes");
    // An image is remembered for a minute; then a node at a time comes, gets pods and goes.
    let least = Span::whole_seconds(60 + 30 * i64::try_from(told.nodes).unwrap());
    assert!(told.nodes >= 3 && took > least && took < Span::whole_seconds(3600), "{told:?}");
    assert!(told.lost < 0.5 && told.offered >= rate * (took.in_seconds() - 1.0), "{told:?}");
    assert!(told.most > told.nodes && told.most < 2 * told.nodes, "one comes before another goes: {told:?}");
    assert_eq!(replacement(&SETUP, rate, &Options::default()).unwrap(), told);
}

#[test]
fn nodes_that_a_budget_holds_are_said_to_stay() {
    let mut held = SETUP.clone();
    for (_, pool) in &mut held.pools {
        pool.disruption.budgets = vec![Budget { nodes: "0".to_owned(), ..Budget::default() }];
    }
    let told = replacement(&held, 10.0, &Options::default()).unwrap();
    assert_eq!((told.took, told.most), (None, told.nodes), "{told:?}");
}

#[test]
fn workers_and_other_services_take_their_room_at_rest_and_jobs_none() {
    let working = simulated::setup(&platform(include_str!("../fixtures/working.toml")));
    let others = |setup: &Setup| -> Vec<(String, usize)> {
        setup.others.iter().map(|(template, pods)| (template.workload.clone(), *pods)).collect()
    };
    let added: Vec<_> = others(&working).into_iter().filter(|of| !others(&SETUP).contains(of)).collect();
    assert_eq!(added, [("indexer".to_owned(), 3), ("mailer".to_owned(), 3)]);
    assert_eq!(working.services.len(), SETUP.services.len(), "nobody calls them");
    let trace = run(&working, &plan(20_000.0), &Options::default()).unwrap();
    assert!(lost(&trace) < 1e-6, "{:?}", trace.totals());
}

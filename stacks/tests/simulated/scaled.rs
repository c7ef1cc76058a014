//! Services that are scaled by what arrives: the autoscaler that KEDA makes, and what Prometheus tells it.

use stacks::simulated;
use synth_twin::{
    metrics::prometheus::Query,
    simulation::{
        Fault, Options, run,
        setup::{Asked, Setup},
        trace::{Of, Trace},
    },
    time::{Span, Time},
};

use crate::{lost, plan, platform, slow};

/// The base with a proxy that is scaled by this.
fn scaled_on(metrics: &str) -> Setup {
    simulated::setup(&platform(&format!("[services.cors_proxy_server]\nscale_on = [{metrics}]\n")))
}

fn most(trace: &Trace) -> u32 {
    trace.pods_of(0).map(|pods| pods.ready).max().expect("a service has pods")
}

#[test]
fn what_prometheus_is_asked_for_has_the_names_that_the_autoscaler_gives_it() {
    let setup = scaled_on("\"cpu\", \"requests\", \"in-flight\"");
    let interval = Span::whole_seconds(15);
    let expected = [("s1-prometheus", Query::Rate(Span::whole_seconds(60))), ("s2-prometheus", Query::Latest)];
    let expected = expected.map(|(metric, query)| Asked { metric: metric.to_owned(), query, interval });
    assert_eq!(setup.services[0].asked, expected);
    let metrics = setup.services[0].scaler.spec.metrics.iter().flatten();
    let external: Vec<_> = metrics.filter_map(|metric| Some(metric.external.as_ref()?.metric.name.as_str())).collect();
    assert_eq!(external, ["s1-prometheus", "s2-prometheus"]);
    assert!(setup.services[1].asked.is_empty() && scaled_on("\"cpu\"").services[0].asked.is_empty());
}

#[test]
fn pods_follow_requests_that_wait_for_a_slow_target_where_processor_time_shows_nothing() {
    let of = |metrics: &str| run(&scaled_on(metrics), &plan(6_000.0), &slow(0.25)).unwrap();
    let [by_use, in_flight, requests] = ["\"cpu\"", "\"in-flight\"", "\"requests\""].map(of);
    assert_eq!(most(&by_use), 3);
    for by_traffic in [&in_flight, &requests] {
        assert!(most(by_traffic) >= 9, "{} pods", most(by_traffic));
        assert!(lost(by_traffic) < 0.3 * lost(&by_use), "{} of {}", lost(by_traffic), lost(&by_use));
    }
}

/// With its only operator lost, KEDA hands nothing on until another runs: processor time alone counts.
#[test]
fn without_keda_nothing_scales_by_what_arrives() {
    let two = scaled_on("\"in-flight\"");
    let mut one = two.clone();
    let operator = one.base.pods.iter_mut().find(|(template, _)| template.workload == "keda-operator").unwrap();
    operator.1 = 1;
    let scaled = |setup: &Setup, zone: &str| {
        let faults = vec![(Time::seconds(5.0), Fault::LoseZone(zone.to_owned()))];
        let trace = run(setup, &plan(6_000.0), &Options { faults, ..slow(0.25) }).unwrap();
        let scaled = trace.events.iter().filter(|event| event.of == Of::Scaling);
        scaled.map(|event| event.at.in_seconds()).filter(|at| (25.0..350.0).contains(at)).count()
    };
    let counts = |setup: &Setup| setup.zones.iter().map(|zone| scaled(setup, zone)).collect::<Vec<_>>();
    let (one, two) = (counts(&one), counts(&two));
    assert!(two.iter().all(|count| *count > 0), "{two:?}");
    assert_eq!(one.iter().filter(|count| **count == 0).count(), 1, "the zone that it stood in: {one:?}");
}

#[test]
fn of_several_metrics_the_one_that_asks_for_most_counts() {
    let both = scaled_on("\"cpu\", \"in-flight\"");
    let alone = |metrics: &str, rate, options: &Options| most(&run(&scaled_on(metrics), &plan(rate), options).unwrap());
    let together = |rate, options: &Options| most(&run(&both, &plan(rate), options).unwrap());
    let busy = Options::default();
    assert!(alone("\"cpu\"", 200_000.0, &busy) > alone("\"in-flight\"", 200_000.0, &busy), "answers are at once");
    assert_eq!(together(200_000.0, &busy), alone("\"cpu\"", 200_000.0, &busy));
    assert_eq!(together(6_000.0, &slow(0.25)), alone("\"in-flight\"", 6_000.0, &slow(0.25)));
}

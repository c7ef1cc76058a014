//! Bytes: what is reckoned from how large answers are, and what it costs.

use synth_twin::simulation::{Options, run, trace::Trace};

use crate::{SETUP, plan};

fn traffic(answer: f64) -> Trace {
    let mut setup = SETUP.clone();
    setup.bytes.answer = answer;
    run(&setup, &plan(1_000.0), &Options::default()).expect("a platform that fits")
}

fn line(trace: &Trace, what: &str) -> (f64, f64) {
    let line = trace.bill.lines.iter().find(|line| line.what.starts_with(what)).expect("a line");
    (line.quantity, line.dollars)
}

#[test]
fn answers_leave_for_the_internet_and_their_size_is_shown_as_assumed() {
    let trace = traffic(2_000.0);
    let sent = trace.totals().answered * 2_000.0 / 1e9;
    let (gigabytes, dollars) = line(&trace, "traffic to the internet");
    assert!((gigabytes - sent).abs() < 1e-6 * sent && (dollars - 0.09 * sent).abs() < 1e-6, "{gigabytes} for {sent}");
    let marked = trace.bill.lines.iter().filter(|line| line.what.contains("an assumed 2000 bytes an answer")).count();
    assert_eq!(marked, 3, "capacity units of the balancer, and what crosses zones and leaves: {:#?}", trace.bill.lines);
}

/// Clients come in by three zones, so that two thirds of what load balancer and proxy exchange cross. Of both services two pods are in one
/// zone and one is in another: of what they exchange four ninths cross. Each side pays.
#[test]
fn exchanges_cross_zones_as_pods_are_spread() {
    let trace = traffic(2_000.0);
    let mut pods = trace.by_zone[trace.by_zone.len() - SETUP.zones.len()..].to_vec();
    pods.sort_unstable();
    assert_eq!(pods, [0, 2, 4]);
    let each = 2_000.0 + SETUP.bytes.request;
    let expected = 2.0 * trace.totals().answered * each * (2.0 / 3.0 + 4.0 / 9.0) / 1e9;
    let (gigabytes, _) = line(&trace, "traffic between zones");
    assert!((gigabytes - expected).abs() < 0.02 * expected, "{gigabytes}, not {expected}");
}

#[test]
fn the_load_test_has_sizes_of_its_own() {
    assert!(SETUP.bytes.request > 0.0 && SETUP.bytes.answer > 200.0, "{:?}", SETUP.bytes);
}

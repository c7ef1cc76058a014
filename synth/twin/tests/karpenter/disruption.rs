//! What Karpenter takes away, by version, and what a quiet day costs.

use serde_json::json;
use synth_twin::{
    engine::{Cause, Disruption, Engine, Kind},
    karpenter::{Reason, Version},
};

use crate::cluster::{engine, nodes, pool, ready, settings, spread, template, until, when, workload, world};

fn commands(engine: &Engine) -> Vec<&Disruption> {
    let of = engine.events().iter().filter_map(|event| match &event.kind {
        Kind::Disrupted(disruption) => Some(disruption),
        _ => None,
    });
    of.collect()
}

/// Two nodes: one whose pods went a moment ago, and one with a pod for which the other has room.
fn emptied(version: Version) -> Engine {
    let spec = json!({"disruption": {"consolidateAfter": "60s", "budgets": [{"nodes": "100%"}]}});
    let both = vec![workload(template("stays", 1000, 256), 1), workload(template("goes", 1000, 256), 1)];
    let mut world = world(vec![pool("main", &["2"], "on-demand", &spec)], both);
    world.karpenter = Some(settings(version));
    let mut engine = engine(world);
    until(&mut engine, 100.0);
    assert_eq!(nodes(&engine).len(), 2);
    engine.set_replicas(1, 0);
    until(&mut engine, 155.0);
    engine
}

#[test]
fn since_1_14_no_pod_moves_to_a_node_that_was_just_emptied() {
    let old = emptied(Version::V1_5);
    assert_eq!(
        commands(&old).iter().map(|one| (one.reason, one.pods)).collect::<Vec<_>>(),
        [(Reason::Underutilized, 1)]
    );
    let mut new = emptied(Version::V1_14);
    assert!(commands(&new).is_empty());
    until(&mut new, 220.0);
    assert_eq!(commands(&new).iter().map(|one| (one.reason, one.pods)).collect::<Vec<_>>(), [(Reason::Empty, 0)]);
    assert_eq!(ready(&new, 0), 1);
}

#[test]
fn expired_nodes_go_one_a_second_whatever_budgets_say() {
    let spec = json!({
        "disruption": {"consolidateAfter": "Never", "budgets": [{"nodes": "0"}]},
        "template": {"spec": {"expireAfter": "120s"}},
    });
    let mut engine =
        engine(world(vec![pool("main", &["2"], "on-demand", &spec)], vec![workload(template("a", 1200, 256), 3)]));
    until(&mut engine, 130.0);
    let leaving = when(&engine, |kind| matches!(kind, Kind::Leaving(_, Cause::Expired)));
    assert_eq!(leaving.len(), 3);
    assert!(leaving.windows(2).all(|pair| (pair[1] - pair[0] - 1.0).abs() < 0.01), "{leaving:?}");
    assert!((120.0..122.0).contains(&leaving[0]), "{leaving:?}");
}

#[test]
fn a_quiet_cluster_is_looked_at_again_after_five_minutes_and_prices_are_not_watched() {
    let spec = json!({"disruption": {"consolidateAfter": "30s", "budgets": [{"nodes": "100%"}]}});
    let mut on_demand = pool("on-demand", &["2", "4"], "on-demand", &spec);
    on_demand.weight = 1;
    let mut spot = pool("spot", &["2", "4"], "spot", &spec);
    spot.weight = 10;
    let mut engine = engine(world(vec![on_demand, spot], vec![workload(template("a", 1000, 256), 1)]));
    engine.refuse_capacity(synth_twin::engine::Shortage {
        capacity: Some(synth_twin::pods::Capacity::Spot),
        ..Default::default()
    });
    until(&mut engine, 60.0);
    assert_eq!(ready(&engine, 0), 1);
    let changed = when(&engine, |kind| matches!(kind, Kind::Bound(..) | Kind::Initialized(_)));
    let last = changed.iter().copied().fold(0.0, f64::max);
    engine.restore_capacity();
    until(&mut engine, last + 400.0);
    let moved = when(&engine, |kind| matches!(kind, Kind::Disrupted(_)));
    // The offerings are back after three minutes; the look comes five after the last change, and fifteen seconds of waiting.
    assert!(moved.first().is_some_and(|at| (last + 300.0..last + 326.0).contains(at)), "{moved:?} after {last}");
}

#[test]
fn a_day_of_a_hundred_nodes_takes_little_where_little_happens() {
    let spec = json!({"disruption": {"consolidateAfter": "60s", "budgets": [{"nodes": "10%"}]}, "template": {"spec": {"expireAfter": "Never"}}});
    let pools = vec![pool("main", &["4"], "on-demand", &spec)];
    let mut engine = engine(world(pools, vec![workload(template("a", 700, 512), 500)]));
    until(&mut engine, 200.0);
    assert_eq!(ready(&engine, 0), 500);
    assert!(nodes(&engine).len() >= 95, "{}", nodes(&engine).len());
    let events = engine.events().len();
    let clock = std::time::Instant::now();
    until(&mut engine, 86_400.0);
    println!("a quiet day: {:?}", clock.elapsed());
    assert_eq!(engine.events().len(), events, "nothing happens");
    // A debug build on a shared machine; `--release` needs a hundredth.
    assert!(clock.elapsed().as_secs() < 60, "{:?}", clock.elapsed());
}

#[test]
fn nodes_follow_the_waves_of_a_workload() {
    let spec = json!({"disruption": {"consolidateAfter": "60s", "budgets": [{"nodes": "50%"}]}, "template": {"spec": {"expireAfter": "Never"}}});
    let pools = vec![pool("main", &["4"], "on-demand", &spec)];
    let mut engine = engine(world(pools, vec![workload(spread(template("a", 700, 512)), 30)]));
    let clock = std::time::Instant::now();
    let mut least_and_most = (usize::MAX, 0);
    for minute in 0..180_u32 {
        until(&mut engine, f64::from(minute) * 60.0);
        engine.set_replicas(0, if minute / 45 % 2 == 0 { 60 } else { 15 });
        if minute % 45 == 44 {
            let nodes = nodes(&engine).len();
            least_and_most = (least_and_most.0.min(nodes), least_and_most.1.max(nodes));
            assert_eq!(ready(&engine, 0), engine.replicas(0), "at minute {minute}");
        }
    }
    println!("three hours of waves: {:?}, {} commands", clock.elapsed(), commands(&engine).len());
    // Five pods a node: three of 15, twelve of 60, and each zone has its share.
    assert!(least_and_most.0 <= 4 && (12..=13).contains(&least_and_most.1), "{least_and_most:?}");
}

//! What goes wrong: zones, Spot, capacity; and that all of it is the same each time.

use synth_twin::{
    engine::{Cause, Departure, Engine, Kind, Shortage},
    pods::Capacity,
};

use crate::cluster::{engine, never, nodes, pool, ready, spread, template, until, when, workload, world};

#[test]
fn the_pods_of_a_lost_zone_are_replaced_after_fifty_and_three_hundred_seconds() {
    let pools = vec![pool("main", &["2"], "on-demand", &never())];
    let mut engine = engine(world(pools, vec![workload(spread(template("a", 1000, 256)), 3)]));
    until(&mut engine, 60.0);
    assert_eq!((ready(&engine, 0), nodes(&engine).len()), (3, 3));
    engine.lose_zone("eu-north-1b");
    until(&mut engine, 109.0);
    assert_eq!(ready(&engine, 0), 3, "nobody has noticed");
    until(&mut engine, 111.0);
    assert_eq!(ready(&engine, 0), 2);
    assert_eq!(when(&engine, |kind| matches!(kind, Kind::NotReady(_))), [110.0]);
    until(&mut engine, 500.0);
    let lost = when(&engine, |kind| matches!(kind, Kind::Deleted(_, Departure::NodeLost)));
    assert_eq!(lost, [410.0]);
}

#[test]
fn a_spot_interruption_is_answered_by_a_node_of_another_offering() {
    let pools = vec![pool("main", &["2"], "spot", &never())];
    let mut engine = engine(world(pools, vec![workload(template("a", 1000, 256), 1)]));
    until(&mut engine, 40.0);
    let old = nodes(&engine)[0];
    engine.interrupt(old);
    until(&mut engine, 80.0);
    let new = nodes(&engine)[0];
    assert_ne!(new, old);
    let offering = |node: synth_twin::pods::NodeId| {
        let node = &engine.nodes()[node.0];
        (node.instance_type.clone(), node.zone.clone())
    };
    assert_ne!(offering(new), offering(old));
    assert_eq!(ready(&engine, 0), 1);
    assert_eq!(when(&engine, |kind| matches!(kind, Kind::Gone(node, Cause::Interrupted) if *node == old)).len(), 1);
}

#[test]
fn without_spot_the_pool_of_lower_weight_is_asked_round_by_round() {
    let mut lower = pool("on-demand", &["2", "4", "8", "16"], "on-demand", &never());
    lower.weight = 10;
    let mut higher = pool("spot", &["2", "4", "8", "16"], "spot", &never());
    higher.weight = 50;
    let mut engine = engine(world(vec![lower, higher], vec![workload(template("a", 1500, 2048), 4)]));
    engine.refuse_capacity(Shortage { capacity: Some(Capacity::Spot), ..Shortage::default() });
    until(&mut engine, 90.0);
    let refused = when(&engine, |kind| matches!(kind, Kind::Refused(..)));
    // Only what was asked for is marked, at most sixty types a round, ten seconds apart.
    assert!(refused.len() >= 3, "{refused:?}");
    assert!(
        refused.windows(2).all(|pair| pair[1] - pair[0] < 0.1 || (9.0..11.0).contains(&(pair[1] - pair[0]))),
        "{refused:?}"
    );
    assert_eq!(ready(&engine, 0), 4);
    assert!(nodes(&engine).iter().all(|node| engine.nodes()[node.0].capacity == Capacity::OnDemand));
}

fn told(mut engine: Engine) -> String {
    until(&mut engine, 300.0);
    format!("{:?}", engine.events())
}

#[test]
fn equal_seeds_give_equal_events() {
    let run = || {
        let pools = vec![pool(
            "main",
            &["2", "4"],
            "spot",
            &serde_json::json!({"disruption": {"consolidateAfter": "30s", "budgets": [{"nodes": "100%"}]}}),
        )];
        let mut engine = engine(world(pools, vec![workload(spread(template("a", 700, 256)), 9)]));
        until(&mut engine, 100.0);
        engine.set_replicas(0, 4);
        told(engine)
    };
    assert_eq!(run(), run());
}

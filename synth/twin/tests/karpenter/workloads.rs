//! Workloads: they are scaled, rolled out, held by quotas and given way to.

use synth_twin::{
    engine::{Engine, Keeps, Kind, PodBudget, Quota, Rollout, Workload},
    karpenter::Share,
    pods::{Node, Template},
    resources::Resources,
    time::{Span, Time},
};

use crate::cluster::{app, engine, first, never, nodes, pool, ready, template, until, when, workload, world};

fn one(workload: Workload) -> Engine {
    engine(world(vec![pool("main", &["4"], "on-demand", &never())], vec![workload]))
}

#[test]
fn pods_that_wait_get_a_node_and_run() {
    let mut engine = one(workload(template("a", 500, 256), 4));
    until(&mut engine, 30.0);
    assert_eq!((ready(&engine, 0), nodes(&engine).len()), (4, 1));
    let claimed = when(&engine, |kind| matches!(kind, Kind::Claimed(_)));
    // Seen unschedulable at once, a second of quiet, and the simulation.
    assert!((1.0..1.3).contains(&claimed[0]), "{claimed:?}");
    engine.set_replicas(0, 1);
    until(&mut engine, 40.0);
    assert_eq!(engine.pods_of(0).count(), 1);
}

#[test]
fn what_one_look_does_not_make_or_delete_the_next_ones_do() {
    let mut engine = one(workload(template("a", 10, 1), 1100));
    until(&mut engine, 0.5);
    assert_eq!(engine.pods_of(0).count(), 1100);
    engine.set_replicas(0, 10);
    until(&mut engine, 1.0);
    assert_eq!(engine.pods_of(0).count(), 10);
}

#[test]
fn a_rollout_never_has_fewer_than_it_may_and_ends() {
    let rollout = Rollout { surge: Share::Number(1), unavailable: Share::Number(0), min_ready: Span::whole_seconds(5) };
    let mut engine = one(Workload { rollout, ..workload(template("a", 500, 256), 4) });
    until(&mut engine, 60.0);
    engine.roll(0, template("a", 600, 256));
    let mut most = 0;
    for second in 61..160 {
        until(&mut engine, f64::from(second));
        let live = engine.pods_of(0).filter(|pod| engine.pods()[pod.0].deleting.is_none()).count();
        assert!(ready_and_staying(&engine) >= 4, "{} at {second} s", ready_and_staying(&engine));
        most = most.max(live);
    }
    assert_eq!(most, 5);
    assert!(engine.pods_of(0).all(|pod| engine.pods()[pod.0].template.requests.cpu == 600));
    assert_eq!(ready(&engine, 0), 4);
}

fn ready_and_staying(engine: &Engine) -> usize {
    let pods = engine.pods_of(0).map(|pod| &engine.pods()[pod.0]);
    pods.filter(|pod| pod.ready.is_some() && pod.deleting.is_none()).count()
}

#[test]
fn a_quota_holds_pods_back_and_lets_them_in_when_others_go() {
    let hard = Resources { pods: i64::MAX, ..Resources::of(1200, 100_000) };
    let quota = Quota { namespace: "default".to_owned(), hard, limit_cpu: None };
    let both = vec![workload(template("a", 500, 256), 2), workload(template("b", 500, 256), 1)];
    let mut world = world(vec![pool("main", &["4"], "on-demand", &never())], both);
    world.quotas.push(quota);
    let mut engine = engine(world);
    until(&mut engine, 40.0);
    assert_eq!((engine.pods_of(0).count(), engine.pods_of(1).count()), (2, 0));
    assert_eq!(when(&engine, |kind| matches!(kind, Kind::OverQuota(1))).len(), 1);
    engine.set_replicas(0, 1);
    until(&mut engine, 60.0);
    assert_eq!(engine.pods_of(1).count(), 1);
}

#[test]
fn a_pod_of_higher_priority_takes_the_place_of_one_of_lower() {
    let low = Template { priority: -10, grace_seconds: 0, ..template("low", 3500, 256) };
    let mut engine = one(workload(low, 1));
    until(&mut engine, 30.0);
    let urgent = engine.add_workload(workload(template("urgent", 3000, 256), 1));
    until(&mut engine, 33.0);
    assert_eq!((ready(&engine, urgent), ready(&engine, 0)), (1, 0));
    let gave_way = |kind: &Kind| matches!(kind, Kind::Deleted(_, synth_twin::engine::Departure::Preempted));
    assert_eq!(when(&engine, gave_way).len(), 1);
    // The one that gave way gets a node of its own.
    until(&mut engine, 60.0);
    assert_eq!((ready(&engine, 0), nodes(&engine).len()), (1, 2));
}

#[test]
fn a_drain_waits_for_budgets() {
    let mut world =
        world(vec![pool("main", &["2"], "on-demand", &never())], vec![workload(template("a", 700, 256), 4)]);
    let keeps = Keeps::Unavailable(Share::Number(1));
    world.budgets.push(PodBudget { name: "a".to_owned(), namespace: "default".to_owned(), selector: app("a"), keeps });
    let mut engine = engine(world);
    until(&mut engine, 40.0);
    assert_eq!((nodes(&engine).len(), ready(&engine, 0)), (2, 4));
    let (node, _) = engine.pods()[first(&engine, 0).0].node.unwrap();
    engine.drain_node(node);
    for second in 41..90 {
        until(&mut engine, f64::from(second));
        assert!(ready_and_staying(&engine) >= 3, "{} at {second} s", ready_and_staying(&engine));
    }
    assert_eq!(ready(&engine, 0), 4);
    assert!(engine.nodes()[node.0].gone.is_some());
    assert!(!when(&engine, |kind| matches!(kind, Kind::EvictionRefused(_))).is_empty());
}

#[test]
fn what_stands_from_the_start_runs_on_the_nodes_of_the_start() {
    let grown = {
        let mut engine = one(workload(template("a", 500, 256), 4));
        until(&mut engine, 30.0);
        engine.nodes()[0].clone()
    };
    let base = Node { pool: None, created: Time::ZERO, ..grown };
    let standing = Workload { standing: 3, ..workload(template("a", 500, 256), 4) };
    let mut world = world(vec![pool("main", &["4"], "on-demand", &never())], vec![standing]);
    world.nodes.push(base);
    let mut engine = engine(world);
    until(&mut engine, 0.0);
    assert_eq!(ready(&engine, 0), 3);
    until(&mut engine, 5.0);
    assert_eq!((ready(&engine, 0), nodes(&engine).len()), (4, 1));
    assert!(when(&engine, |kind| matches!(kind, Kind::Claimed(_))).is_empty());
}

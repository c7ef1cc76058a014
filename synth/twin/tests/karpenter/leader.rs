//! Karpenter's own pods: while none of them works, nothing is bought.

use synth_twin::{
    engine::{Engine, Kind, Workload, World},
    pods::{
        AntiAffinity, Capacity, Effect, Expression, HOSTNAME, Labels, Node, NodeId, Operator, Taint, Template,
        Toleration, ZONE,
    },
    resources::Resources,
    time::Time,
};

use crate::cluster::{app, engine, first, never, pool, ready, template, until, when, workload, world};

/// A node of the managed group.
fn base(place: usize, zone: &str) -> Node {
    let name = format!("base-{place}");
    let size = Resources { pods: 58, ..Resources::of(3920, 14_000) };
    let labels = [(ZONE, format!("eu-north-1{zone}")), (HOSTNAME, name.clone()), ("base", "true".to_owned())];
    Node {
        labels: labels.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<Labels>(),
        name,
        pool: None,
        instance_type: "m7i.xlarge".to_owned(),
        zone: format!("eu-north-1{zone}"),
        capacity: Capacity::OnDemand,
        taints: vec![Taint { key: "base".to_owned(), value: "true".to_owned(), effect: Effect::NoSchedule }],
        allocatable: size,
        size,
        price: 0.2,
        created: Time::ZERO,
        launched: Some(Time::ZERO),
        registered: Some(Time::ZERO),
        initialized: Some(Time::ZERO),
        deleting: None,
        gone: None,
    }
}

/// Karpenter's pods, one a node, on these base nodes; and one other pod, which scales.
fn led(zones: &[&str], replicas: usize) -> Engine {
    let own = Template {
        node_terms: vec![vec![Expression { key: "base".to_owned(), operator: Operator::Exists, values: Vec::new() }]],
        tolerations: vec![Toleration { key: Some("base".to_owned()), ..Toleration::default() }],
        anti_affinity: vec![AntiAffinity { key: HOSTNAME.to_owned(), selector: app("karpenter"), weight: None }],
        ..template("karpenter", 500, 512)
    };
    let own = Workload { standing: replicas, ..workload(own, replicas) };
    let pools = vec![pool("main", &["2"], "on-demand", &never())];
    let nodes = zones.iter().enumerate().map(|(place, zone)| base(place, zone)).collect();
    let mut engine = engine(World { nodes, ..world(pools, vec![own, workload(template("a", 1000, 256), 1)]) });
    engine.karpenter_runs_in(0);
    engine
}

/// The zone of the pod that works: the first.
fn lose_the_first(engine: &mut Engine) {
    let (node, _) = engine.pods()[first(engine, 0).0].node.unwrap();
    let zone = engine.nodes()[node.0].zone.clone();
    engine.lose_zone(&zone);
}

#[test]
fn a_standby_takes_over_when_the_lease_is_over() {
    let mut engine = led(&["a", "b"], 2);
    until(&mut engine, 60.0);
    assert_eq!(ready(&engine, 1), 1);
    lose_the_first(&mut engine);
    engine.set_replicas(1, 3);
    until(&mut engine, 140.0);
    let claimed = when(&engine, |kind| matches!(kind, Kind::Claimed(_)));
    let after: Vec<_> = claimed.iter().filter(|at| **at > 60.0).collect();
    assert!(!after.is_empty() && after.iter().all(|at| (75.0..80.0).contains(*at)), "{claimed:?}");
    assert!(ready(&engine, 1) >= 2);
}

#[test]
fn without_a_standby_nothing_is_bought_until_a_pod_is_made_elsewhere() {
    let mut engine = led(&["a", "b"], 1);
    until(&mut engine, 60.0);
    lose_the_first(&mut engine);
    engine.set_replicas(1, 3);
    until(&mut engine, 409.0);
    let claimed = |engine: &Engine| when(engine, |kind| matches!(kind, Kind::Claimed(_)));
    assert!(claimed(&engine).iter().all(|at| *at < 60.0), "{:?}", claimed(&engine));
    // Not ready after 50 s, borne for 300 more.
    until(&mut engine, 500.0);
    assert!(claimed(&engine).iter().any(|at| (410.0..425.0).contains(at)), "{:?}", claimed(&engine));
}

#[test]
fn pods_of_a_lost_base_node_that_need_one_of_their_own_stay_pending() {
    let mut engine = led(&["a", "b"], 2);
    until(&mut engine, 60.0);
    lose_the_first(&mut engine);
    until(&mut engine, 500.0);
    let pending = engine.pods_of(0).filter(|pod| engine.pods()[pod.0].pending()).count();
    assert_eq!((ready(&engine, 0), pending), (1, 1));
    let claims = (0..engine.nodes().len()).filter_map(|node| engine.claim_of(NodeId(node)));
    let bought = claims.flat_map(|claim| &claim.pods).map(|pod| engine.pods()[pod.0].template.workload.as_str());
    assert!(bought.into_iter().all(|workload| workload == "a"), "no pool makes base nodes");
}

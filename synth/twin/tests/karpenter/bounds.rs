//! What AWS lets the account have in all: vCPUs by quota, and addresses of subnets.

use synth_twin::{
    engine::{Bounds, Engine, Kind, Limit, World},
    network::Subnet,
    pods::Capacity,
};

use crate::cluster::{engine, never, nodes, pool, ready, template, until, when, workload, world};

/// So many pods of one vCPU, on Spot before on demand.
fn bounded(pods: usize, bounds: Bounds) -> Engine {
    let mut higher = pool("spot", &["2"], "spot", &never());
    higher.weight = 50;
    let pools = vec![pool("on-demand", &["2"], "on-demand", &never()), higher];
    engine(World { bounds, ..world(pools, vec![workload(template("a", 1000, 256), pods)]) })
}

fn subnets(each: &[(&str, u64, u64)]) -> Bounds {
    let subnet = |(zone, singles, ranges): &(&str, u64, u64)| Subnet {
        zone: format!("eu-north-1{zone}"),
        singles: *singles,
        ranges: *ranges,
        warm: 1,
    };
    Bounds { subnets: each.iter().map(subnet).collect(), ..Bounds::default() }
}

fn bought(engine: &Engine, capacity: Capacity) -> usize {
    nodes(engine).iter().filter(|node| engine.nodes()[node.0].capacity == capacity).count()
}

fn refused(engine: &Engine, limit: Limit) -> Vec<f64> {
    when(engine, |kind| matches!(kind, Kind::Refused(_, of) if of.iter().any(|(why, _)| *why == limit)))
}

#[test]
fn a_quota_of_spot_sends_what_is_beyond_to_the_pool_of_lower_weight() {
    let mut engine = bounded(5, Bounds { spot: Some(4), ..Bounds::default() });
    until(&mut engine, 150.0);
    assert_eq!(ready(&engine, 0), 5);
    assert_eq!(bought(&engine, Capacity::Spot), 2, "two of two vCPUs each");
    assert_eq!(bought(&engine, Capacity::OnDemand), 3);
    assert!(!refused(&engine, Limit::Account(Capacity::Spot)).is_empty());
}

#[test]
fn beyond_both_quotas_pods_wait_and_are_told_why() {
    let mut engine = bounded(5, Bounds { spot: Some(4), on_demand: Some(3), ..Bounds::default() });
    until(&mut engine, 150.0);
    assert_eq!((ready(&engine, 0), bought(&engine, Capacity::OnDemand)), (3, 1));
    let wants = when(&engine, |kind| matches!(kind, Kind::Wants(_, Limit::Account(Capacity::OnDemand))));
    assert!(!wants.is_empty(), "offerings that were refused are not tried for three minutes");
    // The instance of a node that goes counts no more, and what was refused is tried again three minutes later.
    let gone = nodes(&engine)[0];
    engine.drain_node(gone);
    until(&mut engine, 450.0);
    assert_eq!(ready(&engine, 0), 3);
}

#[test]
fn a_subnet_without_an_address_sends_instances_to_the_other_zones() {
    let mut engine = bounded(9, subnets(&[("a", 0, 50), ("b", 2, 50), ("c", 50, 50)]));
    until(&mut engine, 150.0);
    assert_eq!(ready(&engine, 0), 9);
    let zone = |name: &str| nodes(&engine).iter().filter(|node| engine.nodes()[node.0].zone.ends_with(name)).count();
    assert!(zone("a") == 0 && zone("b") <= 2 && zone("c") >= 7, "{} {} {}", zone("a"), zone("b"), zone("c"));
}

#[test]
fn where_no_subnet_has_an_address_nothing_is_bought_and_the_zones_are_left_alone_for_three_minutes() {
    let mut engine = bounded(3, subnets(&[("a", 0, 9), ("b", 1, 9), ("c", 0, 9)]));
    until(&mut engine, 100.0);
    assert_eq!((ready(&engine, 0), nodes(&engine).len()), (1, 1));
    let lost = refused(&engine, Limit::Addresses);
    assert!(!lost.is_empty() && lost.iter().all(|at| *at < 30.0), "{lost:?}");
    assert!(!when(&engine, |kind| matches!(kind, Kind::Wants(_, Limit::Addresses))).is_empty());
    until(&mut engine, 260.0);
    assert!(refused(&engine, Limit::Addresses).iter().any(|at| *at > 180.0), "they are tried again");
}

#[test]
fn a_pod_without_an_address_stands_on_its_node_and_no_other_node_is_bought_for_it() {
    // Each of two nodes begins with a range, and the third finds none.
    let mut engine = bounded(3, subnets(&[("a", 50, 1), ("b", 50, 1), ("c", 50, 0)]));
    until(&mut engine, 120.0);
    let waiting: Vec<_> = engine.pods_of(0).filter(|pod| engine.lacks_address(*pod)).collect();
    assert_eq!(ready(&engine, 0) + waiting.len(), 3);
    assert!(waiting.iter().all(|pod| {
        let pod = &engine.pods()[pod.0];
        pod.node.is_some() && pod.started.is_none()
    }));
    let before = nodes(&engine).len();
    let told = when(&engine, |kind| matches!(kind, Kind::NoAddress(_)));
    assert_eq!(told.len(), waiting.len(), "told once each");
    until(&mut engine, 600.0);
    assert_eq!(nodes(&engine).len(), before);
    assert!(!waiting.is_empty());
}

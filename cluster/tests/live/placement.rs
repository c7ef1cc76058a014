//! Where pods go: at the minimum, at the maximum, and in zones that are full, closed or were left by a scale-down.

use cluster::{Node, ZONES, holds_for, within};
use serde_json::{Value as Json, json};

use crate::world::{ROOMY, SERVICES, TYPE, World, skew, world};

/// Pods of elsewhere that take all that is left of a node.
fn fill(world: &World, node: &str, priority: Option<&str>) -> Json {
    let requests = json!({ "cpu": "3600m", "memory": "64Mi" });
    let mut spec = json!({
        "nodeName": node,
        "containers": [{ "name": "other", "image": "registry.example.com/other:1", "resources": { "requests": requests } }],
    });
    if let Some(class) = priority {
        spec["priorityClassName"] = json!(class);
    }
    let metadata = json!({ "name": format!("fills-{node}"), "namespace": "default" });
    let pod = json!({ "apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec });
    world.server.create(&pod, "").unwrap().object().unwrap_or_else(|words| panic!("{words}"))
}

/// Makes a zone full: its kubelets are well, and nothing fits any more, nor gives way.
fn fill_zone(world: &World, nodes: &[Node], zone: &str) {
    for node in nodes.iter().filter(|node| node.zone == zone) {
        fill(world, &node.name, Some("platform"));
    }
}

fn most(world: &World) -> u64 {
    SERVICES.iter().map(|service| world.bounds(service).1).max().unwrap()
}

fn least(world: &World) -> u64 {
    SERVICES.iter().map(|service| world.bounds(service).0).min().unwrap()
}

#[test]
fn at_the_minimum_each_zone_has_a_pod_of_each_service() {
    let (_turn, world) = world(&Node::in_each_zone(2, TYPE), 0);
    world.scale_all(least(world));
    world.settle(60);
    for service in SERVICES {
        let count = world.by_zone(service);
        assert!(count.values().all(|pods| *pods >= 1), "{service}: {count:?}");
    }
}

#[test]
fn at_the_maximum_zones_differ_by_one_pod() {
    let (_turn, world) = world(&Node::in_each_zone(ROOMY, TYPE), 0);
    world.scale_all(most(world));
    world.settle(90);
    for service in SERVICES {
        let count = world.by_zone(service);
        assert!(skew(&count) <= 1, "{service}: {count:?}");
    }
}

#[test]
fn a_full_zone_lets_no_pod_wait_beside_room() {
    let nodes = Node::in_each_zone(ROOMY * 2, TYPE);
    let (_turn, world) = world(&nodes, 3);
    fill_zone(world, &nodes, ZONES[2]);
    world.scale_all(most(world));
    world.settle(90);
    for service in SERVICES {
        let count = world.by_zone(service);
        let rest = [count[ZONES[0]], count[ZONES[1]]];
        assert!(rest[0].abs_diff(rest[1]) <= 1, "{service}: {count:?}");
    }
}

#[test]
fn a_spread_that_insists_on_zones_lets_pods_wait_when_one_is_full() {
    let nodes = Node::in_each_zone(ROOMY * 2, TYPE);
    let (_turn, world) = world(&nodes, 3);
    let strict = json!({
        "labelSelector": { "matchLabels": { "app.kubernetes.io/name": SERVICES[0] } },
        "maxSkew": 1, "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "DoNotSchedule",
    });
    world.patch_deployment(
        SERVICES[0],
        &json!({ "spec": { "template": { "spec": { "topologySpreadConstraints": [strict] } } } }),
    );
    world.settle(120);
    fill_zone(world, &nodes, ZONES[2]);
    world.scale(SERVICES[0], most(world));
    let words = world.waits("didn't match pod topology spread constraints");
    assert!(words.contains("wait: 0/24 nodes are available"), "{words}");
    assert!(within(10, || world.settled()).is_err(), "the pods wait no longer");
}

#[test]
fn closed_nodes_of_a_zone_let_no_pod_wait() {
    let nodes = Node::in_each_zone(ROOMY * 2, TYPE);
    let (_turn, world) = world(&nodes, 3);
    for node in nodes.iter().filter(|node| node.zone == ZONES[0]) {
        node.cordon(&world.server, true).unwrap();
    }
    world.scale_all(most(world));
    world.settle(90);
    for service in SERVICES {
        let count = world.by_zone(service);
        assert!(count[ZONES[1]].abs_diff(count[ZONES[2]]) <= 1, "{service}: {count:?}");
    }
}

#[test]
fn after_scaling_down_and_up_again_every_zone_has_pods() {
    let (_turn, world) = world(&Node::in_each_zone(ROOMY, TYPE), 0);
    for replicas in [most(world), least(world), 12] {
        world.scale_all(replicas);
        world.settle(90);
    }
    for service in SERVICES {
        let count = world.by_zone(service);
        assert!(count.values().all(|pods| *pods >= 1), "{service}: {count:?}");
    }
}

#[test]
fn services_take_the_room_of_what_has_no_priority() {
    let nodes = Node::in_each_zone(2, TYPE);
    let (_turn, world) = world(&nodes, 3);
    world.scale_all(0);
    world.settle(30);
    for node in &nodes {
        fill(world, &node.name, None);
    }
    world.scale_all(3);
    world.settle(60);
}

#[test]
fn services_leave_the_platform_its_room() {
    let nodes = Node::in_each_zone(1, TYPE);
    let (_turn, world) = world(&nodes, 0);
    for node in &nodes {
        fill(world, &node.name, Some("platform"));
    }
    world.scale_all(3);
    world.waits("Insufficient cpu");
    let left = holds_for(10, || {
        let pods = world.server.list("/api/v1/namespaces/default/pods").unwrap();
        if pods.len() == nodes.len() { Ok(()) } else { Err(format!("{} pods of the platform", pods.len())) }
    });
    left.unwrap_or_else(|reason| panic!("{reason}"));
}

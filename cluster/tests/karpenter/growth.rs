//! One run in which the services grow to their maximum and go back; each test looks at one of its claims.

use std::sync::LazyLock;

use serde_json::{Value as Json, json};

use crate::{
    bought::Bought,
    cheapest::cheapest,
    world::{SERVICES, World},
};

/// The nodes that were bought at each size.
struct Growth {
    at_rest: Bought,
    ten: Bought,
    most: Bought,
    back: Bought,
    /// The answer to a pool that asks for a label that Karpenter keeps for itself.
    refused: String,
}

static GROWTH: LazyLock<Growth> = LazyLock::new(|| {
    let mut world = World::start("growth", &[], |_| {});
    let refused = world.server.create(&wrong_pool(), "").unwrap().to_string();
    let mut step = |replicas, rest| {
        let bought = world.scale(replicas, 180);
        world.rest(rest);
        let bought = if rest > 0 { world.bought() } else { bought };
        println!(
            "{replicas}+{replicas}: {bought}  the least is {:.3} USD/h",
            cheapest(2 * usize::try_from(replicas).unwrap())
        );
        bought
    };
    let (at_rest, ten, most) = (step(3, 0), step(10, 0), step(24, 0));
    // Empty nodes go after a minute, and what is left is moved together then.
    let back = step(3, 150);
    Growth { at_rest, ten, most, back, refused }
});

fn wrong_pool() -> Json {
    let class = json!({ "group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": "default" });
    let requirement = json!({ "key": "karpenter.sh/nodepool", "operator": "In", "values": ["other"] });
    let spec = json!({ "template": { "spec": { "nodeClassRef": class, "requirements": [requirement] } } });
    json!({ "apiVersion": "karpenter.sh/v1", "kind": "NodePool", "metadata": { "name": "wrong" }, "spec": spec })
}

#[test]
fn a_pool_that_karpenter_refuses_is_named() {
    assert!(GROWTH.refused.contains("label \"karpenter.sh/nodepool\" is restricted"), "{}", GROWTH.refused);
}

#[test]
fn the_node_class_and_both_pools_are_ready_and_the_services_run() {
    assert!(!GROWTH.at_rest.nodes.is_empty());
}

#[test]
fn no_node_is_on_demand_while_spot_is_to_be_had() {
    for bought in [&GROWTH.at_rest, &GROWTH.ten, &GROWTH.most, &GROWTH.back] {
        assert_eq!(bought.on_demand(), 0, "{bought}");
    }
}

/// Karpenter and the scheduler count the pods of a node alike, so that each plan is carried out (SCALE017).
#[test]
fn no_node_never_gets_a_pod() {
    for bought in [&GROWTH.at_rest, &GROWTH.ten, &GROWTH.most] {
        assert_eq!(bought.unused(), 0, "{bought}");
    }
}

#[test]
fn the_maximum_costs_little_more_than_it_must() {
    assert!(GROWTH.most.cost() <= 0.30, "{}", GROWTH.most);
}

#[test]
fn every_zone_has_its_share() {
    for service in SERVICES {
        let zones = GROWTH.most.zones(service);
        let (most, least) = (zones.values().max().unwrap(), zones.values().min().unwrap());
        // What is kept to: no zone has more than half. Evenness is only asked for.
        assert!(zones.len() == 3 && most - least <= 12 && *most <= 12, "{service} {zones:?}\n{}", GROWTH.most);
        // At rest there may be a zone less, and no zone has all.
        let zones = GROWTH.at_rest.zones(service);
        assert!(zones.len() >= 2 && zones.values().all(|pods| *pods <= 2), "{service} {zones:?}\n{}", GROWTH.at_rest);
    }
}

#[test]
fn no_node_has_most_of_a_service() {
    for service in SERVICES {
        assert!(GROWTH.at_rest.most(service) <= 2, "{}", GROWTH.at_rest);
        assert!(GROWTH.most.most(service) <= 6, "{}", GROWTH.most);
    }
}

#[test]
fn what_is_not_needed_any_more_goes() {
    assert!(GROWTH.back.cost() <= 2.0 * cheapest(6), "{}", GROWTH.back);
}

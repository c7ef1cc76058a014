//! The nodes when capacity, images or objects change. Each test takes minutes: `make karpenter-long` runs them, every
//! night.

use cluster::{Exhausted, Instance};
use serde_json::{Value as Json, json};

use crate::world::{NEXT_IMAGE, SERVICES, World};

const NODE_CLASS: &str = "/apis/karpenter.k8s.aws/v1/ec2nodeclasses/default";

fn running(world: &World) -> Vec<Instance> {
    world.account.seen().unwrap().instances.into_iter().filter(|one| one.state == "running").collect()
}

/// A preference over hosts is a demand for nodes where the controller respects preferences.
#[test]
#[ignore = "minutes: `make karpenter-long`"]
fn a_preference_over_hosts_doubles_the_nodes_where_it_is_respected() {
    let prefers = |object: &mut Json| {
        if let Some(spreads) =
            object.pointer_mut("/spec/template/spec/topologySpreadConstraints").and_then(Json::as_array_mut)
        {
            let labels = spreads[0]["labelSelector"].clone();
            spreads.retain(|one| one["topologyKey"] != "kubernetes.io/hostname");
            spreads.push(json!({
                "topologyKey": "kubernetes.io/hostname", "maxSkew": 1, "whenUnsatisfiable": "ScheduleAnyway", "labelSelector": labels,
            }));
        }
    };
    let bought = |run, policy| World::start(run, &[("PREFERENCE_POLICY", policy)], prefers).scale(10, 180);
    let (respected, ignored) = (bought("respected", "Respect"), bought("ignored", "Ignore"));
    println!("respected: {respected}ignored: {ignored}");
    assert!(2 * respected.launched >= 3 * ignored.launched, "{} and {}", respected.launched, ignored.launched);
}

/// The environment as it is shipped: from its least pods to its most, and back.
#[test]
#[ignore = "minutes: `make karpenter-long`"]
fn the_defaults_grow_to_their_maximum_on_spot_and_go_back() {
    let mut world = World::of("default", "defaults", &[], |_| {});
    for (replicas, rest) in [([12, 3], 0), ([30, 6], 0), ([60, 24], 0), ([12, 3], 150)] {
        let bought = world.scale_each(replicas, 240);
        world.rest(rest);
        let bought = if rest > 0 { world.bought() } else { bought };
        println!("{} + {}: {bought}", replicas[0], replicas[1]);
        assert_eq!(bought.on_demand(), 0, "{bought}");
        for service in SERVICES {
            assert!(bought.zones(service).len() >= 2, "{service}: {bought}");
        }
    }
}

#[test]
#[ignore = "minutes: `make karpenter-long`"]
fn without_spot_the_services_run_on_demand() {
    let mut world = World::start("outage", &[], |_| {});
    world.account.exhaust(&[Exhausted { capacity: "spot", zone: None }]).unwrap();
    let begin = std::time::Instant::now();
    let bought = world.scale(3, 240);
    println!("without Spot, after {} s: {bought}", begin.elapsed().as_secs());
    assert_eq!(bought.on_demand(), bought.nodes.len(), "{bought}");
    let refused = world.account.seen().unwrap().requests.iter().filter(|(_, _, given)| *given == 0).count();
    println!("{refused} calls for Spot were refused before");
    assert!(refused > 0);
}

#[test]
#[ignore = "minutes: `make karpenter-long`"]
fn an_interruption_is_answered_by_another_node() {
    let mut world = World::start("interruption", &[], |_| {});
    world.scale(3, 180);
    let before = running(&world);
    let lost = before[0].id.clone();
    world.account.interrupt(&lost).unwrap();
    world.wait(120, move |world| {
        let gone = running(world).iter().all(|one| one.id != lost);
        if gone { Ok(()) } else { Err("it still runs".to_owned()) }
    });
    let after = world.scale(3, 120);
    println!("after an interruption: {after}");
    assert_eq!(after.nodes.iter().map(|node| node.pods[SERVICES[0]]).sum::<usize>(), 3);
}

#[test]
#[ignore = "minutes: `make karpenter-long`"]
fn a_new_image_replaces_every_node_one_after_the_other() {
    let mut world = World::start("roll", &[], |_| {});
    world.scale(10, 180);
    let before = running(&world).len();
    let alias = json!({ "spec": { "amiSelectorTerms": [{ "alias": format!("al2023@{NEXT_IMAGE}") }] } });
    let begin = std::time::Instant::now();
    world.server.patch(NODE_CLASS, &alias).unwrap().object().unwrap();
    let old = running(&world)[0].image.clone();
    let images = move |world: &mut World| {
        let of_old = |one: &Instance| one.image[..12] == old[..12];
        match running(world).iter().filter(|one| of_old(one)).count() {
            0 => Ok(()),
            left => Err(format!("{left} nodes have the old image")),
        }
    };
    world.wait(600, images);
    println!("{before} nodes are replaced after {} s: {}", begin.elapsed().as_secs(), world.bought());
}

#[test]
#[ignore = "minutes: `make karpenter-long`"]
fn a_hundred_pods_of_each_service_end_at_the_pools_limits() {
    let mut world = World::start("hundred", &[], |object| {
        if object["kind"] == "ResourceQuota" {
            object["spec"]["hard"] = json!({ "pods": "1000" });
        }
    });
    let pools = world.environment.settings.karpenter.node_pools.clone();
    for service in SERVICES {
        let path = format!("/apis/apps/v1/namespaces/services/deployments/{service}/scale");
        world.server.patch(&path, &json!({ "spec": { "replicas": 100 } })).unwrap().object().unwrap();
    }
    world.rest(150);
    let bought = world.bought();
    println!("100+100 without a quota: {bought}");
    let pods: usize = SERVICES.iter().map(|service| bought.zones(service).values().sum::<usize>()).sum();
    let used: Vec<u64> = pools
        .iter()
        .map(|(name, pool)| {
            let object =
                world.server.get(&format!("/apis/karpenter.sh/v1/nodepools/{name}")).unwrap().object().unwrap();
            let used = object["status"]["resources"]["cpu"].as_str().unwrap_or("0").parse().unwrap();
            assert!(used <= u64::from(pool.limit_cpu), "{name} has {used} vCPU of {}", pool.limit_cpu);
            used
        })
        .collect();
    // All run, or no pool has room for one node more.
    let full = pools.values().zip(&used).all(|(pool, used)| used + 4 > u64::from(pool.limit_cpu));
    assert!(pods == 200 || full, "{pods} pods run, pools have {used:?} vCPU\n{bought}");
}

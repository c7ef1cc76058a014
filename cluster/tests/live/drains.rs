//! Pods that leave by plan: evictions, nodes that are drained and replaced, and rollouts. The budgets hold meanwhile.

use cluster::{Answer, Node, ZONES, eventually};
use serde_json::json;

use crate::world::{PODS, Pod, ROOMY, SERVICES, TYPE, World, skew, world};

fn evict(world: &World, pod: &str) -> Answer {
    let eviction =
        json!({ "apiVersion": "policy/v1", "kind": "Eviction", "metadata": { "name": pod, "namespace": "services" } });
    world.server.request("POST", &format!("{PODS}/{pod}/eviction"), Some(("application/json", &eviction))).unwrap()
}

/// The ready pods of a service that its budget asks for, of so many.
fn least(replicas: u64) -> u64 {
    // A quarter may be missing, rounded up.
    replicas - replicas.div_ceil(4)
}

/// Evicts all pods of nodes as `kubectl drain` does, and says why when one stays. Each service keeps what its budget asks for.
fn drain(world: &World, nodes: &[&Node], replicas: u64) -> Result<(), String> {
    for node in nodes {
        node.cordon(&world.server, true).unwrap();
    }
    let leaves = |pod: &Pod| nodes.iter().any(|node| node.name == pod.node);
    let mut fewest = SERVICES.map(|_| u64::MAX);
    let drained = eventually(60, || {
        let pods: Vec<_> = world.pods().into_iter().filter(leaves).collect();
        let mut refused = None;
        for pod in &pods {
            let answer = evict(world, &pod.name);
            if !answer.is_ok() && answer.status != 404 {
                let declared = world.declared("PodDisruptionBudget", &pod.service);
                refused = Some(format!("{} of {} stays: {answer}{declared}", pod.name, pod.service));
            }
        }
        for (fewest, service) in fewest.iter_mut().zip(SERVICES) {
            *fewest = world.ready(service).min(*fewest);
        }
        if pods.is_empty() { Ok(()) } else { Err(refused.unwrap_or_else(|| "pods are leaving".to_owned())) }
    });
    drained?;
    for (fewest, service) in fewest.iter().zip(SERVICES) {
        assert!(
            *fewest >= least(replicas),
            "{service} had {fewest} ready pods, its budget asks for {}",
            least(replicas)
        );
    }
    Ok(())
}

#[test]
fn a_budget_lets_one_pod_of_three_go_and_holds_the_next() {
    let (_turn, world) = world(&Node::in_each_zone(2, TYPE), 3);
    for service in SERVICES {
        let pods: Vec<_> = world.pods().into_iter().filter(|pod| pod.service == service).collect();
        // The budget's controller has to have counted the pods first.
        let first = eventually(10, || match evict(world, &pods[0].name) {
            answer if answer.is_ok() => Ok(()),
            answer => Err(answer.to_string()),
        });
        let second = evict(world, &pods[1].name);
        first.unwrap_or_else(|words| {
            panic!("{service}: {words}{}", world.declared("PodDisruptionBudget", service));
        });
        assert_eq!(second.status, 429, "{service}: {second}");
        assert!(
            second.words().contains("Cannot evict pod as it would violate the pod's disruption budget"),
            "{second}"
        );
    }
}

#[test]
fn a_zone_is_drained_within_the_budgets_and_its_pods_go_elsewhere() {
    let nodes = Node::in_each_zone(ROOMY, TYPE);
    let (_turn, world) = world(&nodes, 12);
    let of_zone: Vec<_> = nodes.iter().filter(|node| node.zone == ZONES[1]).collect();
    drain(world, &of_zone, 12).unwrap_or_else(|reason| panic!("{reason}"));
    world.settle(60);
    for service in SERVICES {
        let count = world.by_zone(service);
        assert_eq!((count[ZONES[0]], count[ZONES[1]], count[ZONES[2]]), (6, 0, 6), "{service}");
    }
}

#[test]
fn a_budget_that_blocks_every_eviction_is_found_by_a_drain() {
    let nodes = Node::in_each_zone(2, TYPE);
    let (_turn, world) = world(&nodes, 3);
    let path = format!("/apis/policy/v1/namespaces/services/poddisruptionbudgets/{}", SERVICES[0]);
    world.argo_patch(&path, &json!({ "spec": { "maxUnavailable": 0 } }));
    let blocked = eventually(20, || {
        let budget = world.server.get(&path).unwrap().object().unwrap();
        if budget["status"]["disruptionsAllowed"] == 0 { Ok(()) } else { Err("it lets pods go".to_owned()) }
    });
    blocked.unwrap_or_else(|reason| panic!("{reason}"));
    let pods = world.pods();
    let of = pods.iter().find(|pod| pod.service == SERVICES[0]).unwrap();
    let said = evict(world, &of.name);
    assert_eq!(said.status, 429, "{said}");
    assert!(said.words().contains("disruption budget"), "{said}");
}

#[test]
fn nodes_are_replaced_one_by_one_within_the_budgets() {
    let old = Node::in_each_zone(2, TYPE);
    let (_turn, world) = world(&old, 6);
    for node in &old {
        let letter = &node.zone[node.zone.len() - 1..];
        let new = Node::new(format!("{letter}-new-{}", node.name), node.zone, TYPE);
        new.join(&world.server).unwrap();
        drain(world, &[node], 6).unwrap_or_else(|reason| panic!("{reason}"));
        world.remove(&format!("/api/v1/nodes/{}", node.name));
        world.settle(60);
    }
    for service in SERVICES {
        let count = world.by_zone(service);
        assert!(count.values().all(|pods| *pods >= 1), "{service}: {count:?}");
    }
}

/// Lets a service run another tag of its image, and returns the image.
fn run_tag(world: &World, service: &str, tag: &str) -> String {
    let mut containers = world.deployment(service)["spec"]["template"]["spec"]["containers"].clone();
    let (repository, _) = containers[0]["image"].as_str().unwrap().rsplit_once(':').unwrap();
    let image = format!("{repository}:{tag}");
    containers[0]["image"] = json!(image);
    world.patch_deployment(service, &json!({ "spec": { "template": { "spec": { "containers": containers } } } }));
    image
}

/// Rolls another image out, and returns the fewest ready pods of each service meanwhile.
fn roll_out(world: &World, tag: &str, replicas: u64) -> u64 {
    let mut images = Vec::new();
    for service in SERVICES {
        images.push(run_tag(world, service, tag));
    }
    let mut fewest = u64::MAX;
    let done = eventually(240, || {
        let pods = world.pods();
        for service in SERVICES {
            let ready = pods.iter().filter(|pod| pod.service == service && pod.ready && !pod.leaves).count() as u64;
            fewest = fewest.min(ready);
        }
        let new = pods.iter().filter(|pod| images.contains(&pod.image) && pod.ready).count() as u64;
        if new == 2 * replicas && pods.len() as u64 == new {
            Ok(())
        } else {
            Err(format!("{new} new pods of {}", pods.len()))
        }
    });
    done.unwrap_or_else(|reason| panic!("{reason}"));
    fewest
}

#[test]
fn a_rollout_never_has_fewer_pods_than_before_and_ends_spread() {
    let (_turn, world) = world(&Node::in_each_zone(ROOMY, TYPE), 12);
    let fewest = roll_out(world, "0.2.0", 12);
    assert_eq!(fewest, 12);
    for service in SERVICES {
        let count = world.by_zone(service);
        assert!(skew(&count) <= 2, "{service}: {count:?}");
    }
}

#[test]
fn a_rollout_ends_while_a_zone_is_closed() {
    let nodes = Node::in_each_zone(ROOMY, TYPE);
    let (_turn, world) = world(&nodes, 6);
    for node in nodes.iter().filter(|node| node.zone == ZONES[2]) {
        node.cordon(&world.server, true).unwrap();
    }
    assert_eq!(roll_out(world, "0.3.0", 6), 6);
}

#[test]
fn a_bad_image_leaves_the_old_pods_serving() {
    let (_turn, world) = world(&Node::in_each_zone(2, TYPE), 3);
    let service = SERVICES[0];
    run_tag(world, service, "never-starts");
    let ready = cluster::holds_for(15, || match world.ready(service) {
        3 => Ok(()),
        ready => Err(format!("{ready} of 3 are ready")),
    });
    ready.unwrap_or_else(|reason| panic!("{reason}"));
}

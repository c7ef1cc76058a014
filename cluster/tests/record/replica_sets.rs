//! Which pods a `ReplicaSet` deletes: it is given pods as a situation says, and then fewer and fewer replicas.

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use cluster::{eventually, name_of};
use serde_json::{Value as Json, json};

use crate::{
    moments,
    play::index,
    world::{PODS, REPLICA_SETS, World, complete, leaves},
};

const PATIENCE: Duration = Duration::from_mins(1);

/// A pod: of which set, on which node, and what of it.
fn pod(name: &str, node: &str, ready: i64) -> Json {
    json!({ "name": name, "set": 0, "node": node, "ready": ready })
}

fn with(mut pod: Json, key: &str, value: Json) -> Json {
    pod[key] = value;
    pod
}

/// The situations: `ready` is for how many seconds, `null` of a pod that runs and is not ready.
pub(crate) fn all() -> Vec<Json> {
    let hour = 3600;
    let of = |name: &str, pods: Vec<Json>| json!({ "name": name, "pods": pods });
    let mut all = vec![
        of(
            "unassigned-first",
            vec![
                pod("a", "n1", hour),
                json!({ "name": "b", "set": 0, "node": null, "ready": null }),
                pod("c", "n2", 5),
            ],
        ),
        of(
            "pending-before-running",
            vec![
                pod("a", "n1", hour),
                with(pod("b", "n2", hour), "pending", json!(true)),
                with(pod("c", "n3", hour), "ready", Json::Null),
            ],
        ),
        of(
            "not-ready-before-ready",
            vec![with(pod("a", "n1", hour), "ready", Json::Null), pod("b", "n1", 2), pod("c", "n1", hour)],
        ),
        of(
            "deletion-cost-before-all-that-follows",
            vec![
                with(pod("a", "n1", 100_000), "cost", json!(-5)),
                pod("b", "n1", 10),
                with(pod("c", "n1", 5), "cost", json!(7)),
                with(pod("d", "n2", 5), "cost", json!(3)),
            ],
        ),
        of(
            "readiness-before-deletion-cost",
            vec![
                with(with(pod("a", "n1", hour), "ready", Json::Null), "cost", json!(100)),
                with(pod("b", "n1", hour), "cost", json!(-100)),
            ],
        ),
        of("doubled-up-first", vec![pod("a", "n1", 100_000), pod("b", "n1", 50), pod("c", "n2", 6), pod("d", "n3", 2)]),
        of(
            "tripled-up-then-doubled-up",
            vec![
                pod("a", "n1", 40_000),
                pod("b", "n1", 9000),
                pod("c", "n1", 90_000),
                pod("d", "n2", 60),
                pod("e", "n2", 600),
                pod("f", "n3", 4),
            ],
        ),
        of(
            "younger-first-by-bucket",
            vec![pod("a", "n1", 20_000), pod("b", "n2", 40), pod("c", "n3", 1000), pod("d", "n4", 200_000)],
        ),
        of(
            "one-bucket-is-chance",
            vec![pod("a", "n1", 6000), pod("b", "n2", 6500), pod("c", "n3", 7000), pod("d", "n4", 7500)],
        ),
        of(
            "restarts-of-one-second",
            vec![
                pod("a", "n1", hour),
                with(pod("b", "n2", hour), "restarts", json!(3)),
                with(pod("c", "n3", hour), "restarts", json!(1)),
            ],
        ),
        // The other set's pods are of the same owner: what is on their nodes counts, ready or not.
        of(
            "related-sets-count",
            vec![
                pod("a", "n1", 100_000),
                pod("b", "n2", 40),
                with(pod("x", "n1", 70), "set", json!(1)),
                with(with(pod("y", "n1", 70), "set", json!(1)), "ready", Json::Null),
            ],
        ),
        of(
            "related-sets-count-without-those-that-leave",
            vec![
                pod("a", "n1", 100_000),
                pod("b", "n2", 40),
                with(with(pod("x", "n1", 70), "set", json!(1)), "leaving", json!(true)),
            ],
        ),
        // The seed's run: a pod on the old node, one that joined it, and one on each new node.
        of(
            "four-three-two-one",
            vec![pod("a", "n1", 40_000), pod("b", "n1", 400), pod("c", "n2", 340), pod("d", "n3", 340)],
        ),
    ];
    all.extend(generated());
    all
}

/// Mixtures of everything.
fn generated() -> Vec<Json> {
    let mut chance = crate::chance::Chance(18);
    let mut all = Vec::new();
    for number in 0..12 {
        let many = 4 + chance.below(6);
        let pods = (0..many).map(|index| {
            let node = format!("n{}", 1 + chance.below(4));
            let age = 3 << chance.below(17);
            let mut made = pod(&format!("p{index}"), &node, age + i64::try_from(chance.below(3)).unwrap());
            if chance.percent(15) {
                made["ready"] = Json::Null;
            } else if chance.percent(10) {
                made["pending"] = json!(true);
            }
            if chance.percent(15) {
                made["cost"] = json!(chance.one_of(&[-1, 1, 5]));
            }
            if chance.percent(20) {
                made["restarts"] = json!(chance.below(3));
            }
            if chance.percent(20) {
                made["set"] = json!(1);
            }
            made
        });
        let mut pods: Vec<_> = pods.collect();
        pods[0]["set"] = json!(0);
        all.push(json!({ "name": format!("generated-{number}"), "pods": pods }));
    }
    all
}

/// Plays a situation: the pods are made, their sets adopt them, and the first set is scaled down one by one.
pub(crate) fn play(world: &World, mut situation: Json) -> Json {
    eprintln!("{}", situation["name"].as_str().unwrap());
    world.clear();
    let mut pods = situation["pods"].as_array().unwrap().clone();
    let nodes = ["n1", "n2", "n3", "n4"]
        .map(|name| json!({ "name": name, "zone": cluster::ZONES[0], "cpu": "16", "memory": "64Gi", "pods": "110" }));
    world.join(&nodes);
    let owner = world.config_map("owner");
    for pod in &pods {
        let mut change = json!({ "spec": { "nodeName": pod["node"] } });
        if let Some(cost) = pod["cost"].as_i64() {
            let annotation = json!({ "controller.kubernetes.io/pod-deletion-cost": cost.to_string() });
            change["metadata"]["annotations"] = annotation;
        }
        let made = world.pod(pod["name"].as_str().unwrap(), &template(index(&pod["set"])), &change);
        if !pod["node"].is_null() && pod["pending"] != true {
            let ready = pod["ready"].as_i64();
            world.runs(&made, ready.unwrap_or(3600), ready, pod["restarts"].as_i64().unwrap_or(0));
        }
    }
    let sets: Vec<usize> = (0..2).filter(|set| pods.iter().any(|pod| index(&pod["set"]) == *set)).collect();
    for &set in &sets {
        adopt(world, set, pods.iter().filter(|pod| index(&pod["set"]) == set).count(), &owner);
    }
    for pod in pods.iter().filter(|pod| pod["leaving"] == true) {
        // The other set makes a new one in its place, which no node takes.
        world.delete(pod["name"].as_str().unwrap());
    }
    for pod in &mut pods {
        let made = world.server.get(&format!("{PODS}/{}", pod["name"].as_str().unwrap())).unwrap().object().unwrap();
        pod["uid"] = made["metadata"]["uid"].clone();
        pod["created"] = moments::second(made["metadata"]["creationTimestamp"].as_str().unwrap()).into();
        let conditions = made["status"]["conditions"].as_array().cloned().unwrap_or_default();
        let ready = conditions.iter().find(|condition| condition["type"] == "Ready" && condition["status"] == "True");
        pod["ready"] =
            ready.map_or(Json::Null, |ready| moments::second(ready["lastTransitionTime"].as_str().unwrap()).into());
    }
    // The controller hears of all this a moment later.
    sleep(Duration::from_millis(1500));
    let mut deleted = Vec::new();
    let many = pods.iter().filter(|pod| index(&pod["set"]) == 0).count();
    for replicas in (0..many).rev() {
        let begin = moments::now();
        let path = format!("{REPLICA_SETS}/set-0");
        world.server.patch(&path, &json!({ "spec": { "replicas": replicas } })).unwrap().object().unwrap();
        let victim = next_victim(world, &deleted);
        deleted.push(json!({ "pod": victim, "from": begin, "until": moments::now() }));
        // What was told to go is gone before the next is.
        sleep(Duration::from_millis(300));
    }
    situation["pods"] = pods.into();
    situation["deleted"] = deleted.into();
    situation
}

/// No node has the label that it selects: what is bound was bound by the situation alone.
fn template(set: usize) -> Json {
    json!({
        "metadata": { "labels": { "set": format!("set-{set}") } },
        "spec": { "nodeSelector": { "nowhere": "true" }, "containers": [{}] },
    })
}

/// Makes a set that finds its pods there, and waits until they are its own.
fn adopt(world: &World, set: usize, many: usize, owner: &Json) {
    let template = complete(&template(set));
    let object = json!({
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "metadata": {
            "name": format!("set-{set}"),
            "ownerReferences": [{
                "apiVersion": "v1", "kind": "ConfigMap", "name": name_of(owner), "uid": owner["metadata"]["uid"],
                "controller": true,
            }],
        },
        "spec": { "replicas": many, "selector": { "matchLabels": template["metadata"]["labels"] }, "template": template },
    });
    world.server.create(&object, "").unwrap().object().unwrap_or_else(|words| panic!("{words}"));
    let adopted = eventually(30, || {
        let pods = world.server.list(PODS).unwrap();
        let own = pods.iter().filter(|pod| pod["metadata"]["labels"]["set"] == format!("set-{set}").as_str());
        let own: Vec<_> = own.filter(|pod| !pod["metadata"]["ownerReferences"].is_null()).collect();
        if own.len() == many { Ok(()) } else { Err(format!("set-{set} has {} of {many} pods", own.len())) }
    });
    adopted.unwrap_or_else(|reason| panic!("{reason}"));
}

/// The pod of the first set that was told to go last.
fn next_victim(world: &World, deleted: &[Json]) -> Json {
    let begin = Instant::now();
    loop {
        let pods = world.server.list(PODS).unwrap();
        let is_new = |pod: &&Json| {
            leaves(pod)
                && pod["metadata"]["labels"]["set"] == "set-0"
                && deleted.iter().all(|known| known["pod"] != pod["metadata"]["name"])
        };
        if let Some(pod) = pods.iter().find(is_new) {
            return pod["metadata"]["name"].clone();
        }
        assert!(begin.elapsed() < PATIENCE, "nothing is deleted");
        sleep(Duration::from_millis(30));
    }
}

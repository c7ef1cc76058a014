//! A situation is set up, pods are added one by one, and where each goes is written beside it.

use std::{
    collections::BTreeSet,
    thread::sleep,
    time::{Duration, Instant},
};

use cluster::name_of;
use serde_json::{Value as Json, json};

use crate::world::{PODS, REPLICA_SETS, World, complete, leaves};

const PAUSE: Duration = Duration::from_millis(30);
/// Longer than the scheduler needs on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);
/// Victims are deleted beside the scheduling, and the last within this.
const QUIET: Duration = Duration::from_millis(1500);

/// Plays a situation, and returns it with what came of each step.
pub(crate) fn scheduling(world: &World, mut situation: Json) -> Json {
    eprintln!("{}", situation["name"].as_str().unwrap());
    world.clear();
    let list = |key: &str| situation[key].as_array().cloned().unwrap_or_default();
    let (nodes, templates, pods) = (list("nodes"), list("templates"), list("pods"));
    let (mut budgets, mut steps) = (list("budgets"), list("steps"));
    world.join(&nodes);
    for pod in &pods {
        let template = &templates[index(&pod["template"])];
        let made = world.pod(pod["name"].as_str().unwrap(), template, &json!({ "spec": { "nodeName": pod["node"] } }));
        let since = pod["since"].as_i64().unwrap_or(3600);
        world.runs(&made, since, Some(since), 0);
    }
    world.budgets(&mut budgets);
    for pod in pods.iter().filter(|pod| pod["leaving"] == true) {
        world.delete(pod["name"].as_str().unwrap());
    }
    // The scheduler hears of the pods a moment later.
    sleep(Duration::from_millis(400));
    for (number, step) in steps.iter_mut().enumerate() {
        let before = gone(world);
        let name = if step["release"] == true {
            let waiting = waiting(world);
            world.release();
            waiting
        } else if step.get("replica_of").is_some() {
            replica(world, &templates, index(&step["replica_of"]))
        } else {
            let name = format!("new-{number}");
            world.pod(&name, &templates[index(&step["template"])], &json!({}));
            name
        };
        outcome(world, &name, &before, step);
        step["pod"] = name.into();
    }
    if !budgets.is_empty() {
        situation["budgets"] = budgets.into();
    }
    situation["steps"] = steps.into();
    situation
}

pub(crate) fn index(value: &Json) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
}

/// The pod that waits for a node.
fn waiting(world: &World) -> String {
    let pods = world.server.list(PODS).unwrap();
    let pod = pods.iter().find(|pod| pod["spec"]["nodeName"].is_null()).expect("a pod waits");
    name_of(pod).to_owned()
}

/// Lets a replica set have one pod more, and returns its name.
fn replica(world: &World, templates: &[Json], template: usize) -> String {
    let name = format!("set-{template}");
    let names =
        || -> BTreeSet<String> { world.server.list(PODS).unwrap().iter().map(|pod| name_of(pod).to_owned()).collect() };
    let before = names();
    let path = format!("{REPLICA_SETS}/{name}");
    let found = world.server.get(&path).unwrap();
    if found.is_ok() {
        let replicas = found.body["spec"]["replicas"].as_u64().unwrap() + 1;
        world.server.patch(&path, &json!({ "spec": { "replicas": replicas } })).unwrap().object().unwrap();
    } else {
        let template = complete(&templates[template]);
        let object = json!({
            "apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": { "name": name },
            "spec": { "replicas": 1, "selector": { "matchLabels": template["metadata"]["labels"] }, "template": template },
        });
        world.server.create(&object, "").unwrap().object().unwrap_or_else(|words| panic!("{words}"));
    }
    let begin = Instant::now();
    loop {
        if let Some(new) = names().difference(&before).next() {
            return new.clone();
        }
        assert!(begin.elapsed() < PATIENCE, "`{name}` makes no pod");
        sleep(PAUSE);
    }
}

/// Waits until the scheduler has decided about a pod, and writes down how; `before` are the pods that were leaving already.
fn outcome(world: &World, name: &str, before: &BTreeSet<String>, step: &mut Json) {
    let begin = Instant::now();
    let released = step["release"] == true;
    loop {
        let pod = world.server.get(&format!("{PODS}/{name}")).unwrap().object().unwrap();
        if !pod["spec"]["nodeName"].is_null() {
            step["node"] = pod["spec"]["nodeName"].clone();
            return;
        }
        let conditions = pod["status"]["conditions"].as_array().cloned().unwrap_or_default();
        let refused =
            conditions.iter().find(|condition| condition["type"] == "PodScheduled" && condition["status"] == "False");
        if let Some(refused) = refused.filter(|_| !released) {
            step["message"] = refused["message"].clone();
            break;
        }
        assert!(begin.elapsed() < PATIENCE, "the scheduler says nothing of `{name}`");
        sleep(PAUSE);
    }
    sleep(QUIET);
    let pod = world.server.get(&format!("{PODS}/{name}")).unwrap().object().unwrap();
    if !pod["status"]["nominatedNodeName"].is_null() {
        step["nominated"] = pod["status"]["nominatedNodeName"].clone();
        step["victims"] = gone(world).difference(before).cloned().collect::<Vec<_>>().into();
    }
}

/// Pods that were told to go.
fn gone(world: &World) -> BTreeSet<String> {
    world.server.list(PODS).unwrap().iter().filter(|pod| leaves(pod)).map(|pod| name_of(pod).to_owned()).collect()
}

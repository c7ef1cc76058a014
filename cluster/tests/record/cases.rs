//! Situations made by hand, one for each rule, and what they are made of.

mod affinities;
mod preemptions;
mod resources;
mod spreads;
mod taints;

use cluster::ZONES;
use serde_json::{Value as Json, json};

use crate::world::merge;

/// A node of a zone by its number.
pub(crate) fn node(name: &str, zone: usize, cpu: &str, memory: &str) -> Json {
    json!({ "name": name, "zone": ZONES[zone], "cpu": cpu, "memory": memory, "pods": "110" })
}

pub(crate) fn with(mut object: Json, change: &Json) -> Json {
    merge(&mut object, change);
    object
}

/// A template whose pods have a label `app`, and ask for so much.
pub(crate) fn template(app: &str, cpu: &str, memory: &str) -> Json {
    json!({
        "metadata": { "labels": { "app": app } },
        "spec": { "containers": [{ "resources": { "requests": { "cpu": cpu, "memory": memory } } }] },
    })
}

/// What a template has in its `spec` besides.
pub(crate) fn spec(template: Json, change: &Json) -> Json {
    with(template, &json!({ "spec": change }))
}

pub(crate) fn pod(name: &str, template: usize, node: &str) -> Json {
    json!({ "name": name, "template": template, "node": node })
}

/// So many pods of a template, one after the other.
pub(crate) fn steps(template: usize, many: usize) -> Json {
    vec![json!({ "template": template }); many].into()
}

pub(crate) fn by_zone(app: &str, change: &Json) -> Json {
    let spread = json!({
        "maxSkew": 1, "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "DoNotSchedule",
        "labelSelector": { "matchLabels": { "app": app } },
    });
    json!({ "topologySpreadConstraints": [with(spread, change)] })
}

fn of(name: &str, nodes: &[Json], templates: &[Json], pods: &[Json], steps: &Json) -> Json {
    json!({ "name": name, "nodes": nodes, "templates": templates, "pods": pods, "steps": steps })
}

fn anti(app: &str, key: &str) -> Json {
    json!({ "topologyKey": key, "labelSelector": { "matchLabels": { "app": app } } })
}

pub(crate) fn all() -> Vec<Json> {
    [
        resources::all(),
        spreads::hard(),
        spreads::policies(),
        spreads::soft(),
        affinities::all(),
        taints::all(),
        taints::leaving(),
        preemptions::who(),
        preemptions::whether(),
        preemptions::budgets(),
    ]
    .concat()
}

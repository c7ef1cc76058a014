//! Situations of a seed: mixtures in which many rules act at once.

use cluster::ZONES;
use serde_json::{Value as Json, json};

use crate::{
    cases::{by_zone, spec, template, with},
    chance::Chance,
};

const SITUATIONS: u64 = 90;

pub(crate) fn all() -> Vec<Json> {
    (0..SITUATIONS).map(situation).collect()
}

fn situation(number: u64) -> Json {
    let mut chance = Chance(number * 1_000_003 + 18);
    let nodes: Vec<_> = (0..2 + chance.below(5)).map(|index| node(&mut chance, index)).collect();
    let templates: Vec<_> = (0..2 + chance.below(3)).map(|index| pods(&mut chance, index)).collect();
    let many = chance.below(3 * nodes.len());
    let standing = (0..many).map(|index| {
        json!({
            "name": format!("p{index}"),
            "template": chance.below(templates.len()),
            "node": chance.one_of(&nodes)["name"],
            "since": 60 + chance.below(90) * 120,
            "leaving": chance.percent(12),
        })
    });
    let standing: Vec<_> = standing.collect();
    let steps: Vec<_> =
        (0..3 + chance.below(5)).map(|_| json!({ "template": chance.below(templates.len()) })).collect();
    let name = format!("generated-{number}");
    json!({ "name": name, "nodes": nodes, "templates": templates, "pods": standing, "steps": steps })
}

fn node(chance: &mut Chance, index: usize) -> Json {
    let cpu = chance.one_of(&["1930m", "2", "3920m", "4", "7910m"]);
    let memory = chance.one_of(&["3Gi", "7180Mi", "15Gi", "31Gi"]);
    let mut node = json!({
        "name": format!("n{index}"), "zone": chance.one_of(&ZONES), "cpu": cpu, "memory": memory,
        "pods": chance.one_of(&["110", "58", "6"]), "labels": { "capacity": chance.one_of(&["spot", "on-demand"]) },
    });
    if chance.percent(20) {
        let effect = chance.one_of(&["NoSchedule", "PreferNoSchedule", "PreferNoSchedule"]);
        node["taints"] = json!([{ "key": "dedicated", "value": "a", "effect": effect }]);
    }
    if chance.percent(8) {
        node["cordoned"] = json!(true);
    }
    node
}

fn pods(chance: &mut Chance, index: usize) -> Json {
    let app = format!("app-{index}");
    let cpu = chance.one_of(&["110m", "250m", "500m", "970m", "1700m"]);
    let memory = chance.one_of(&["100Mi", "300Mi", "1100Mi", "2Gi", "5Gi"]);
    let mut made = template(&app, cpu, memory);
    if chance.percent(15) {
        made["spec"]["containers"] = json!([{}, { "resources": { "requests": { "cpu": cpu } } }]);
    }
    if chance.percent(40) {
        let policy = ["Honor", "Ignore"];
        let mut spread = json!({
            "maxSkew": 1 + chance.below(2), "nodeTaintsPolicy": chance.one_of(&policy), "nodeAffinityPolicy": chance.one_of(&policy),
        });
        if chance.percent(40) {
            spread["minDomains"] = json!(1 + chance.below(3));
        }
        made = spec(made, &by_zone(&app, &spread));
    }
    if chance.percent(40) {
        let key = chance.one_of(&["topology.kubernetes.io/zone", "kubernetes.io/hostname"]);
        let soft = by_zone(
            &app,
            &json!({
                "whenUnsatisfiable": "ScheduleAnyway", "topologyKey": key, "maxSkew": 1 + chance.below(4),
            }),
        );
        let mut all = made["spec"]["topologySpreadConstraints"].as_array().cloned().unwrap_or_default();
        let is_same = |other: &Json| other["topologyKey"] == key && other["whenUnsatisfiable"] == "ScheduleAnyway";
        if !all.iter().any(is_same) {
            all.push(soft["topologySpreadConstraints"][0].clone());
        }
        made["spec"]["topologySpreadConstraints"] = all.into();
    }
    let term = |chance: &mut Chance| {
        json!({
            "topologyKey": chance.one_of(&["topology.kubernetes.io/zone", "kubernetes.io/hostname"]),
            "labelSelector": { "matchLabels": { "app": format!("app-{}", chance.below(3)) } },
        })
    };
    if chance.percent(15) {
        let rule = json!({ "requiredDuringSchedulingIgnoredDuringExecution": [term(chance)] });
        made = spec(made, &json!({ "affinity": { "podAntiAffinity": rule } }));
    }
    if chance.percent(20) {
        let rule = json!({ "preferredDuringSchedulingIgnoredDuringExecution": [
            { "weight": 1 + chance.below(100), "podAffinityTerm": term(chance) },
        ] });
        made = spec(made, &json!({ "affinity": { "podAntiAffinity": rule } }));
    }
    if chance.percent(25) {
        let rule = json!({ "preferredDuringSchedulingIgnoredDuringExecution": [{
            "weight": 1 + chance.below(100),
            "preference": { "matchExpressions": [{ "key": "capacity", "operator": "In", "values": ["spot"] }] },
        }] });
        made = spec(made, &json!({ "affinity": { "nodeAffinity": rule } }));
    }
    if chance.percent(15) {
        made = spec(made, &json!({ "nodeSelector": { "capacity": chance.one_of(&["spot", "on-demand"]) } }));
    }
    if chance.percent(25) {
        made = spec(made, &json!({ "tolerations": [{ "key": "dedicated", "operator": "Exists" }] }));
    }
    if chance.percent(30) {
        made = with(made, &json!({ "priority": chance.one_of(&[-10, 100, 1000]) }));
    }
    made
}

//! Pools and workloads as a recording has them.

use serde_json::Value;
use synth_twin::{
    karpenter::{
        Budget, Consolidation, Pool, Share,
        requirements::{Requirement, Requirements},
    },
    pods::{AntiAffinity, Expression, HOSTNAME, Labels, Operator, Spread, Template, ZONE},
    resources::Resources,
};

use super::read::{cpu, memory, number, strings, text};

fn operator(name: &str) -> Operator {
    Operator::named(name).unwrap_or_else(|| panic!("{name}"))
}

pub(crate) fn pool(object: &Value) -> Pool {
    let spec = &object["spec"];
    let template = &spec["template"];
    let mut requirements = Requirements::default();
    for rule in template["spec"]["requirements"].as_array().unwrap() {
        let least = rule.get("minValues").map(number);
        let of = Requirement::of(operator(&text(&rule["operator"])), &strings(&rule["values"]));
        requirements.add(&text(&rule["key"]), of.with_min_values(least));
    }
    let labels = template["metadata"]["labels"].as_object().into_iter().flatten();
    Pool {
        name: text(&object["metadata"]["name"]),
        weight: u32::try_from(spec["weight"].as_u64().unwrap_or_default()).unwrap(),
        requirements,
        labels: labels.map(|(key, value)| (key.clone(), text(value))).collect(),
        taints: Vec::new(),
        startup_taints: Vec::new(),
        limit_cpu: spec["limits"].get("cpu").map(cpu),
        limit_memory: spec["limits"].get("memory").map(memory),
        limit_nodes: spec["limits"].get("nodes").map(|nodes| text(nodes).parse().unwrap()),
        policy: Consolidation::WhenEmptyOrUnderutilized,
        consolidate_after: None,
        budgets: vec![Budget { nodes: Share::Percent(100), reasons: Vec::new(), window: None }],
        expire_after: None,
        termination_grace: None,
        hash: 0,
    }
}

/// What Tideline wrote at the time of the recordings.
fn synthesized(name: &str) -> Template {
    let selector = vec![expression("app.kubernetes.io/name", name)];
    let spread = |key: &str, hard: bool| Spread {
        key: key.to_owned(),
        max_skew: 1,
        min_domains: hard.then_some(2),
        hard,
        selector: selector.clone(),
        honors_affinity: true,
        honors_taints: hard,
    };
    Template {
        workload: name.to_owned(),
        namespace: "services".to_owned(),
        labels: Labels::from([("app.kubernetes.io/name".to_owned(), name.to_owned())]),
        requests: Resources { pods: 1, ..Resources::of(500, 256) },
        spreads: vec![spread(ZONE, true), spread(HOSTNAME, false)],
        ..Template::default()
    }
}

fn expression(key: &str, value: &str) -> Expression {
    Expression { key: key.to_owned(), operator: Operator::In, values: vec![value.to_owned()] }
}

pub(crate) fn template(name: &str, of: &Value) -> Template {
    if of.is_string() {
        return synthesized(name);
    }
    let selector = vec![expression("app", name)];
    let spread = |key: &str, max_skew, hard| Spread {
        key: key.to_owned(),
        max_skew,
        min_domains: None,
        hard,
        selector: selector.clone(),
        honors_affinity: true,
        honors_taints: false,
    };
    let mut spreads = Vec::new();
    if let Some(skew) = of.get("zone_max_skew") {
        spreads.push(spread(ZONE, skew.as_i64().unwrap(), true));
    }
    if of.get("hostname_schedule_anyway").is_some_and(|set| *set != Value::Bool(false)) {
        spreads.push(spread(HOSTNAME, 1, false));
    }
    let apart = of.get("hostname_anti_affinity").is_some_and(|set| *set == Value::Bool(true));
    let apart = apart.then(|| AntiAffinity { key: HOSTNAME.to_owned(), selector: selector.clone(), weight: None });
    let nodes = of["node_selector"].as_object().into_iter().flatten().map(|(key, value)| expression(key, &text(value)));
    let nodes: Vec<_> = nodes.collect();
    Template {
        workload: name.to_owned(),
        namespace: "default".to_owned(),
        labels: Labels::from([("app".to_owned(), name.to_owned())]),
        requests: Resources { cpu: cpu(&of["cpu"]), memory: memory(&of["memory"]), pods: 1 },
        node_terms: if nodes.is_empty() { Vec::new() } else { vec![nodes] },
        spreads,
        anti_affinity: apart.into_iter().collect(),
        daemon: of.get("daemonset").is_some_and(|set| *set == Value::Bool(true)),
        ..Template::default()
    }
}

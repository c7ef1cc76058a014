//! The world of a recording: its pools, its groups of pods, and what is done when.

use std::sync::Arc;

use serde_json::{Value, json};

use super::recording::Recording;
use crate::{
    catalogue::{Catalogue, NodeClass},
    engine::{Bounds, Keeps, PodBudget, Rollout, Workload, World},
    karpenter::{Pool, Settings, Share, Version, read},
    pods::{AntiAffinity, Expression, HOSTNAME, Labels, Operator, Spread, Template, Toleration, ZONE},
    resources::Resources,
    time::{Span, Time},
};

/// The namespace of all.
pub(super) const NAMESPACE: &str = "default";
/// Grace of a group's pods in seconds: what `T − g` comes to where pools have a termination grace period.
const GRACE: i64 = 20;
/// That of Tideline's own pods.
const TIDELINE_GRACE: i64 = 65;

/// What a recording says of one of Karpenter's settings.
fn set<'a>(recording: &'a Recording, name: &str) -> Option<&'a str> {
    let all = recording.settings.iter().filter_map(|setting| setting.split_once('='));
    all.filter(|(key, _)| *key == name).map(|(_, value)| value).next_back()
}

/// What Karpenter was started with: the chart's defaults but for what the recording names.
pub(super) fn settings(recording: &Recording) -> Settings {
    let set = |name: &str| set(recording, name);
    let seconds = |name: &str, default: i64| {
        let text = set(name).map(|text| text.trim_end_matches('s'));
        text.and_then(|text| text.parse().ok()).map_or(Span::whole_seconds(default), Span::seconds)
    };
    Settings {
        version: Version::V1_14,
        batch_idle: seconds("BATCH_IDLE_DURATION", 1),
        batch_max: seconds("BATCH_MAX_DURATION", 10),
        ignores_preferences: set("PREFERENCE_POLICY") == Some("Ignore"),
        spot_to_spot: set("FEATURE_GATES").is_some_and(|gates| gates.contains("SpotToSpotConsolidation=true")),
    }
}

/// The pools as applied.
pub(super) fn pools(recording: &Recording) -> Result<Vec<Pool>, String> {
    let pools = recording.objects.iter().filter(|object| object["kind"] == "NodePool");
    pools.map(Pool::read).collect()
}

/// The region, from the zones that the pools name.
fn region(recording: &Recording) -> Option<&str> {
    let rules =
        recording.objects.iter().filter_map(|object| object["spec"]["template"]["spec"]["requirements"].as_array());
    let zones = rules.flatten().filter(|rule| rule["key"] == ZONE);
    let zone = zones.filter_map(|rule| rule["values"].as_array()).flatten().find_map(Value::as_str)?;
    zone.get(..zone.len() - 1)
}

/// The world before anything is done. Groups are there without pods.
pub(super) fn world(recording: &Recording, prices: Option<&str>) -> Result<World, String> {
    let region = region(recording).unwrap_or("eu-north-1");
    let mut class = NodeClass::default();
    if let Some(share) = set(recording, "VM_MEMORY_OVERHEAD_PERCENT") {
        class.memory_overhead =
            share.parse().map_err(|_| format!("`VM_MEMORY_OVERHEAD_PERCENT` is `{share}`, which is no share"))?;
    }
    let catalogue = Catalogue::for_class(region, &class).and_then(|catalogue| match prices {
        Some(prices) => catalogue.with_prices(prices),
        None => Ok(catalogue),
    });
    let start = epoch(&recording.start_utc).ok_or_else(|| format!("`{}` is no time", recording.start_utc))?;
    let workloads = recording.workloads.iter().filter(|(_, group)| group["daemonset"] != true);
    let workload = |(name, group): (&String, &Value)| {
        let template = Arc::new(template(name, group)?);
        Ok(Workload { name: name.clone(), template, replicas: 0, standing: 0, rollout: Rollout::default() })
    };
    Ok(World {
        pools: pools(recording)?,
        daemons: Vec::new(),
        workloads: workloads.map(workload).collect::<Result<_, String>>()?,
        budgets: Vec::new(),
        quotas: Vec::new(),
        nodes: Vec::new(),
        bounds: Bounds::default(),
        catalogue: catalogue.map_err(|error| error.to_string())?,
        karpenter: Some(settings(recording)),
        epoch: start,
        first_look: super::inputs::first_look(recording),
    })
}

/// A group's pods.
pub(super) fn template(name: &str, group: &Value) -> Result<Template, String> {
    if group == "as synthesized" {
        return Ok(synthesized(name));
    }
    let text = |key: &str| group[key].as_str().unwrap_or("0");
    let requests = read::pod_requests(text("cpu"), text("memory"))
        .ok_or_else(|| format!("group `{name}`: its requests cannot be read"))?;
    let labels = Labels::from([("g".to_owned(), name.to_owned())]);
    let own = vec![is("g", name)];
    let annotation = |key: &str| group["annotations"][key].as_str();
    let mut template = Template {
        workload: name.to_owned(),
        namespace: NAMESPACE.to_owned(),
        labels,
        requests,
        grace_seconds: GRACE,
        daemon: group["daemonset"] == true,
        deletion_cost: annotation("controller.kubernetes.io/pod-deletion-cost")
            .and_then(|cost| cost.parse().ok())
            .unwrap_or(0),
        do_not_disrupt: annotation("karpenter.sh/do-not-disrupt") == Some("true"),
        ..Template::default()
    };
    if template.daemon {
        // Daemonsets of a node's own bear everything: none was evicted from a node that went.
        template.tolerations.push(Toleration::default());
    }
    if let Some(selector) = group["node_selector"].as_object() {
        let rules = selector.iter().map(|(key, value)| is(key, value.as_str().unwrap_or_default()));
        template.node_terms.push(rules.collect());
    }
    if let Some(skew) = group["zone_max_skew"].as_i64() {
        template.spreads.push(spread(ZONE, skew, true, &own));
    }
    if group["hostname_schedule_anyway"] == true {
        template.spreads.push(spread(HOSTNAME, 1, false, &own));
    }
    if group["hostname_anti_affinity"] == true {
        template.anti_affinity.push(AntiAffinity { key: HOSTNAME.to_owned(), selector: own, weight: None });
    }
    let known = [
        "cpu",
        "memory",
        "daemonset",
        "node_selector",
        "zone_max_skew",
        "hostname_schedule_anyway",
        "hostname_anti_affinity",
        "annotations",
    ];
    match group.as_object().into_iter().flatten().find(|(key, _)| !known.contains(&key.as_str())) {
        Some((key, _)) => Err(format!("group `{name}`: `{key}` is not known here")),
        None => Ok(template),
    }
}

/// A service of Tideline's as it was synthesized when the recordings were made (November 2026): 500m, 256 MiB, strictly spread over zones
/// with two at least, and over hosts where that can be had.
fn synthesized(name: &str) -> Template {
    let own = vec![is("app.kubernetes.io/name", name)];
    let zones = Spread { min_domains: Some(2), honors_taints: true, ..spread(ZONE, 1, true, &own) };
    Template {
        workload: name.to_owned(),
        namespace: NAMESPACE.to_owned(),
        labels: Labels::from([("app.kubernetes.io/name".to_owned(), name.to_owned())]),
        requests: Resources { pods: 1, ..Resources::of(500, 256) },
        spreads: vec![zones, spread(HOSTNAME, 1, false, &own)],
        grace_seconds: TIDELINE_GRACE,
        ..Template::default()
    }
}

fn is(key: &str, value: &str) -> Expression {
    Expression { key: key.to_owned(), operator: Operator::In, values: vec![value.to_owned()] }
}

fn spread(key: &str, max_skew: i64, hard: bool, selector: &[Expression]) -> Spread {
    Spread {
        key: key.to_owned(),
        max_skew,
        min_domains: None,
        hard,
        selector: selector.to_vec(),
        honors_affinity: true,
        honors_taints: false,
    }
}

/// A budget that the timeline applies: one without a `spec` is Tideline's own.
pub(super) fn budget(action: &Value) -> Result<PodBudget, String> {
    let name = action["name"].as_str().unwrap_or_default();
    let default = json!({"selector": {"matchLabels": {"app.kubernetes.io/name": name}}, "maxUnavailable": "25%"});
    let spec = if action["spec"].is_object() { &action["spec"] } else { &default };
    let share = |value: &Value| match value {
        Value::Number(number) => Ok(Share::Number(number.as_i64().unwrap_or(0))),
        Value::String(text) => read::share(text),
        _ => Err(format!("budget `{name}` keeps nothing")),
    };
    let labels = spec["selector"]["matchLabels"].as_object().into_iter().flatten();
    let keeps = if spec["minAvailable"].is_null() {
        Keeps::Unavailable(share(&spec["maxUnavailable"])?)
    } else {
        Keeps::Available(share(&spec["minAvailable"])?)
    };
    Ok(PodBudget {
        name: name.to_owned(),
        namespace: NAMESPACE.to_owned(),
        selector: labels.map(|(key, value)| is(key, value.as_str().unwrap_or_default())).collect(),
        keeps,
    })
}

/// Milliseconds since 1970 of `2026-11-28T14:22:29Z` (a date to days: Howard Hinnant's `days_from_civil`).
fn epoch(text: &str) -> Option<i64> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    Some((days * 86_400 + number(11, 13)? * 3600 + number(14, 16)? * 60 + number(17, 19)?) * 1000)
}

/// When an action of the timeline is.
pub(super) fn at(action: &Value) -> Time {
    Time::seconds(action["t"].as_f64().unwrap_or(0.0))
}

//! Metrics are listed once, with the labels that their exporters give them: whoever asks for one or explains one follows the lists.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::{environments, items};

/// The metrics of the services, which a test of the proxy holds against a running server.
const OF_SERVICES: &str = include_str!("../../../apps/metrics.csv");

/// The metrics of everything else, behind the name of who shows each.
const OF_OTHERS: &str = include_str!("../../../scripts/alerts/metrics.csv");

const SERVICES: &str = include_str!("../../../docs/services.md");

/// Words of the query language that stand where a metric could.
const WORDS: [&str; 13] = [
    "and",
    "bool",
    "by",
    "group_left",
    "group_right",
    "ignoring",
    "Inf",
    "offset",
    "on",
    "or",
    "unless",
    "vector",
    "without",
];

/// A list's column.
fn column(list: &'static str, index: usize) -> BTreeSet<&'static str> {
    let rows = list.lines().filter(|line| !line.starts_with('#')).skip(1);
    rows.filter_map(|row| row.split(',').nth(index)).collect()
}

/// A query without what stands between two marks.
fn without(query: &str, open: char, close: char) -> String {
    let mut within = false;
    let kept = query.chars().filter(|char| {
        let was = within;
        within = if within { *char != close } else { *char == open };
        !was && !within
    });
    kept.collect()
}

/// The metrics that a query asks for: its names but for functions, labels and the language's own words.
fn asked(query: &str) -> BTreeSet<String> {
    let query = without(&without(&without(query, '"', '"'), '{', '}'), '[', ']');
    let mut query = query.as_str();
    let mut found = BTreeSet::new();
    let is_name = |char: char| char.is_ascii_alphanumeric() || char == '_' || char == ':';
    while let Some(start) = query.find(|char: char| is_name(char)) {
        let rest = &query[start..];
        let end = rest.find(|char: char| !is_name(char)).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        let next = after.trim_start();
        let takes = ["(", "by ", "without "].iter().any(|word| next.starts_with(word));
        query = match after.split_once(')') {
            // These take labels.
            Some((_, behind)) if ["by", "group_left", "ignoring", "on", "without"].contains(&name) => behind,
            _ => after,
        };
        if !takes && !WORDS.contains(&name) && !name.starts_with(|char: char| char.is_ascii_digit()) {
            found.insert(name.to_owned());
        }
    }
    found
}

/// The texts that rules have under a key.
fn of_rules(key: &str) -> Vec<String> {
    let mut texts = Vec::new();
    for (_, built) in environments() {
        for rules in built.of_kind("PrometheusRule") {
            let rules = items(rules.object(), "/spec/groups").iter().flat_map(|group| items(group, "/rules"));
            texts.extend(rules.filter_map(|rule| Some(rule[key].as_str()?.to_owned())));
        }
    }
    texts
}

/// Metrics that rules record themselves.
fn recorded() -> BTreeSet<String> {
    of_rules("record").into_iter().collect()
}

/// Every query of alerts, recorded rules and panels.
fn queries() -> Vec<String> {
    let mut queries = of_rules("expr");
    for (_, built) in environments() {
        for map in built.of_kind("ConfigMap") {
            let texts = map.object()["data"].as_object().into_iter().flat_map(serde_json::Map::values);
            let dashboards = texts.filter_map(|text| serde_json::from_str::<Json>(text.as_str()?).ok());
            for dashboard in dashboards.filter(|dashboard| dashboard["panels"].is_array()) {
                let targets = items(&dashboard, "/panels").iter().flat_map(|panel| items(panel, "/targets"));
                queries.extend(targets.filter_map(|target| Some(target["expr"].as_str()?.to_owned())));
            }
        }
    }
    queries
}

#[test]
fn a_query_is_known_by_its_metrics() {
    let query = "sum by (job, le) (rate(a_total{b=~\"c|d\"}[5m])) / on (e) group_left () (kube_f == 1) > 0.5 or 0 * up";
    assert_eq!(asked(query), ["a_total", "kube_f", "up"].map(str::to_owned).into());
}

#[test]
fn alerts_and_panels_ask_for_metrics_of_the_lists_alone() {
    let mut listed = column(OF_SERVICES, 0);
    listed.extend(column(OF_OTHERS, 1));
    // Prometheus' own, of every target.
    listed.insert("up");
    let asked: BTreeSet<_> = queries().iter().flat_map(|query| asked(query)).collect();
    let recorded = recorded();
    assert!(asked.len() > 30, "{asked:?}");
    let is_known = |metric: &&String| listed.contains(metric.as_str()) || recorded.contains(*metric);
    let unknown: Vec<_> = asked.iter().filter(|metric| !is_known(metric)).collect();
    assert!(unknown.is_empty(), "neither apps/metrics.csv nor scripts/alerts/metrics.csv has {unknown:?}");
}

#[test]
fn the_documents_explain_the_services_metrics_and_no_others() {
    let listed: BTreeSet<_> = column(OF_SERVICES, 0)
        .into_iter()
        .map(|metric| ["_bucket", "_count", "_sum"].iter().find_map(|end| metric.strip_suffix(end)).unwrap_or(metric))
        .collect();
    let (_, table) = SERVICES.split_once("| metric |").expect("the documents have a table of metrics");
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let named = rows.filter_map(|row| row.split('|').nth(1)).flat_map(|cell| cell.split('`').skip(1).step_by(2));
    assert_eq!(named.collect::<BTreeSet<_>>(), listed, "docs/services.md and apps/metrics.csv differ");
}

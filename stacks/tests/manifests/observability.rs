//! Alerts lead to what to do about them, and dashboards say what they show.

use std::{collections::BTreeSet, path::Path};

use serde_json::Value as Json;

use crate::{
    asking::ASKING, at, build, certified::CERTIFIED, environments, items, object, settings, text, working::working,
};

const RUNBOOKS: &str = include_str!("../../../docs/runbooks.md");

#[test]
fn every_alert_links_to_its_heading_in_the_runbooks() {
    let headings: BTreeSet<_> = RUNBOOKS.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    let mut alerts = BTreeSet::new();
    let asking = settings("asking", ASKING);
    let certified = settings("certified", CERTIFIED);
    let others = [asking, certified].map(|settings| (settings.clone(), build(&settings)));
    for (settings, built) in environments().chain(others).chain([working()]) {
        let page = settings.repository.url.as_str().trim_end_matches(".git");
        for rules in built.of_kind("PrometheusRule") {
            let groups = items(rules.object(), "/spec/groups").iter().flat_map(|group| items(group, "/rules"));
            for rule in groups.filter(|rule| rule.get("alert").is_some()) {
                let alert = text(rule, "/alert");
                let revision = &settings.repository.revision;
                let expected = format!("{page}/blob/{revision}/docs/runbooks.md#{}", alert.to_lowercase());
                assert_eq!(text(rule, "/annotations/runbook_url"), expected);
                assert!(headings.contains(alert), "docs/runbooks.md has no heading `{alert}`");
                alerts.insert(alert.to_owned());
            }
        }
    }
    assert!(alerts.len() >= 10, "{alerts:?}");
    let stale: Vec<_> = headings.iter().filter(|heading| !alerts.contains(**heading)).collect();
    assert!(stale.is_empty(), "docs/runbooks.md is about alerts that are not raised: {stale:?}");
}

/// A misspelt name in the chart's values turns nothing off and says nothing.
#[test]
fn what_is_turned_off_is_an_alert_of_the_chart() {
    let known = include_str!("../fixtures/kube-prometheus-stack-alerts.csv");
    for (settings, built) in environments() {
        let version = &settings.observability.chart_version;
        assert!(known.starts_with(&format!("# The alerts of the chart kube-prometheus-stack {version},")), "{version}");
        let stack = object(&built, "Application", "kube-prometheus-stack");
        let rules = at(stack, "/spec/source/helm/valuesObject/defaultRules");
        let off = at(rules, "/disabled").as_object().unwrap();
        assert!(off.len() >= 2 && off.values().all(|off| *off == true), "{off:?}");
        for alert in off.keys() {
            assert!(known.lines().any(|line| line.ends_with(&format!(",{alert}"))), "the chart has no alert `{alert}`");
        }
    }
}

/// Every dashboard, by the name of its file.
fn dashboards() -> Vec<(String, String, Json)> {
    let mut found = Vec::new();
    for (settings, built) in environments() {
        for manifest in built.of_kind("ConfigMap") {
            let files = at(manifest.object(), "/data").as_object().unwrap();
            for (file, text) in
                files.iter().filter(|(file, _)| Path::new(file).extension().is_some_and(|of| of == "json"))
            {
                let dashboard = serde_json::from_str(text.as_str().unwrap()).unwrap();
                found.push((settings.environment.clone(), file.clone(), dashboard));
            }
        }
    }
    assert_eq!(found.len(), 8, "two dashboards in four environments");
    found
}

#[test]
fn every_panel_has_a_unit_a_description_and_thresholds() {
    for (_, file, dashboard) in dashboards() {
        for panel in items(&dashboard, "/panels") {
            let title = text(panel, "/title");
            let description = text(panel, "/description");
            assert!(description.len() > 20 && description.ends_with('.'), "{file}: {title}: {description}");
            let units = ["short", "reqps", "s", "percent", "percentunit"];
            assert!(units.contains(&text(panel, "/fieldConfig/defaults/unit")), "{file}: {title}");
            let steps = items(panel, "/fieldConfig/defaults/thresholds/steps");
            assert!(at(&steps[0], "/value").is_null(), "{file}: {title}: the first step begins below everything");
            let style = text(panel, "/fieldConfig/defaults/custom/thresholdsStyle/mode");
            assert_eq!(style, if steps.len() > 1 { "line" } else { "off" }, "{file}: {title}");
        }
    }
}

/// A line in a panel is the bound of an alert.
#[test]
fn thresholds_are_the_bounds_of_alerts() {
    let bounds: Vec<String> = environments()
        .flat_map(|(_, built)| {
            let rules = built.of_kind("PrometheusRule").flat_map(|rules| items(rules.object(), "/spec/groups"));
            let rules = rules.flat_map(|group| items(group, "/rules")).filter(|rule| rule.get("alert").is_some());
            rules.map(|rule| text(rule, "/expr").to_owned()).collect::<Vec<_>>()
        })
        .collect();
    let mut lines = 0;
    for (_, file, dashboard) in dashboards() {
        for panel in items(&dashboard, "/panels") {
            for step in items(panel, "/fieldConfig/defaults/thresholds/steps").iter().skip(1) {
                // Pending pods are alarming from the first one on, which the alert writes as above none.
                let value = at(step, "/value").as_f64().unwrap();
                let bound = if text(panel, "/title") == "Pending pods" { 0.0 } else { value };
                let judged = bounds.iter().any(|expr| expr.ends_with(&format!(" > {bound}")));
                assert!(judged, "{file}: no alert is raised at {value} of {}", text(panel, "/title"));
                lines += 1;
            }
        }
    }
    assert!(lines >= 8, "{lines}");
}

#[test]
fn a_reader_chooses_the_environment() {
    for (environment, file, dashboard) in dashboards() {
        let [variable] = items(&dashboard, "/templating/list") else { panic!("{file} has one variable") };
        assert_eq!((text(variable, "/name"), text(variable, "/type")), ("environment", "datasource"));
        let tags = items(&dashboard, "/tags");
        assert!(tags.contains(&environment.as_str().into()), "{file}: {tags:?}");
        for panel in items(&dashboard, "/panels") {
            assert_eq!(text(panel, "/datasource/uid"), "$environment", "{file}");
        }
    }
}

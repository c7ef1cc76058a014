//! What Helm makes of the charts' values is taken by the API server, as Argo CD applies it.

use std::collections::BTreeSet;

use cluster::{Findings, Item, Release};
use serde_json::json;

use crate::{ENVIRONMENTS, WORLD, environment, record::RECORDS};

/// The charts that come with the programs.
const BROUGHT: [&str; 3] = ["karpenter", "karpenter-crd", "metrics-server"];

/// Renders a release and applies it, then takes away all but the definitions, which others of this run rely on.
fn judged(release: &Release) -> Option<(usize, Findings)> {
    let items = release.render().unwrap_or_else(|error| panic!("{error:#}"))?;
    // Helm's hooks are run and gone; Argo CD runs them apart from a sync.
    let synced: Vec<_> =
        items.iter().filter(|item| item.object.pointer("/metadata/annotations/helm.sh~1hook").is_none()).collect();
    let findings = WORLD.argo.sync_of(synced.iter().copied());
    for item in synced.iter().filter(|item| item.object["kind"] != "CustomResourceDefinition") {
        let _ = WORLD.server.delete(&item.object).unwrap();
    }
    Some((synced.len(), findings))
}

#[test]
fn what_helm_renders_is_accepted_without_a_warning() {
    let _ = &*RECORDS;
    let theirs = std::env::var_os("CHARTS_DIR").is_some_and(|folder| !folder.is_empty());
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for name in ENVIRONMENTS {
        for release in environment(name).releases().unwrap() {
            match judged(&release) {
                Some((objects, findings)) => {
                    assert!(objects > 0, "{release:?} renders nothing");
                    seen.insert(release.chart);
                    found.extend(findings.all.into_iter().map(|finding| format!("{name}: {finding}")));
                }
                None if theirs || BROUGHT.contains(&&*release.chart) => found.push(format!("{release:?} is not there")),
                None => (),
            }
        }
    }
    assert!(BROUGHT.iter().all(|chart| seen.contains(*chart)), "{seen:?}");
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn an_object_of_a_chart_that_is_refused_is_named_with_its_chart() {
    let _ = &*RECORDS;
    let environment = environment("default");
    let release =
        environment.releases().unwrap().into_iter().find(|release| release.chart == "metrics-server").unwrap();
    let items = release.render().unwrap().unwrap();
    let mut item: Item = items.into_iter().find(|item| item.object["kind"] == "Service").unwrap();
    item.object["spec"]["ports"][0]["portt"] = json!(1);
    let said = WORLD.argo.sync_of([&item]);
    assert_eq!(said.all.len(), 1, "{said}");
    assert!(said.all[0].contains("Service kube-system/metrics-server is refused"), "{said}");
    assert!(said.all[0].contains("declared at the chart metrics-server 3.13.1"), "{said}");
}

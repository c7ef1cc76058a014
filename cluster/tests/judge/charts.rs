//! The API server takes what Helm makes of the charts' values, as Argo CD applies it.

use std::collections::BTreeSet;

use cluster::{Findings, Item, Release};
use serde_json::json;

use crate::{ENVIRONMENTS, WORLD, environment, record::RECORDS};

/// The charts that come with the programs.
const BROUGHT: [&str; 4] = ["cert-manager", "karpenter", "karpenter-crd", "metrics-server"];

/// Renders a release and applies it, then takes away all but what others of this run rely on: definitions, and Argo CD.
fn judged(release: &Release) -> Option<(usize, Findings)> {
    let items = release.render().unwrap_or_else(|error| panic!("{error:#}"))?;
    // Helm's hooks are run and gone; Argo CD runs them apart from a sync.
    let synced: Vec<_> =
        items.iter().filter(|item| item.object.pointer("/metadata/annotations/helm.sh~1hook").is_none()).collect();
    // Argo CD waits for definitions before it applies what is of their kinds.
    let (definitions, others): (Vec<_>, Vec<_>) =
        synced.iter().copied().partition(|item| item.object["kind"] == "CustomResourceDefinition");
    let definitions: Vec<_> = definitions.into_iter().map(|item| item.object.clone()).collect();
    WORLD.argo.define(&definitions).unwrap_or_else(|error| panic!("{release:?}: {error:#}"));
    let findings = WORLD.argo.sync_of(others.iter().copied());
    for item in others.into_iter().filter(|item| item.application.is_some()) {
        // One of a kind that nobody knows is among the findings.
        drop(WORLD.server.delete(&item.object));
    }
    Some((synced.len(), findings))
}

/// A zero that the server leaves out: Argo CD reads Kubernetes' own kinds as types, in which the two are one, before it compares.
fn is_a_zero(finding: &str) -> bool {
    ["0", "false"].iter().any(|zero| finding.contains(&format!(" is written as {zero} and held as null\n")))
}

#[test]
fn what_helm_renders_is_accepted_without_a_warning() {
    let _ = &*RECORDS;
    let theirs = std::env::var_os("CHARTS_DIR").is_some_and(|folder| !folder.is_empty());
    let mut found = Vec::new();
    let (mut seen, mut alike) = (BTreeSet::new(), BTreeSet::new());
    for name in ENVIRONMENTS {
        for release in environment(name).releases().unwrap() {
            // Environments have much in common, and Helm makes the same of it.
            if !alike.insert(format!("{release:?}")) {
                continue;
            }
            match judged(&release) {
                Some((objects, findings)) => {
                    assert!(objects > 0, "{release:?} renders nothing");
                    seen.insert(release.chart);
                    let findings = findings.all.into_iter().filter(|finding| !is_a_zero(finding));
                    found.extend(findings.map(|finding| format!("{name}: {finding}")));
                }
                None if theirs || BROUGHT.contains(&&*release.chart) => found.push(format!("{release:?} is not there")),
                None => (),
            }
        }
    }
    assert!(BROUGHT.iter().all(|chart| seen.contains(*chart)), "{seen:?}");
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// The guide's remedy for webhooks of the controller that do not answer. Argo CD ignores what signs them (`caBundle`
/// and the Secret's data), so whatever stands in the cluster stays until it is deleted.
#[test]
#[ignore = "it needs the chart of the load balancer controller, in CHARTS_DIR"]
fn webhooks_that_are_deleted_with_their_secret_are_signed_by_one_authority_again() {
    let _ = &*RECORDS;
    let releases = environment("default").releases().unwrap();
    let release = releases.into_iter().find(|release| release.chart == "aws-load-balancer-controller").unwrap();
    let signed = || {
        let items = release.render().unwrap().expect("the chart is there");
        items.into_iter().filter(|item| {
            let kind = item.object["kind"].as_str().unwrap();
            kind == "Secret" || kind.ends_with("WebhookConfiguration")
        })
    };
    let authority = |item: &Item| {
        let held = WORLD.server.get(&WORLD.server.path(&item.object).unwrap()).unwrap().object().unwrap();
        let webhooks = held["webhooks"].as_array().cloned().unwrap_or_default();
        let bundles = webhooks.iter().map(|webhook| webhook["clientConfig"]["caBundle"].clone());
        bundles.chain(held["data"].get("ca.crt").cloned()).map(|bundle| bundle.to_string()).collect::<Vec<_>>()
    };
    let (before, after): (Vec<_>, Vec<_>) = (signed().collect(), signed().collect());
    assert_ne!(before[0].object, after[0].object, "each rendering signs anew");
    // One part is made again, as after the Secret alone was deleted: two authorities.
    let mixed = WORLD.argo.sync_of(before.iter().chain(after.iter().filter(|item| item.object["kind"] == "Secret")));
    assert!(mixed.all.is_empty(), "{mixed}");
    let held: BTreeSet<_> = after.iter().flat_map(authority).collect();
    assert_eq!(held.len(), 2, "the fault is there");
    for item in &after {
        let _ = WORLD.server.delete(&item.object).unwrap();
    }
    let mended = WORLD.argo.sync_of(&after);
    assert!(mended.all.is_empty(), "{mended}");
    let held: Vec<_> = after.iter().flat_map(authority).collect();
    assert!(held.len() > 2 && held.iter().all(|bundle| *bundle == held[0]), "{held:?}");
    for item in &after {
        let _ = WORLD.server.delete(&item.object).unwrap();
    }
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

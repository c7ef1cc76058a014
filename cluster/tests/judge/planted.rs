//! Faults on purpose: what the harness must say of each, with the line of Rust that wrote the object.

use cluster::{Findings, Item};
use serde_json::json;

use crate::{WORLD, environment, record::RECORDS};

/// The item of a kind and a name, to be spoilt.
fn item(kind: &str, name: &str) -> Item {
    let _ = &*RECORDS;
    let all = environment("default").items;
    let mut found =
        all.into_iter().filter(|item| item.object["kind"] == kind && item.object["metadata"]["name"] == name);
    found.next().unwrap_or_else(|| panic!("no {kind} `{name}`"))
}

fn findings(item: &Item) -> Findings {
    WORLD.argo.sync_of([item])
}

fn only(findings: &Findings) -> &str {
    assert_eq!(findings.all.len(), 1, "{findings}");
    &findings.all[0]
}

#[test]
fn an_unknown_field_is_refused_with_its_path_and_its_line() {
    let mut item = item("Deployment", "cors-proxy-server");
    item.object["spec"]["template"]["spec"]["priorityClass"] = json!("services");
    let said = findings(&item);
    let said = only(&said);
    assert!(said.contains("Deployment services/cors-proxy-server is refused"), "{said}");
    assert!(said.contains(".spec.template.spec.priorityClass: field not declared in schema"), "{said}");
    assert!(said.contains("declared at stacks/src/manifests/services/workload.rs:"), "{said}");
}

#[test]
fn a_kind_whose_definition_is_missing_is_named() {
    let mut item = item("ServiceMonitor", "cors-proxy-server");
    item.object["kind"] = json!("PodMonitor");
    let said = findings(&item);
    let said = only(&said);
    assert!(
        said.contains("knows no kind `PodMonitor` of `monitoring.coreos.com/v1`: its definition is missing"),
        "{said}"
    );
}

#[test]
fn an_unknown_field_of_a_custom_kind_is_refused() {
    let mut item = item("NodePool", "spot");
    item.object["spec"]["disruption"]["consolidatesAfter"] = json!("1m");
    let said = findings(&item);
    assert!(only(&said).contains("consolidatesAfter"), "{said}");
}

#[test]
fn an_unknown_field_of_what_one_environment_alone_has_is_refused() {
    let _ = &*RECORDS;
    for (name, kind) in [
        ("asking", "SecretStore"),
        ("asking", "ExternalSecret"),
        ("named", "TargetGroupBinding"),
        ("working", "ScaledObject"),
        ("working", "TriggerAuthentication"),
    ] {
        let mut items = environment(name).items.into_iter();
        let mut item =
            items.find(|item| item.object["kind"] == kind).unwrap_or_else(|| panic!("`{name}` has no {kind}"));
        item.object["spec"]["unheardOf"] = json!("anything");
        let said = findings(&item);
        assert!(only(&said).contains(".spec.unheardOf: field not declared in schema"), "{said}");
    }
}

#[test]
fn a_rule_of_a_custom_kind_is_asked() {
    let mut item = item("NodePool", "spot");
    item.object["spec"]["disruption"]["budgets"] = json!([{ "nodes": "10%", "schedule": "@daily" }]);
    let said = findings(&item);
    assert!(only(&said).contains("'schedule' must be set with 'duration'"), "{said}");
}

#[test]
fn what_the_server_moves_elsewhere_would_be_out_of_sync() {
    let mut item = item("ServiceAccount", "cors-proxy-server");
    item.object = json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": { "name": "planted", "namespace": "monitoring" },
        "stringData": { "key": "value" },
    });
    let said = findings(&item);
    let _ = WORLD.server.delete(&item.object).unwrap();
    assert!(only(&said).contains("would be out of sync for ever: .stringData"), "{said}");
}

#[test]
fn a_warning_of_the_server_is_a_finding() {
    let mut item = item("Application", "cors-proxy-server");
    item.object["metadata"]["name"] = json!("planted");
    item.object["metadata"]["finalizers"] = json!(["resources-finalizer.argocd.argoproj.io"]);
    let said = findings(&item);
    let gone = json!({ "metadata": { "finalizers": null } });
    let _ = WORLD.server.patch(&WORLD.server.path(&item.object).unwrap(), &gone).unwrap();
    let _ = WORLD.server.delete(&item.object).unwrap();
    assert!(only(&said).contains("draws a warning: metadata.finalizers"), "{said}");
    assert!(only(&said).contains("prefer a domain-qualified finalizer name"), "{said}");
}

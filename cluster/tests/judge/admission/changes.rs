//! Changes of objects that are there already: debugging them, and rules that became stricter since.

use cluster::Answer;
use serde_json::{Value as Json, json};

use super::{FOREIGN, turn, until};
use crate::{
    WORLD,
    pods::{REGISTRY, container, good, maker, object},
};

const ELSEWHERE: &str = "docker.io/library/nginx:1.29";
const BINDINGS: &str = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings";

fn debug(image: &str) -> Answer {
    let mut pod = object("Pod", "services", good());
    pod["metadata"]["name"] = json!("debugged");
    let server = WORLD.server.acting_as(maker("Pod"));
    let _ = server.create(&pod, "").unwrap();
    let path = format!("{}/ephemeralcontainers", server.path(&pod).unwrap());
    let mut debugger = container("debugger");
    debugger.as_object_mut().unwrap().retain(|key, _| ["name", "securityContext"].contains(&key.as_str()));
    debugger["image"] = json!(image);
    let more = json!({ "spec": { "ephemeralContainers": [debugger] } });
    let answer = server.request("PATCH", &path, Some(("application/strategic-merge-patch+json", &more))).unwrap();
    let _ = server.delete(&pod).unwrap();
    answer
}

#[test]
fn a_pod_is_debugged_by_images_of_the_registry_alone() {
    let _turn = turn();
    let foreign = debug(ELSEWHERE);
    assert!(!foreign.is_ok() && foreign.words().contains(FOREIGN), "{foreign}");
    let own = debug(&format!("{REGISTRY}/tideline/cors-proxy-server:0.1.0"));
    assert!(own.is_ok(), "{own}");
}

/// Unbinds what judges pods and their makers, and returns the bindings as they were written.
fn take_away_the_rules() -> Vec<Json> {
    let mut bindings = WORLD.server.list(BINDINGS).unwrap();
    bindings.retain(|binding| {
        let name = cluster::name_of(binding);
        name.starts_with("services-") && name != "services-by-hand"
    });
    for binding in &mut bindings {
        let path = format!("{BINDINGS}/{}", cluster::name_of(binding));
        let gone = WORLD.server.request("DELETE", &path, None).unwrap();
        assert!(gone.is_ok(), "{gone}");
        binding["metadata"] = json!({ "name": cluster::name_of(binding) });
        binding["apiVersion"] = json!("admissionregistration.k8s.io/v1");
        binding["kind"] = json!("ValidatingAdmissionPolicyBinding");
    }
    bindings
}

/// A Deployment that was there before the rule that it breaks, with a finalizer.
fn older_than_the_rule(name: &str) -> Json {
    let server = WORLD.server.acting_as(maker("Deployment"));
    let mut old = object("Deployment", "services", good());
    old["metadata"]["name"] = json!(name);
    old["metadata"]["finalizers"] = json!(["example.com/held"]);
    old["spec"]["replicas"] = json!(0);
    old["spec"]["template"]["spec"]["containers"][0]["image"] = json!(ELSEWHERE);
    let bindings = take_away_the_rules();
    until("the rules are still there", || server.create(&old, "").unwrap().is_ok());
    for binding in bindings {
        let back = WORLD.server.create(&binding, "").unwrap();
        assert!(back.is_ok(), "{back}");
    }
    let mut another = old.clone();
    another["metadata"]["name"] = json!("another");
    until("the rules are not back", || !server.create(&another, "dryRun=All").unwrap().is_ok());
    old
}

#[test]
fn a_rule_that_became_stricter_leaves_what_does_not_change() {
    let _turn = turn();
    let server = WORLD.server.acting_as(maker("Deployment"));
    let old = older_than_the_rule("older");
    let path = server.path(&old).unwrap();
    let labelled = server.patch(&path, &json!({ "metadata": { "labels": { "seen": "yes" } } })).unwrap();
    let image = json!([{ "name": "app", "image": "docker.io/library/nginx:1.30" }]);
    let changed = json!({ "spec": { "template": { "spec": { "containers": image } } } });
    let changed = server.request("PATCH", &path, Some(("application/strategic-merge-patch+json", &changed))).unwrap();
    let freed = server.patch(&path, &json!({ "metadata": { "finalizers": null } })).unwrap();
    let _ = WORLD.server.patch(&path, &json!({ "metadata": { "finalizers": null } })).unwrap();
    let _ = WORLD.server.delete(&old).unwrap();
    assert!(labelled.is_ok(), "a label: {labelled}");
    assert!(freed.is_ok(), "a finalizer: {freed}");
    assert!(!changed.is_ok() && changed.words().contains(FOREIGN), "another foreign image: {changed}");
}

#[test]
fn what_a_stricter_rule_would_refuse_can_be_deleted() {
    let _turn = turn();
    let server = WORLD.server.acting_as(maker("Deployment"));
    let old = older_than_the_rule("leaving");
    let path = server.path(&old).unwrap();
    let deleted = server.request("DELETE", &format!("{path}?propagationPolicy=Foreground"), None).unwrap();
    assert!(deleted.is_ok(), "{deleted}");
    // The garbage collector takes its own finalizer away first, which the rules judge, too.
    let held = json!(["example.com/held"]);
    until("the garbage collector still holds it", || server.get(&path).unwrap().body["metadata"]["finalizers"] == held);
    let freed = server.patch(&path, &json!({ "metadata": { "finalizers": null } })).unwrap();
    assert!(freed.is_ok(), "{freed}");
    until("the Deployment is still there", || server.get(&path).unwrap().status == 404);
}

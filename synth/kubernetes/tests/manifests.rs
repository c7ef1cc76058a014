//! Manifests are gathered by folder, checked together, and written as conventional YAML.

use k8s_openapi::api::core::v1::{Namespace, ServiceAccount};
use serde_json::json;
use synth_kubernetes::{Manifest, Manifests, service_account};

#[test]
fn objects_are_written_in_conventional_order_below_their_source() {
    let manifests = Manifests::new("manifests");
    manifests.folder("web").add(
        "config-map",
        &json!({
            "data": { "on": "yes", "script": "one\ntwo\n" },
            "kind": "ConfigMap",
            "metadata": { "labels": { "app": "web" }, "namespace": "shop", "name": "web" },
            "apiVersion": "v1",
        }),
    );
    let files = manifests.build().unwrap().files();
    assert_eq!(files.len(), 1);
    assert_eq!(files[0].path, "web/config-map.yaml");
    insta::assert_snapshot!(files[0].text, @r#"
    # Synthesized from synth/kubernetes/tests/manifests.rs; do not edit.
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: web
      namespace: shop
      labels:
        app: web
    data:
      "on": "yes"
      script: |
        one
        two
    "#);
}

#[test]
fn everything_wrong_is_reported_together_with_its_source() {
    let manifests = Manifests::new("manifests");
    let object = |name: &str| json!({ "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": name } });
    manifests.add("one", &object("same"));
    manifests.add("one", &object("other"));
    manifests.add("two", &object("same"));
    manifests.add("three", &json!({ "apiVersion": "v1", "kind": "Service" }));
    let problems = manifests.build().unwrap_err();
    let problems: Vec<_> = problems.iter().map(|problem| (problem.location.line(), problem.message.as_str())).collect();
    assert_eq!(problems.len(), 3, "{problems:?}");
    assert!(problems[0].1.starts_with("`one.yaml` is written twice"), "{problems:?}");
    assert_eq!(problems[1].1, "Deployment `same` is declared twice, also in `one.yaml`: keep one");
    assert_eq!(problems[2].1, "the object in `three.yaml` lacks an apiVersion, a kind or a name: set all three");
    assert!(problems.is_sorted());
}

#[test]
fn objects_of_another_group_or_namespace_are_others() {
    let manifests = Manifests::new("manifests");
    for (index, (version, namespace)) in [("a.io/v1", "x"), ("a.io/v1", "y"), ("b.io/v1", "x")].into_iter().enumerate()
    {
        let metadata = json!({ "name": "same", "namespace": namespace });
        manifests.add(&format!("{index}"), &json!({ "apiVersion": version, "kind": "Thing", "metadata": metadata }));
    }
    let built = manifests.build().unwrap();
    assert_eq!(built.of_kind("Thing").count(), 3);
    let paths: Vec<_> = built.objects().iter().map(|manifest| manifest.path.as_str()).collect();
    assert_eq!(paths, ["0.yaml", "1.yaml", "2.yaml"]);
}

#[test]
fn a_manifest_is_known_by_the_value_that_it_was_written_from() {
    let manifests = Manifests::new("manifests");
    service_account("robot").automount_service_account_token(false).add_to(&manifests, "robot");
    let mut built = manifests.build().unwrap();
    let manifest = &mut built.objects_mut()[0];
    let token = |manifest: &Manifest| manifest.typed::<ServiceAccount>().unwrap().automount_service_account_token;
    assert_eq!(token(manifest), Some(false));
    assert!(manifest.typed::<Namespace>().is_none());

    manifest.change(|object| object["automountServiceAccountToken"] = true.into()).unwrap();
    assert_eq!(token(manifest), Some(true), "a change is read anew");
    let error = manifest.change(|object| object["automountServiceAccountToken"] = "yes".into()).unwrap_err();
    assert!(error.to_string().contains("expected a boolean"), "{error}");
    assert_eq!(manifest.object()["automountServiceAccountToken"], true, "what does not read changes nothing");

    manifest.change(|object| object["kind"] = "Secret".into()).unwrap();
    assert!(manifest.typed::<ServiceAccount>().is_none(), "of another kind it is another object");
    assert_eq!(manifest.kind(), "Secret");
}

//! Helm: releases of charts, near and far.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use serde_json::{Value as Json, json};
use synth_offline::{Provider, Run, Scratch, Session};

use crate::bench::{bench, terraform};

const CHART: &str = "apiVersion: v2\nname: root\nversion: 0.3.0\n";

fn stack(release: Json) -> String {
    json!({
        "terraform": [{ "required_providers": [{ "helm": { "source": "hashicorp/helm" } }] }],
        "provider": { "helm": [{ "kubernetes": {
            "host": "https://cluster.invalid", "cluster_ca_certificate": "its authority", "token": "t",
        } }] },
        "resource": { "helm_release": { "root": release } },
    })
    .to_string()
}

#[test]
fn a_local_chart_is_released_with_its_version_and_released_again_with_the_next() {
    let Some(bench) = bench() else { return };
    let main = stack(json!({
        "name": "root",
        "namespace": "argocd",
        "chart": "./chart",
        "set_wo": [{ "name": "token", "value": "never stored" }],
        "set_wo_revision": 1,
        "set": [{ "name": "a", "value": "b" }],
    }));
    let files = [("main.tf.json", main.as_str()), ("chart/Chart.yaml", CHART)];
    bench.run_with(&files, &["apply", "-auto-approve"]).succeeds();
    bench.run_with(&files, &["plan", "-detailed-exitcode"]).exits(0);
    let state = std::fs::read_to_string(bench.folder().join("terraform.tfstate")).unwrap();
    assert!(!state.contains("never stored"));
    let release: Json = serde_json::from_str(&state).unwrap();
    let release = &release["resources"][0]["instances"][0]["attributes"];
    assert_eq!(release["version"], "0.3.0");
    assert_eq!(release["status"], "deployed");
    assert_eq!(release["manifest"], Json::Null);
    assert_eq!(release["metadata"]["revision"], 1);
    assert_eq!(release["timeout"], 300);

    let changed = main.replace("\"set_wo_revision\":1", "\"set_wo_revision\":2");
    let files = [("main.tf.json", changed.as_str()), ("chart/Chart.yaml", CHART)];
    bench.run_with(&files, &["apply", "-auto-approve"]).succeeds().says("1 changed");
    let state = std::fs::read_to_string(bench.folder().join("terraform.tfstate")).unwrap();
    let release: Json = serde_json::from_str(&state).unwrap();
    assert_eq!(release["resources"][0]["instances"][0]["attributes"]["metadata"]["revision"], 2);
}

#[test]
fn a_chart_of_a_repository_is_released_and_another_namespace_replaces_it() {
    let Some(bench) = bench() else { return };
    let release = |namespace: &str| {
        stack(json!({
            "name": "argocd",
            "namespace": namespace,
            "repository": "https://charts.invalid",
            "chart": "argo-cd",
            "version": "9.0.0",
            "values": ["a: b"],
        }))
    };
    let main = release("argocd");
    bench.run_with(&[("main.tf.json", &main)], &["apply", "-auto-approve"]).succeeds();
    bench.run_with(&[("main.tf.json", &main)], &["plan", "-detailed-exitcode"]).exits(0);
    let elsewhere = release("elsewhere");
    bench.run_with(&[("main.tf.json", &elsewhere)], &["plan"]).succeeds().says("# forces replacement");
}

#[test]
fn a_chart_that_is_not_there_is_refused_at_its_argument() {
    let Some(bench) = bench() else { return };
    let main = stack(json!({ "name": "root", "chart": "./missing" }));
    bench.run_with(&[("main.tf.json", &main)], &["validate"]).exits(1).says("There is no chart at `./missing`");
}

#[test]
fn a_release_is_made_and_read_only_where_its_cluster_answers() {
    let Some(terraform) = terraform() else { return };
    let open = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&open);
    let helm = Provider::helm_that_asks(Path::new("."), move |host, authority| {
        assert_eq!((host, authority), ("https://cluster.invalid", "its authority"));
        asked.load(Ordering::Relaxed).then_some(()).ok_or_else(|| "no route".to_owned())
    });
    let session = Session::start(vec![helm.unwrap()]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let main = stack(
        json!({ "name": "argocd", "repository": "https://charts.invalid", "chart": "argo-cd", "version": "9.0.0" }),
    );
    let scratch = Scratch::write(folder.path(), [("main.tf.json", main.as_str())]).unwrap();
    let run = |arguments: &[&str]| {
        let output = Run::new(&terraform, &session, &scratch, false).output(arguments).unwrap();
        (output.status.success(), String::from_utf8(output.stderr).unwrap())
    };
    assert!(run(&["init", "-input=false"]).0);
    let refused = |arguments: &[&str]| {
        let (succeeds, said) = run(arguments);
        assert!(!succeeds && said.contains("Kubernetes cluster unreachable") && said.contains("no route"), "{said}");
    };
    refused(&["plan", "-no-color"]);
    open.store(true, Ordering::Relaxed);
    assert!(run(&["plan", "-out=plan"]).0);
    open.store(false, Ordering::Relaxed);
    refused(&["apply", "-no-color", "plan"]);
    let state = std::fs::read_to_string(folder.path().join("terraform.tfstate")).unwrap();
    let state: Json = serde_json::from_str(&state).unwrap();
    assert_eq!(state["resources"][0]["instances"], json!([]), "a release that failed is in the state");
    open.store(true, Ordering::Relaxed);
    assert!(run(&["apply", "-auto-approve"]).0);
    open.store(false, Ordering::Relaxed);
    refused(&["plan", "-no-color"]);
}

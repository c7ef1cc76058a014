//! How Argo CD delivers: what waits for what, what is let through, and what is left alone.

use std::collections::BTreeSet;

use serde_json::Value as Json;
use stacks::names::{APP_PROJECT, SERVICES_PROJECT};
use synth_kubernetes::{BuiltManifests, Manifest};

use crate::{at, environments, items, object, text};

fn wave(built: &BuiltManifests, application: &str) -> i32 {
    let annotations = at(object(built, "Application", application), "/metadata/annotations");
    annotations["argocd.argoproj.io/sync-wave"].as_str().unwrap().parse().unwrap()
}

#[test]
fn what_others_stand_on_comes_in_an_earlier_wave() {
    for (_, built) in environments() {
        for (first, then) in [
            ("platform", "karpenter-crd"),
            ("platform", "kube-prometheus-stack"),
            ("karpenter-crd", "karpenter"),
            ("karpenter", "node-pools"),
            ("node-pools", "kube-prometheus-stack"),
            ("node-pools", "cors-proxy-server"),
            ("kube-prometheus-stack", "observability"),
            ("kube-prometheus-stack", "cors-proxy-server"),
            ("kube-prometheus-stack", "mock-target-server"),
            ("aws-load-balancer-controller", "cors-proxy-server"),
            ("metrics-server", "cors-proxy-server"),
            ("admission", "cors-proxy-server"),
            ("admission", "mock-target-server"),
        ] {
            assert!(wave(&built, first) < wave(&built, then), "{first} does not come before {then}");
        }
    }
}

#[test]
fn who_scales_by_what_arrives_comes_before_what_it_scales_and_goes_once_somebody_confirms_it() {
    let mut with = 0;
    for (settings, built) in environments() {
        let Some(keda) = built.of_kind("Application").find(|of| of.name() == "keda") else {
            assert!(!settings.services.scale_by_keda());
            assert_eq!(built.of_kind("ScaledObject").count(), 0);
            continue;
        };
        with += 1;
        assert!(wave(&built, "platform") < wave(&built, "keda"), "its namespace is there");
        for scaled in built.of_kind("ScaledObject") {
            assert!(wave(&built, "keda") < wave(&built, scaled.path.split_once('/').unwrap().0));
        }
        assert_eq!(keda.annotation("argocd.argoproj.io/sync-options"), "Prune=confirm");
        let ignored = items(keda.object(), "/spec/ignoreDifferences");
        let signed = ["APIService", "ValidatingWebhookConfiguration"];
        assert!(signed.iter().all(|kind| ignored.iter().any(|rule| rule["kind"] == **kind)), "{ignored:?}");
    }
    assert_eq!(with, 1);
}

#[test]
fn every_folder_belongs_to_the_application_of_its_name() {
    for (settings, built) in environments() {
        let folders: BTreeSet<_> = built
            .objects()
            .iter()
            .filter_map(|manifest| manifest.path.split_once('/'))
            .map(|(folder, _)| folder)
            .collect();
        let sourced: BTreeSet<_> = built
            .of_kind("Application")
            .filter_map(|application| application.object().pointer("/spec/source/path")?.as_str())
            .map(|path| path.strip_prefix(&format!("{}/", settings.manifests_path())).unwrap())
            .collect();
        assert_eq!(folders, sourced);
        for application in built.of_kind("Application") {
            assert_eq!(application.path, format!("{}.yaml", application.name()));
        }
    }
}

#[test]
fn applications_keep_what_autoscalers_own() {
    for (_, built) in environments() {
        let scalers = ["HorizontalPodAutoscaler", "ScaledObject"].into_iter().flat_map(|kind| built.of_kind(kind));
        for scaler in scalers {
            let target = text(scaler.object(), "/spec/scaleTargetRef/name");
            let (folder, _) = scaler.path.split_once('/').unwrap();
            let application = object(&built, "Application", folder);
            let rule = serde_json::json!({
                "group": "apps", "kind": "Deployment", "name": target, "jsonPointers": ["/spec/replicas"],
            });
            assert!(items(application, "/spec/ignoreDifferences").contains(&rule), "{folder}");
            let options = items(application, "/spec/syncPolicy/syncOptions");
            for option in ["RespectIgnoreDifferences=true", "ServerSideApply=true"] {
                assert!(options.contains(&option.into()), "{folder} lacks {option}");
            }
        }
    }
}

#[test]
fn projects_let_every_application_and_object_through_and_no_wildcard() {
    for (settings, built) in environments() {
        let of_service = |name: &str| settings.services.all().any(|(service, _)| service == name);
        let project = |application: &str| {
            let name = if of_service(application) { SERVICES_PROJECT } else { APP_PROJECT };
            object(&built, "AppProject", name)
        };
        for name in [APP_PROJECT, SERVICES_PROJECT] {
            assert!(!object(&built, "AppProject", name).to_string().contains('*'));
        }
        for application in built.of_kind("Application") {
            let spec = &application.object()["spec"];
            let project = project(application.name());
            assert_eq!(spec["project"], project["metadata"]["name"]);
            assert!(items(project, "/spec/sourceRepos").contains(&spec["source"]["repoURL"]), "{}", application.path);
            assert!(items(project, "/spec/destinations").contains(&spec["destination"]), "{}", application.path);
        }
        for manifest in built.objects().iter().filter(|manifest| manifest.path.contains('/')) {
            let project = project(manifest.path.split_once('/').unwrap().0);
            let list = if manifest.namespace().is_empty() { "cluster" } else { "namespace" };
            let allowed = items(project, &format!("/spec/{list}ResourceWhitelist"));
            assert!(allowed.contains(&group_kind(manifest)), "{}", manifest.path);
            let destined =
                items(project, "/spec/destinations").iter().any(|to| to["namespace"] == manifest.namespace());
            assert!(manifest.namespace().is_empty() || destined, "{}", manifest.path);
        }
    }
}

fn group_kind(manifest: &Manifest) -> Json {
    let group = text(manifest.object(), "/apiVersion").split_once('/').map_or("", |(group, _)| group);
    serde_json::json!({ "group": group, "kind": manifest.kind() })
}

#[test]
fn finalizers_have_the_path_without_which_the_api_server_warns() {
    for (_, built) in environments() {
        let finalizers = built.of_kind("Application").flat_map(|of| items(of.object(), "/metadata/finalizers"));
        let finalizers: Vec<_> = finalizers.map(|finalizer| finalizer.as_str().unwrap()).collect();
        assert!(!finalizers.is_empty());
        assert!(
            finalizers.iter().all(|of| *of == "resources-finalizer.argocd.argoproj.io/foreground"),
            "{finalizers:?}"
        );
    }
}

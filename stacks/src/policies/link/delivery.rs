//! What Argo CD is told to sync, in which order, and what it is allowed.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use synth_framework::Findings;
use synth_kubernetes::Manifest;

use crate::{
    Platform,
    policies::view::{at, contents, items, strings, text},
};

/// Groups of kinds, and the Application that defines them.
const DEFINED: [(&str, &str); 3] = [
    ("karpenter.sh", "karpenter-crd"),
    ("karpenter.k8s.aws", "karpenter-crd"),
    ("monitoring.coreos.com", "kube-prometheus-stack"),
];

fn wave(object: &Manifest) -> i64 {
    let wave = &at(&object.object, "/metadata/annotations")["argocd.argoproj.io/sync-wave"];
    wave.as_str().and_then(|wave| wave.parse().ok()).unwrap_or_default()
}

fn group(object: &Manifest) -> &str {
    text(&object.object, "/apiVersion").rsplit_once('/').map_or("", |(group, _)| group)
}

pub(super) fn waves_in_order(platform: &Platform, findings: &mut Findings) {
    for object in platform.objects() {
        for application in platform.applications_of(&object.path) {
            let definer = DEFINED
                .iter()
                .find(|(of, _)| *of == group(object))
                .and_then(|(_, name)| platform.of_kind("Application").find(|other| other.name() == *name));
            let namespace = platform.object("Namespace", "", object.namespace());
            let maker = namespace.and_then(|namespace| platform.applications_of(&namespace.path).next());
            for (first, what) in [(definer, object.kind()), (maker, "its namespace")] {
                let Some(first) = first.filter(|first| first.name() != application.name()) else { continue };
                if wave(first) >= wave(application) {
                    findings.report(
                        platform.place(application),
                        format!(
                            "syncs {}/{} in wave {}, but {what} comes with Application/{} in wave {}",
                            object.kind(),
                            object.name(),
                            wave(application),
                            first.name(),
                            wave(first)
                        ),
                        format!("sync it in a wave after {}", wave(first)),
                    );
                }
            }
        }
    }
}

pub(super) fn project_allows(platform: &Platform, findings: &mut Findings) {
    for application in platform.of_kind("Application") {
        let spec = at(&application.object, "/spec");
        let name = text(spec, "/project");
        let Some(project) = platform.object("AppProject", application.namespace(), name) else {
            findings.report(
                platform.place(application),
                format!("belongs to the project `{name}`, which does not exist"),
                "name a declared AppProject",
            );
            continue;
        };
        let mut refuse = |what: String| {
            findings.report(
                platform.place(application),
                format!("is refused by AppProject/{name}: {what}"),
                format!("allow it in AppProject/{name}"),
            );
        };
        let source = text(spec, "/source/repoURL");
        if !strings(&project.object, "/spec/sourceRepos").iter().any(|allowed| [source, "*"].contains(allowed)) {
            refuse(format!("its source `{source}` is not listed"));
        }
        let destination = at(spec, "/destination");
        if !items(&project.object, "/spec/destinations").contains(destination) {
            refuse(format!("its namespace `{}` is not listed", text(destination, "/namespace")));
        }
        let folder = text(spec, "/source/path");
        let mut kinds: BTreeSet<_> = platform
            .objects_of(folder)
            .map(|object| (group(object), object.kind(), object.namespace().is_empty()))
            .collect();
        if let Some(contents) = contents(text(spec, "/source/chart")) {
            for (list, of_cluster) in [(contents.cluster, true), (contents.namespaced, false)] {
                kinds
                    .extend(list.iter().flat_map(|(group, of)| of.iter().map(move |kind| (*group, *kind, of_cluster))));
            }
            for namespace in contents.elsewhere {
                let there = json!({ "server": destination["server"], "namespace": namespace });
                if there != *destination && !items(&project.object, "/spec/destinations").contains(&there) {
                    refuse(format!("the namespace `{namespace}`, where its chart puts objects, too, is not listed"));
                }
            }
        }
        for (group, kind, of_cluster) in kinds {
            let list = if of_cluster { "/spec/clusterResourceWhitelist" } else { "/spec/namespaceResourceWhitelist" };
            let allowed = |entry: &Json| {
                [group, "*"].contains(&text(entry, "/group")) && [kind, "*"].contains(&text(entry, "/kind"))
            };
            if !items(&project.object, list).iter().any(allowed) {
                refuse(format!("the kind {kind} is not listed"));
            }
        }
    }
}

pub(super) fn every_folder_is_synced(platform: &Platform, findings: &mut Findings) {
    let mut reported = BTreeSet::new();
    for object in platform.objects() {
        let Some((folder, _)) = object.path.rsplit_once('/') else { continue };
        if platform.applications_of(&object.path).next().is_none() && reported.insert(folder) {
            findings.report(
                platform.place(object),
                format!("lies in the folder `{folder}`, which no Application syncs"),
                "point an Application at the folder",
            );
        }
    }
    for application in platform.of_kind("Application") {
        let folder = text(&application.object, "/spec/source/path");
        if !folder.is_empty() && platform.objects_of(folder).next().is_none() {
            findings.report(
                platform.place(application),
                format!("syncs `{folder}`, in which nothing is written"),
                "point it at a folder of manifests",
            );
        }
    }
}

//! The Applications and projects of Argo CD: what they sync, in which order, and what they allow.

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::Namespace;
use synth_kubernetes::argocd::{Destination, GroupKind};
use synth_review::{Findings, Policy, Severity};

use crate::{
    Platform,
    charts::{Values as _, cert_manager},
    view::{AppProject, Application, Meta, Synced},
};

/// Groups of kinds, and the Application that defines them.
const DEFINED: [(&str, &str); 4] = [
    ("cert-manager.io", cert_manager::Values::CHART),
    ("karpenter.sh", "karpenter-crd"),
    ("karpenter.k8s.aws", "karpenter-crd"),
    ("monitoring.coreos.com", "kube-prometheus-stack"),
];

pub(super) const WAVES_IN_ORDER: Policy<Platform> = Policy {
    code: "LINK015",
    name: "waves-in-order",
    severity: Severity::Error,
    explanation: "An object whose kind or namespace comes in a later wave cannot be synced, and the waves after it wait.",
    check: waves_in_order,
};

fn waves_in_order(platform: &Platform, findings: &mut Findings) {
    for object in platform.objects() {
        for application in platform.applications_of(&object.path) {
            let definer = DEFINED
                .iter()
                .find(|(of, _)| *of == object.group())
                .and_then(|(_, name)| platform.every::<Application>().find(|other| other.name() == *name));
            let namespace = platform.one::<Namespace>("", object.namespace());
            let maker = namespace.and_then(|of| platform.applications_of(&of.manifest.path).next());
            for (first, what) in [(definer, object.kind()), (maker, "its namespace")] {
                let Some(first) = first.filter(|first| first.name() != application.name()) else { continue };
                if first.wave() >= application.wave() {
                    findings.report(
                        application.place(),
                        format!(
                            "syncs {}/{} in wave {}, but {what} comes with Application/{} in wave {}",
                            object.kind(),
                            object.name(),
                            application.wave(),
                            first.name(),
                            first.wave()
                        ),
                        format!("sync it in a wave after {}", first.wave()),
                    );
                }
            }
        }
    }
}

pub(super) const PROJECT_ALLOWS: Policy<Platform> = Policy {
    code: "LINK016",
    name: "project-allows",
    severity: Severity::Error,
    explanation: "Argo CD refuses an Application whose project does not list its source, its namespace and its kinds.",
    check: project_allows,
};

fn project_allows(platform: &Platform, findings: &mut Findings) {
    for application in platform.every::<Application>() {
        let spec = &application.spec;
        let (name, source) = (&spec.project, &spec.source);
        let Some(project) = platform.one::<AppProject>(application.namespace(), name) else {
            findings.report(
                application.place(),
                format!("belongs to the project `{name}`, which does not exist"),
                "name a declared AppProject",
            );
            continue;
        };
        let mut refuse = |what: String| {
            findings.report(
                application.place(),
                format!("is refused by AppProject/{name}: {what}"),
                format!("allow it in AppProject/{name}"),
            );
        };
        let allowed = &project.spec;
        if !allowed.source_repos.iter().any(|of| *of == source.repo_url || of == "*") {
            refuse(format!("its source `{}` is not listed", source.repo_url));
        }
        let destination = &spec.destination;
        if !allowed.destinations.contains(destination) {
            refuse(format!("its namespace `{}` is not listed", destination.namespace));
        }
        let mut kinds: BTreeSet<_> = platform
            .objects_of(source.path.as_deref().unwrap_or_default())
            .map(|object| (object.group(), object.kind(), object.namespace().is_empty()))
            .collect();
        if let Some(chart) = Synced::of(application).and_then(|synced| synced.chart()) {
            let made = chart.kinds();
            for (list, of_cluster) in [(made.cluster, true), (made.namespaced, false)] {
                kinds
                    .extend(list.iter().flat_map(|(group, of)| of.iter().map(move |kind| (*group, *kind, of_cluster))));
            }
            for namespace in made.elsewhere {
                let there = Destination { namespace: (*namespace).to_owned(), ..destination.clone() };
                if there != *destination && !allowed.destinations.contains(&there) {
                    refuse(format!("the namespace `{namespace}`, where its chart also puts objects, is not listed"));
                }
            }
        }
        for (group, kind, of_cluster) in kinds {
            let list =
                if of_cluster { &allowed.cluster_resource_whitelist } else { &allowed.namespace_resource_whitelist };
            let admits = |entry: &GroupKind| {
                [group, "*"].contains(&entry.group.as_str()) && [kind, "*"].contains(&entry.kind.as_str())
            };
            if !list.iter().any(admits) {
                refuse(format!("the kind {kind} is not listed"));
            }
        }
    }
}

pub(super) const EVERY_FOLDER_IS_SYNCED: Policy<Platform> = Policy {
    code: "LINK017",
    name: "every-folder-is-synced",
    severity: Severity::Error,
    explanation: "Manifests that no Application points at are never applied, and an Application without manifests prunes \
                  all it had.",
    check: every_folder_is_synced,
};

fn every_folder_is_synced(platform: &Platform, findings: &mut Findings) {
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
    for application in platform.every::<Application>() {
        let Some(folder) = application.typed().spec.source.path.as_deref() else { continue };
        if platform.objects_of(folder).next().is_none() {
            findings.report(
                application.place(),
                format!("syncs `{folder}`, which holds no manifests"),
                "point it at a folder of manifests",
            );
        }
    }
}

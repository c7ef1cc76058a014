//! Which Applications there may be, what they may carry, and who else may write.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use synth_framework::{Findings, Place};

use crate::{
    Platform,
    names::{APP_PROJECT, DEFAULT_PROJECT, SERVICES_PROJECT},
    policies::view::{at, includes, items, root_objects, strings, text},
};

/// Every project, and where it is written.
fn projects(platform: &Platform) -> Vec<(Json, Place)> {
    let (root, place) = root_objects(platform);
    let root = root.into_iter().filter(|object| object["kind"] == "AppProject").map(|object| (object, place.clone()));
    let others = platform.of_kind("AppProject").map(|project| (project.object.clone(), platform.place(project)));
    root.chain(others).collect()
}

fn kinds(list: &Json, pointer: &str) -> BTreeSet<(String, String)> {
    let entry = |entry: &Json| (text(entry, "/group").to_owned(), text(entry, "/kind").to_owned());
    items(list, pointer).iter().map(entry).collect()
}

pub(super) fn closed_projects(platform: &Platform, findings: &mut Findings) {
    let (_, root) = root_objects(platform);
    let projects = projects(platform);
    let all = json!([{ "group": "*", "kind": "*" }]);
    let named = |name: &str| projects.iter().find(|(project, _)| text(project, "/metadata/name") == name);
    let closed = named(DEFAULT_PROJECT).is_some_and(|(project, _)| {
        let empty = ["sourceRepos", "destinations", "clusterResourceWhitelist", "namespaceResourceWhitelist"];
        empty.iter().all(|list| items(&project["spec"], &format!("/{list}")).is_empty())
            && project["spec"]["namespaceResourceBlacklist"] == all
    });
    if !closed {
        findings.report(
            root,
            "leaves the project `default` as Argo CD makes it: every source, every namespace, every kind",
            "close it beside the root Application: no source, no destination, no kind",
        );
    }
    for (project, place) in &projects {
        let name = text(project, "/metadata/name");
        let open = [
            "/spec/sourceRepos",
            "/spec/destinations",
            "/spec/clusterResourceWhitelist",
            "/spec/namespaceResourceWhitelist",
        ];
        for list in open.iter().filter(|list| at(project, list).to_string().contains('*')) {
            findings.report(
                place.clone(),
                format!("opens the project `{name}` by a wildcard in `{}`", &list[6..]),
                "name what it is for",
            );
        }
    }
    let Some((services, place)) = named(SERVICES_PROJECT) else { return };
    let settings = &platform.settings;
    let folders: Vec<_> = platform
        .of_kind("Application")
        .filter(|application| text(&application.object, "/spec/project") == SERVICES_PROJECT)
        .map(|application| text(&application.object, "/spec/source/path"))
        .collect();
    let made: BTreeSet<_> = folders
        .iter()
        .flat_map(|folder| platform.objects_of(folder))
        .map(|object| {
            let group = text(&object.object, "/apiVersion").rsplit_once('/').map_or("", |(group, _)| group);
            (group.to_owned(), object.kind().to_owned())
        })
        .collect();
    let spaces: BTreeSet<_> = items(services, "/spec/destinations").iter().map(|to| text(to, "/namespace")).collect();
    let exact = strings(services, "/spec/sourceRepos") == [settings.repository.url.as_str()]
        && spaces == [settings.services.namespace.as_str()].into()
        && items(services, "/spec/clusterResourceWhitelist").is_empty()
        && kinds(services, "/spec/namespaceResourceWhitelist") == made;
    if !exact {
        findings.report(
            place.clone(),
            format!("opens the project `{SERVICES_PROJECT}` to something else than what services are made of"),
            "admit this repository, the services' namespace, and the kinds of their folders",
        );
    }
}

/// Is there a policy that refuses, and a binding that denies in this namespace?
fn denies(policies: &[Json], namespace: &str, resource: &str, says: impl Fn(&str) -> bool) -> bool {
    let of_kind = |kind: &'static str| policies.iter().filter(move |object| object["kind"] == kind);
    of_kind("ValidatingAdmissionPolicy").any(|policy| {
        let rules = items(policy, "/spec/matchConstraints/resourceRules");
        let matched = rules.iter().any(|rule| {
            let operations = strings(rule, "/operations");
            strings(rule, "/resources").contains(&resource)
                && ["CREATE", "UPDATE"].iter().all(|of| operations.contains(of))
        });
        let judged = items(policy, "/spec/validations").iter().any(|rule| says(text(rule, "/expression")));
        let bound = of_kind("ValidatingAdmissionPolicyBinding").any(|binding| {
            let labels = at(binding, "/spec/matchResources/namespaceSelector/matchLabels");
            text(binding, "/spec/policyName") == text(policy, "/metadata/name")
                && strings(binding, "/spec/validationActions").contains(&"Deny")
                && includes(&json!({ "kubernetes.io/metadata.name": namespace }), labels)
        });
        policy["spec"]["failurePolicy"] == "Fail" && matched && judged && bound
    })
}

pub(super) fn applications_of_our_projects(platform: &Platform, findings: &mut Findings) {
    let (root, place) = root_objects(platform);
    let namespace = &platform.settings.argocd.namespace;
    let mut report = |message: String, mend: &str| {
        findings.report(place.clone(), message, mend);
    };
    let ours = |expression: &str| expression.contains(APP_PROJECT) && expression.contains(SERVICES_PROJECT);
    for resource in ["applications", "appprojects"] {
        if !denies(&root, namespace, resource, ours) {
            report(
                format!("lets {resource} that are not ours into the namespace `{namespace}`"),
                "bind a ValidatingAdmissionPolicy there, beside the root Application",
            );
        }
    }
    for application in platform.of_kind("Application") {
        let project = text(&application.object, "/spec/project");
        if ![APP_PROJECT, SERVICES_PROJECT].contains(&project) {
            findings.report(
                platform.place(application),
                format!("is of the project `{project}`, whose Applications the API server refuses"),
                format!("put it into `{APP_PROJECT}` or `{SERVICES_PROJECT}`"),
            );
        }
    }
}

pub(super) fn git_alone_writes(platform: &Platform, findings: &mut Findings) {
    let settings = &platform.settings;
    let policies: Vec<_> = platform.objects().map(|object| object.object.clone()).collect();
    let controller = format!("system:serviceaccount:{}:argocd-application-controller", settings.argocd.namespace);
    let by_name =
        |expression: &str| expression.contains("request.userInfo.username") && expression.contains(&controller);
    let Some(application) = platform.of_kind("Application").find(|application| application.name() == "admission")
    else {
        return;
    };
    let services: BTreeSet<_> = platform
        .objects()
        .filter(|object| object.namespace() == settings.services.namespace)
        .map(|object| plural(object.kind()))
        .collect();
    for resource in services {
        if !denies(&policies, &settings.services.namespace, &resource, by_name) {
            findings.report(
                platform.place(application),
                format!(
                    "lets whoever may edit add to {resource} of `{}`, which self-heal does not see",
                    settings.services.namespace
                ),
                format!("refuse everybody but Argo CD there, for {resource} too"),
            );
        }
    }
}

/// The resource of a kind.
fn plural(kind: &str) -> String {
    let lower = kind.to_lowercase();
    lower.strip_suffix('y').map_or_else(|| format!("{lower}s"), |stem| format!("{stem}ies"))
}

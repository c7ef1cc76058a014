//! The bounds of Applications, whoever makes them: they belong to our projects, and to none that allows everything.
//!
//! The root Application may make projects and Applications, and a project of Argo CD cannot say of which project those are.

use k8s_openapi::api::admissionregistration::v1::Validation;
use serde_json::Value as Json;
use synth_kubernetes::{
    argocd::{AppProjectSpec, GroupKind},
    changed, custom, living, match_resources, policy_binding_spec, policy_spec, rule, selector,
    validating_admission_policy, validating_admission_policy_binding, validation,
};

use super::root::{ROOT_APPLICATION, ROOT_PROJECT, object};
use crate::{
    names::{APP_PROJECT, DEFAULT_PROJECT, SERVICES_PROJECT},
    settings::Settings,
};

/// Two policies and their bindings: the API server checks expressions against the types of all kinds that a policy names.
const APPLICATIONS: &str = "argocd-applications";
const PROJECTS: &str = "argocd-projects";

pub(super) fn objects(settings: &Settings) -> [Json; 5] {
    let namespace = &settings.argocd.namespace;
    let closed = custom(DEFAULT_PROJECT, nothing()).in_namespace(namespace);
    let applications = validation(
        format!(
            "object.metadata.name == '{ROOT_APPLICATION}' ? object.spec.project == '{ROOT_PROJECT}' \
             : object.spec.project in ['{APP_PROJECT}', '{SERVICES_PROJECT}']"
        ),
        &format!("an Application belongs to the project {APP_PROJECT} or {SERVICES_PROJECT}"),
    );
    let projects = validation(
        format!(
            "object.metadata.name in ['{APP_PROJECT}', '{SERVICES_PROJECT}', '{ROOT_PROJECT}', '{DEFAULT_PROJECT}'] \
             && !('*' in object.spec.?sourceRepos.orValue([])) \
             && object.spec.?destinations.orValue([]).all(to, to.?namespace.orValue('*') != '*')"
        ),
        "a project is one of ours, and names its repositories and namespaces",
    );
    let [policy, binding] = refuse(APPLICATIONS, "applications", applications, namespace);
    let [project_policy, project_binding] = refuse(PROJECTS, "appprojects", projects, namespace);
    [object(&closed), policy, binding, project_policy, project_binding]
}

/// A policy, and its binding to a namespace.
fn refuse(name: &str, resource: &str, unless: Validation, namespace: &str) -> [Json; 2] {
    let policy = validating_admission_policy(name).spec(
        policy_spec()
            .failure_policy("Fail")
            .match_conditions([living(), changed("spec")])
            .match_constraints(match_resources().resource_rules([rule("argoproj.io", "v1alpha1", &[resource])]))
            .validations([unless]),
    );
    let bound = match_resources().namespace_selector(selector("kubernetes.io/metadata.name", namespace));
    let binding = validating_admission_policy_binding(name).spec(policy_binding_spec(name).match_resources(bound));
    [object(&policy), object(&binding)]
}

/// Argo CD makes this project at its start, open to everything; without a rule of its own a list of kinds means all.
fn nothing() -> AppProjectSpec {
    AppProjectSpec {
        description: "Nothing: an Application names a project of its own.".to_owned(),
        namespace_resource_blacklist: vec![GroupKind::new("*", "*")],
        ..AppProjectSpec::default()
    }
}

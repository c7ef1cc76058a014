//! What Applications may be, whoever makes them: those of our projects, and of none that allows everything.
//!
//! The root Application may make projects and Applications, and a project of Argo CD cannot say of which project those are.

use serde_json::Value as Json;

use super::chart::{ROOT_APPLICATION, ROOT_PROJECT, object};
use crate::{
    manifests::{
        custom::argocd::{AppProjectSpec, GroupKind},
        kubernetes::{
            custom, living, match_resources, policy_binding_spec, policy_spec, rule, selector,
            validating_admission_policy, validating_admission_policy_binding, validation,
        },
    },
    names::{APP_PROJECT, DEFAULT_PROJECT, SERVICES_PROJECT},
    settings::Settings,
};

/// The policy and its binding.
const POLICY: &str = "argocd-projects";

pub(super) fn objects(settings: &Settings) -> [Json; 3] {
    let namespace = &settings.argocd.namespace;
    let closed = custom(DEFAULT_PROJECT, nothing()).in_namespace(namespace);
    let policy = validating_admission_policy(POLICY).spec(
        policy_spec()
            .failure_policy("Fail")
            .match_conditions([living()])
            .match_constraints(
                match_resources().resource_rules([rule("argoproj.io", "v1alpha1", &["applications", "appprojects"])]),
            )
            .validations([
                validation(
                    format!(
                        "object.kind != 'Application' || (object.metadata.name == '{ROOT_APPLICATION}' \
                         ? object.spec.project == '{ROOT_PROJECT}' \
                         : object.spec.project in ['{APP_PROJECT}', '{SERVICES_PROJECT}'])"
                    ),
                    &format!("an Application belongs to the project {APP_PROJECT} or {SERVICES_PROJECT}"),
                ),
                validation(
                    format!(
                        "object.kind != 'AppProject' || \
                         object.metadata.name in ['{APP_PROJECT}', '{SERVICES_PROJECT}', '{ROOT_PROJECT}', '{DEFAULT_PROJECT}'] \
                         && !('*' in object.spec.?sourceRepos.orValue([])) \
                         && object.spec.?destinations.orValue([]).all(to, to.?namespace.orValue('*') != '*')"
                    ),
                    "a project is one of ours, and names its repositories and namespaces",
                ),
            ]),
    );
    let bound = match_resources().namespace_selector(selector("kubernetes.io/metadata.name", namespace));
    let binding = validating_admission_policy_binding(POLICY).spec(policy_binding_spec(POLICY).match_resources(bound));
    [object(&closed), object(&policy), object(&binding)]
}

/// Argo CD makes this project at its start, open to everything; without a rule of its own a list of kinds means all.
fn nothing() -> AppProjectSpec {
    AppProjectSpec {
        description: "Nothing: an Application names a project of its own.",
        source_repos: Vec::new(),
        destinations: Vec::new(),
        cluster_resource_whitelist: Vec::new(),
        namespace_resource_whitelist: Vec::new(),
        namespace_resource_blacklist: vec![GroupKind { group: "*", kind: "*" }],
    }
}

//! The refusals of the API server in the services' namespace, and there only: rules in CEL that run inside it.
//!
//! Each policy is about objects of one shape, because the API server checks its expressions against the types of all kinds that it
//! names: one that asks for the kind first has no type, and so nobody tells of a misspelt field.

mod by_hand;
mod pods;
mod tokens;

use k8s_openapi::api::admissionregistration::v1::ValidatingAdmissionPolicySpec;
use synth_kubernetes::{
    Draft, Manifests, match_resources, policy_binding_spec, selector, validating_admission_policy,
    validating_admission_policy_binding,
};

use crate::settings::Settings;

pub(super) fn define(settings: &Settings, folder: &Manifests) {
    let scope = Scope { settings, folder };
    by_hand::define(&scope);
    pods::define(&scope);
    tokens::define(&scope);
}

/// The namespace that the policies are bound to.
struct Scope<'a> {
    settings: &'a Settings,
    folder: &'a Manifests,
}

impl Scope<'_> {
    /// A policy, and its binding to the namespace.
    #[track_caller]
    fn bind(&self, rule: &str, spec: Draft<ValidatingAdmissionPolicySpec>) {
        let namespace = &self.settings.services.namespace;
        let name = format!("{namespace}-{rule}");
        validating_admission_policy(&name)
            .spec(spec.failure_policy("Fail"))
            .add_to(self.folder, &format!("policy-{rule}"));
        let bound = match_resources().namespace_selector(selector("kubernetes.io/metadata.name", namespace));
        validating_admission_policy_binding(&name)
            .spec(policy_binding_spec(&name).match_resources(bound))
            .add_to(self.folder, &format!("policy-binding-{rule}"));
    }
}

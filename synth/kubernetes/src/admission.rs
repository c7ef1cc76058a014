//! Validating admission policies in CEL.

use k8s_openapi::{
    api::admissionregistration::v1::{
        MatchCondition, MatchResources, NamedRuleWithOperations, ValidatingAdmissionPolicyBindingSpec,
        ValidatingAdmissionPolicySpec, Validation, Variable,
    },
    apimachinery::pkg::apis::meta::v1::LabelSelector,
};

use crate::draft::{Draft, IntoField, fields};

fields! {
    ValidatingAdmissionPolicySpec {
        failure_policy: String, match_conditions: [MatchCondition], match_constraints: MatchResources,
        validations: [Validation], variables: [Variable],
    }
    ValidatingAdmissionPolicyBindingSpec { match_resources: MatchResources }
    MatchResources { namespace_selector: LabelSelector, resource_rules: [NamedRuleWithOperations] }
}

/// The spec of a policy: the objects that it looks at, and the conditions that they must meet.
pub fn policy_spec() -> Draft<ValidatingAdmissionPolicySpec> {
    Draft(ValidatingAdmissionPolicySpec::default())
}

/// Refuses what the policy finds.
pub fn policy_binding_spec(policy: &str) -> Draft<ValidatingAdmissionPolicyBindingSpec> {
    Draft(ValidatingAdmissionPolicyBindingSpec {
        policy_name: policy.to_owned(),
        validation_actions: vec!["Deny".to_owned(), "Audit".to_owned()],
        ..ValidatingAdmissionPolicyBindingSpec::default()
    })
}

/// Which objects a policy or its binding is about.
pub fn match_resources() -> Draft<MatchResources> {
    Draft(MatchResources::default())
}

/// Resources of one API group and version, when they are made or changed.
pub fn rule(group: &str, version: &str, resources: &[&str]) -> NamedRuleWithOperations {
    let texts = |texts: &[&str]| Some(texts.iter().map(ToString::to_string).collect());
    NamedRuleWithOperations {
        api_groups: texts(&[group]),
        api_versions: texts(&[version]),
        operations: texts(&["CREATE", "UPDATE"]),
        resources: texts(resources),
        ..NamedRuleWithOperations::default()
    }
}

/// An expression that must hold, and what is said when it does not.
pub fn validation(expression: impl IntoField<String>, message: &str) -> Validation {
    let message = Some(message.to_owned());
    Validation { expression: expression.into_field(), message, ..Validation::default() }
}

/// A named expression, which later ones call `variables.{name}`.
pub fn variable(name: &str, expression: &str) -> Variable {
    Variable { name: name.to_owned(), expression: expression.to_owned() }
}

/// Looks at objects that stay: one that is being deleted has to lose its finalizers, whatever it is made of.
pub fn living() -> MatchCondition {
    MatchCondition {
        name: "living".to_owned(),
        expression: "!object.metadata.?deletionTimestamp.hasValue()".to_owned(),
    }
}

/// Looks at what is new: removing a finalizer is no reason to ask again what was admitted before a rule was tightened.
pub fn changed(path: &str) -> MatchCondition {
    MatchCondition {
        name: "changed".to_owned(),
        expression: format!("request.operation == 'CREATE' || object.{path} != oldObject.{path}"),
    }
}

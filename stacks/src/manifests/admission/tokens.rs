//! Secrets that hold a token of a service account: a volume of one would give a pod what no projected volume may.

use synth_kubernetes::{living, match_resources, policy_spec, rule, validation};

use super::Scope;

pub(super) fn define(scope: &Scope<'_>) {
    let spec = policy_spec()
        .match_constraints(match_resources().resource_rules([rule("", "v1", &["secrets"])]))
        .match_conditions([living()])
        .validations([validation(
            "object.?type.orValue('') != 'kubernetes.io/service-account-token'",
            "no secret holds a token of a service account",
        )]);
    scope.bind("token-secrets", spec);
}

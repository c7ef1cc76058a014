//! What the API server refuses in the services' namespace, and there only: rules in CEL that run inside it.

mod by_hand;

use k8s_openapi::api::admissionregistration::v1::{NamedRuleWithOperations, ValidatingAdmissionPolicySpec, Validation};
use synth_framework::Manifests;

use super::kubernetes::{
    Draft, living, match_resources, policy_binding_spec, policy_spec, rule, selector, validating_admission_policy,
    validating_admission_policy_binding, validation, variable,
};
use crate::settings::Settings;

pub(super) fn define(settings: &Settings, folder: &Manifests) {
    let registry = settings.aws.registry();
    let scope = Scope { settings, folder };
    by_hand::define(&scope);
    scope.refuse(
        "requests",
        &[validation(
            "variables.containers.all(c, \
             ['cpu', 'memory'].all(r, c.?resources.?requests[?r].hasValue()) \
             && c.?resources.?limits[?'memory'].hasValue())",
            "every container requests cpu and memory, and limits memory",
        )],
    );
    scope.refuse(
        "probes",
        &[validation(
            "variables.batch || variables.pod.containers.all(c, has(c.readinessProbe) && has(c.livenessProbe))",
            "every container has a readiness probe and a liveness probe",
        )],
    );
    scope.refuse(
        "pinned-images",
        &[validation(
            "variables.containers.all(c, c.image.contains('@sha256:') \
             || (c.image.matches(':[^:/]+$') && !c.image.endsWith(':latest')))",
            "every image has a digest or a tag other than latest",
        )],
    );
    scope.refuse(
        "registry",
        &[validation(
            format!("variables.containers.all(c, c.image.startsWith('{registry}/'))"),
            &format!("every image comes from {registry}"),
        )],
    );
    scope.refuse(
        "security-context",
        &[
            validation(
                "variables.pod.?securityContext.?runAsNonRoot.orValue(false) == true",
                "the pod runs as a user other than root",
            ),
            validation(
                "!variables.pod.?automountServiceAccountToken.orValue(true)",
                "the pod mounts no token of its service account",
            ),
            validation(
                "variables.containers.all(c, !c.?securityContext.?allowPrivilegeEscalation.orValue(true) \
                 && c.?securityContext.?readOnlyRootFilesystem.orValue(false) \
                 && 'ALL' in c.?securityContext.?capabilities.?drop.orValue([]))",
                "every container drops all capabilities, never gains privileges and cannot write its root",
            ),
        ],
    );
}

/// The namespace that the policies are bound to.
struct Scope<'a> {
    settings: &'a Settings,
    folder: &'a Manifests,
}

impl Scope<'_> {
    /// A policy of these rules for pods and what makes them, and its binding.
    #[track_caller]
    fn refuse(&self, rule: &str, validations: &[Validation]) {
        let spec = policy_spec()
            .match_constraints(match_resources().resource_rules(workloads()))
            .validations(validations.to_vec())
            .variables([
                variable("pod", "object.kind == 'Pod' ? object.spec : object.spec.template.spec"),
                variable(
                    "batch",
                    "object.kind == 'Job' || 'batch.kubernetes.io/job-name' in object.metadata.?labels.orValue({})",
                ),
                variable("containers", "variables.pod.containers + variables.pod.?initContainers.orValue([])"),
            ]);
        self.bind(rule, spec);
    }

    /// A policy, and its binding to the namespace.
    #[track_caller]
    fn bind(&self, rule: &str, spec: Draft<ValidatingAdmissionPolicySpec>) {
        let namespace = &self.settings.services.namespace;
        let name = format!("{namespace}-{rule}");
        validating_admission_policy(&name)
            .spec(spec.failure_policy("Fail").match_conditions([living()]))
            .add_to(self.folder, &format!("policy-{rule}"));
        let bound = match_resources().namespace_selector(selector("kubernetes.io/metadata.name", namespace));
        validating_admission_policy_binding(&name)
            .spec(policy_binding_spec(&name).match_resources(bound))
            .add_to(self.folder, &format!("policy-binding-{rule}"));
    }
}

/// Pods, and what makes pods: a refusal there is seen at the sync and not only in events.
fn workloads() -> [NamedRuleWithOperations; 3] {
    [
        rule("", "v1", &["pods"]),
        rule("apps", "v1", &["deployments", "statefulsets", "daemonsets"]),
        rule("batch", "v1", &["jobs"]),
    ]
}

//! The rules for pods of the services, and for what makes pods: a refusal there is seen at the sync and not only in
//! events.

use k8s_openapi::api::admissionregistration::v1::{NamedRuleWithOperations, Validation};
use synth_kubernetes::{changed, living, match_resources, policy_spec, rule, validation, variable};

use super::Scope;
use crate::{
    names::{POD_IDENTITY_TOKEN, SERVICES_PRIORITY},
    settings::Settings,
};

/// Kinds that keep a pod's spec in the same place.
struct Shape {
    name: &'static str,
    rules: Vec<NamedRuleWithOperations>,
    /// Where the pod's spec is.
    pod: &'static str,
    /// When a pod needs no probes: it works until it is done.
    batch: &'static str,
}

pub(super) fn define(scope: &Scope<'_>) {
    let shapes = [
        Shape {
            name: "pods",
            // A container for debugging comes by a subresource, and so do other bounds of a running one.
            rules: vec![rule("", "v1", &["pods", "pods/ephemeralcontainers", "pods/resize"])],
            pod: "spec",
            // A label is anybody's to write; the garbage collector deletes a pod whose owner is none, if it knows the owner's version.
            batch: "object.metadata.?ownerReferences.orValue([]).exists(owner, owner.?controller.orValue(false) \
                    && owner.kind == 'Job' && owner.apiVersion == 'batch/v1')",
        },
        Shape {
            name: "templates",
            rules: vec![
                rule("", "v1", &["replicationcontrollers"]),
                rule("apps", "v1", &["deployments", "statefulsets", "daemonsets", "replicasets"]),
                rule("batch", "v1", &["jobs"]),
            ],
            pod: "spec.template.spec",
            batch: "object.kind == 'Job'",
        },
        Shape {
            name: "cron-jobs",
            rules: vec![rule("batch", "v1", &["cronjobs"])],
            pod: "spec.jobTemplate.spec.template.spec",
            batch: "true",
        },
    ];
    let token = identity_token(scope.settings);
    for shape in shapes {
        // Pods alone get it: what makes pods is not changed by EKS.
        let token = token.as_deref().filter(|_| shape.name == "pods").unwrap_or(NO_TOKEN);
        let spec = policy_spec()
            .match_constraints(match_resources().resource_rules(shape.rules))
            // A ReplicaSet of before a tightened rule still has to be scaled down: only its template counts.
            .match_conditions([living(), changed(shape.pod)])
            .variables([variable("batch", shape.batch), variable("images", &of_pod(IMAGES, shape.pod))])
            .validations(validations(scope.settings, shape.pod, token));
        scope.bind(shape.name, spec);
    }
}

/// Puts the pod's place into an expression: a variable of it would have no type, and with it nothing that is read from it.
fn of_pod(expression: &str, pod: &str) -> String {
    expression.replace("POD", &format!("object.{pod}"))
}

/// Everything that the pod runs, or mounts as an image.
const IMAGES: &str = "POD.containers.map(c, c.?image.orValue('')) \
                      + POD.?initContainers.orValue([]).map(c, c.?image.orValue('')) \
                      + POD.?ephemeralContainers.orValue([]).map(c, c.?image.orValue('')) \
                      + POD.?volumes.orValue([]).filter(v, has(v.image)).map(v, v.image.?reference.orValue(''))";

/// The expression that asks `holds` of each container `c` that is there from the start. Lists of containers of two
/// kinds have no common type.
fn each(holds: &str) -> String {
    format!("POD.containers.all(c, {holds}) && POD.?initContainers.orValue([]).all(c, {holds})")
}

/// The same, and of containers that come later, too.
fn every(holds: &str) -> String {
    format!("{} && POD.?ephemeralContainers.orValue([]).all(c, {holds})", each(holds))
}

/// The condition under which a volume `v` may hold the source `s`, as far as tokens go.
const NO_TOKEN: &str = "!has(s.serviceAccountToken) && !has(s.podCertificate)";

/// The same for pods, some of whose accounts have a role: into these EKS puts the token by which they get its credentials, and for which
/// nobody else takes it.
fn identity_token(settings: &Settings) -> Option<String> {
    let accounts = settings.services.runs().filter(|runs| runs.asks.permissions.need_role());
    let accounts: Vec<_> = accounts.map(|runs| runs.name).collect();
    let (volume, audience) = POD_IDENTITY_TOKEN;
    (!accounts.is_empty()).then(|| {
        format!(
            "!has(s.podCertificate) && (!has(s.serviceAccountToken) || v.name == '{volume}' \
             && s.serviceAccountToken.?audience.orValue('') == '{audience}' \
             && POD.?serviceAccountName.orValue('') in {accounts:?})"
        )
    })
}

/// What lets pods be that nobody can ask how they are, by their service accounts, which are more than a label: workers without a port.
fn silent(settings: &Settings) -> String {
    let workers = settings.services.workers.iter().filter(|(_, worker)| worker.admin().is_none());
    let workers: Vec<_> = workers.map(|(name, _)| name).collect();
    if workers.is_empty() {
        return String::new();
    }
    format!("|| POD.?serviceAccountName.orValue('') in {workers:?} ")
}

fn validations(settings: &Settings, pod: &str, token: &str) -> [Validation; 10] {
    let registry = settings.aws.registry();
    let validation = |expression: String, message: &str| validation(of_pod(&expression, pod), message);
    let probes = "has(c.readinessProbe) && has(c.livenessProbe)";
    [
        validation(
            // Quantities have no type to the checker, and so no field that holds them exists to it. A limit of zero is none.
            each(
                "['cpu', 'memory'].all(r, dyn(c).?resources.?requests[?r].orValue('0') != '0') \
                 && dyn(c).?resources.?limits[?'memory'].orValue('0') != '0'",
            ),
            "every container requests cpu and memory, and limits memory",
        ),
        validation(
            format!(
                "variables.batch {}|| POD.containers.all(c, {probes}) \
                 && POD.?initContainers.orValue([]).all(c, c.?restartPolicy.orValue('') != 'Always' || {probes})",
                silent(settings)
            ),
            "every container has a readiness probe and a liveness probe",
        ),
        validation(
            "variables.images.all(i, i.matches('@sha256:[0-9a-f]{64}$') \
             || (!i.contains('@') && i.matches(':[A-Za-z0-9_][A-Za-z0-9_.-]*$') && !i.endsWith(':latest')))"
                .to_owned(),
            "every image has a digest or a tag other than latest",
        ),
        validation(
            format!("variables.images.all(i, i.startsWith('{registry}/'))"),
            &format!("every image comes from {registry}"),
        ),
        validation(
            format!(
                "POD.?securityContext.?runAsNonRoot.orValue(false) && POD.?securityContext.?runAsUser.orValue(1) != 0 && {}",
                every(
                    "c.?securityContext.?runAsNonRoot.orValue(true) && c.?securityContext.?runAsUser.orValue(1) != 0"
                )
            ),
            "the pod runs as a user other than root",
        ),
        validation(
            // Neither the one of itself nor one that a volume asks for by name.
            format!(
                "!POD.?automountServiceAccountToken.orValue(true) \
                 && POD.?volumes.orValue([]).all(v, v.?projected.?sources.orValue([]).all(s, {token}))"
            ),
            "the pod mounts no token of its service account",
        ),
        validation(
            every(
                "!c.?securityContext.?allowPrivilegeEscalation.orValue(true) \
                 && c.?securityContext.?readOnlyRootFilesystem.orValue(false) \
                 && 'ALL' in c.?securityContext.?capabilities.?drop.orValue([]) \
                 && c.?securityContext.?capabilities.?add.orValue([]).size() == 0",
            ),
            "every container drops all capabilities, never gains privileges and cannot write its root",
        ),
        validation(
            format!(
                "!POD.?hostNetwork.orValue(false) && !POD.?hostPID.orValue(false) && !POD.?hostIPC.orValue(false) \
                 && POD.?volumes.orValue([]).all(v, !has(v.hostPath)) && {}",
                each("c.?ports.orValue([]).all(p, p.?hostPort.orValue(0) == 0)")
            ),
            "the pod shares no namespace, path or port with its node",
        ),
        validation(
            format!(
                "POD.?securityContext.?seccompProfile.?type.orValue('Unconfined') != 'Unconfined' && {}",
                every("c.?securityContext.?seccompProfile.?type.orValue('') != 'Unconfined'")
            ),
            "the pod runs under a seccomp profile",
        ),
        validation(
            // With another's it would drive pods of the platform from their nodes.
            format!("POD.?priorityClassName.orValue('') in ['', '{SERVICES_PRIORITY}']"),
            "the pod has the priority of the services, or none",
        ),
    ]
}

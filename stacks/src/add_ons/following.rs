//! The end of the release: it waits until Argo CD has found what the root Application follows, and fails otherwise.
//!
//! Argo CD takes an Application of a revision, a repository or a folder that does not exist, calls it healthy, and waits.

use k8s_openapi::api::{
    batch::v1::JobSpec,
    rbac::v1::{PolicyRule, RoleRef, Subject},
};
use serde_json::Value as Json;
use synth_kubernetes::{
    Draft, container, job, pod_security_context, pod_template, restricted_security_context, role, role_binding,
    service_account,
};

use super::root::{ROOT_APPLICATION, object};
use crate::{charts, names::NAME_LABEL, resolving, settings::Settings};

/// The Job, and the account that it reads the root Application with.
const NAME: &str = "root-follows-git";

/// Seconds for each of the two questions: three minutes are Argo CD's own patience with a repository that does not answer.
const PATIENCE_SECONDS: u32 = 300;

/// Seconds after which Helm gives up: both questions, a pod that starts, and time to say so.
pub(super) const RELEASE_SECONDS: u32 = 2 * PATIENCE_SECONDS + 300;

pub(super) fn objects(settings: &Settings) -> [Json; 4] {
    let namespace = &settings.argocd.namespace;
    let texts = |texts: &[&str]| Some(texts.iter().map(ToString::to_string).collect::<Vec<_>>());
    let account = service_account(NAME).in_namespace(namespace).automount_service_account_token(false);
    let reads = PolicyRule {
        api_groups: texts(&["argoproj.io"]),
        resources: texts(&["applications"]),
        resource_names: texts(&[ROOT_APPLICATION]),
        verbs: vec!["get".to_owned(), "list".to_owned(), "watch".to_owned()],
        ..PolicyRule::default()
    };
    let role = role(NAME).in_namespace(namespace).rules([reads]);
    let role_ref = RoleRef {
        api_group: Some("rbac.authorization.k8s.io".to_owned()),
        kind: "Role".to_owned(),
        name: NAME.to_owned(),
    };
    let subject = Subject {
        kind: "ServiceAccount".to_owned(),
        name: NAME.to_owned(),
        namespace: Some(namespace.clone()),
        ..Subject::default()
    };
    let binding = role_binding(NAME).in_namespace(namespace).role_ref(role_ref).subjects([subject]);
    let spec = JobSpec {
        backoff_limit: Some(0),
        // A Job that failed stays for a day, for whoever asks why.
        ttl_seconds_after_finished: Some(86_400),
        active_deadline_seconds: Some((2 * PATIENCE_SECONDS + 120).into()),
        template: pod_template([(NAME_LABEL, NAME)], pod(settings)),
        ..JobSpec::default()
    };
    let job = job(NAME)
        .in_namespace(namespace)
        .annotation("helm.sh/hook", "post-install,post-upgrade")
        .annotation("helm.sh/hook-delete-policy", "before-hook-creation,hook-succeeded")
        .spec(spec);
    [object(&account), object(&role), object(&binding), object(&job)]
}

/// First the revision of now, for one of before may have been found; then that there is a commit behind it.
fn pod(settings: &Settings) -> Draft<k8s_openapi::api::core::v1::PodSpec> {
    let compared = format!("{{.status.sync.comparedTo.source.targetRevision}}={}", settings.repository.revision);
    resolving::pod([asks(settings, "found", "{.status.sync.revision}")])
        .init_containers([asks(settings, "compared", &compared)])
        .restart_policy("Never")
        .service_account_name(NAME)
        .automount_service_account_token(true)
        .security_context(pod_security_context())
        .node_selector(charts::node_selector())
        .tolerations(charts::tolerations())
}

/// The image that comes with Kubernetes, and holds `kubectl` alone. Its first patch is there from the day of the release.
fn asks(settings: &Settings, name: &str, path: &str) -> Draft<k8s_openapi::api::core::v1::Container> {
    let arguments = [
        "wait".to_owned(),
        format!("applications.argoproj.io/{ROOT_APPLICATION}"),
        format!("--namespace={}", settings.argocd.namespace),
        format!("--for=jsonpath={path}"),
        format!("--timeout={PATIENCE_SECONDS}s"),
    ];
    container(name)
        .image(format!("registry.k8s.io/kubectl:v{}.0", settings.cluster.kubernetes_version))
        .command(["/bin/kubectl"])
        .args(arguments)
        .resources(charts::sized("10m", "128Mi"))
        .security_context(restricted_security_context())
}

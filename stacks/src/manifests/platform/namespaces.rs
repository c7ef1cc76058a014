//! Namespaces, and the pod security standard of each.
//!
//! With a namespace go its pods, and its volumes with all that they hold, so no edit takes one away by itself.

use k8s_openapi::api::core::v1::Namespace;
use synth_kubernetes::{Draft, Manifests, namespace};

use crate::{names::OF_KUBERNETES, settings::Settings};

/// The label by which the load balancer controller adds readiness gates: a pod is ready once its target is healthy.
const READINESS_GATES: (&str, &str) = ("elbv2.k8s.aws/pod-readiness-gate-inject", "enabled");

const SYNC_OPTIONS: &str = "argocd.argoproj.io/sync-options";

pub(super) fn define(settings: &Settings, folder: &Manifests) {
    let version = format!("v{}", settings.cluster.kubernetes_version);
    outliving(pod_security(namespace(&settings.services.namespace), "restricted", &version))
        .label(READINESS_GATES.0, READINESS_GATES.1)
        .add_to(folder, "namespace-services");
    // The node exporter reads its host's network and file systems.
    outliving(pod_security(namespace(&settings.observability.namespace), "privileged", &version))
        .add_to(folder, "namespace-monitoring");
    let keda = settings.keda.namespace.as_str();
    if settings.services.scale_by_keda() && !OF_KUBERNETES.contains(&keda) {
        outliving(pod_security(namespace(keda), "restricted", &version)).add_to(folder, "namespace-keda");
    }
    if settings.services.ask_for_secrets() {
        outliving(pod_security(namespace(&settings.external_secrets.namespace), "restricted", &version))
            .add_to(folder, "namespace-external-secrets");
    }
    if settings.cert_manager.enabled {
        outliving(pod_security(namespace(&settings.cert_manager.namespace), "restricted", &version))
            .add_to(folder, "namespace-cert-manager");
    }
    // Helm made it, without a label. Whoever deletes it deletes Argo CD, which would be the one to do so.
    pod_security(namespace(&settings.argocd.namespace), "restricted", &version)
        .annotation(SYNC_OPTIONS, "Prune=false,Delete=false")
        .add_to(folder, "namespace-argocd");
}

fn pod_security(namespace: Draft<Namespace>, standard: &str, version: &str) -> Draft<Namespace> {
    ["enforce", "audit", "warn"].into_iter().fold(namespace, |namespace, mode| {
        let key = format!("pod-security.kubernetes.io/{mode}");
        namespace.label(&key, standard).label(&format!("{key}-version"), version)
    })
}

/// Neither a file that leaves Git nor an Application that goes takes it along before someone has confirmed that.
fn outliving(namespace: Draft<Namespace>) -> Draft<Namespace> {
    namespace.annotation(SYNC_OPTIONS, "Prune=confirm,Delete=confirm")
}

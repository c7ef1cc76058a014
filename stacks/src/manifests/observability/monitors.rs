//! Monitors of the controllers: their charts are installed before the kind `ServiceMonitor` is defined. The services
//! have monitors of their own, and the Prometheus stack brings those of its own parts.

use synth_kubernetes::{
    Manifests, custom,
    monitoring::{Endpoint, NamespaceSelector, ServiceMonitorSpec},
    selector,
};

use crate::{
    charts::{
        cert_manager::CONTROLLER,
        keda::{METRICS_SERVER, OPERATOR},
    },
    names::{EXTERNAL_SECRETS, NAME_LABEL},
    settings::Settings,
};

/// The label of Argo CD's components.
const COMPONENT_LABEL: &str = "app.kubernetes.io/component";

/// Argo CD's components, as their Services are labelled: three of those of metrics have one name.
const ARGOCD: [&str; 4] = ["application-controller", "applicationset-controller", "repo-server", "server"];

/// That which is there only with a receiver.
const NOTIFICATIONS: &str = "notifications-controller";

/// The interval at which a controller is scraped.
const INTERVAL: &str = "30s";

pub(super) fn define(settings: &Settings, folder: &Manifests) {
    let named =
        |name, namespace: &str, endpoint| monitor(settings, name, namespace, (NAME_LABEL, name), endpoint, folder);
    let metrics = Endpoint::of_service("http-metrics", INTERVAL);
    // Karpenter says of which namespace a pod is; the namespace of Karpenter itself is no matter.
    named("karpenter", &settings.karpenter.namespace, Endpoint { honor_labels: true, ..metrics.clone() });
    // Its Service is that of its webhooks, and has no port of metrics.
    let controller = Endpoint::of_pods("metrics-server", INTERVAL);
    named("aws-load-balancer-controller", &settings.load_balancer_controller.namespace, controller);
    let aggregated = Endpoint::of_service("https", INTERVAL).self_signed();
    named("metrics-server", &settings.metrics_server.namespace, aggregated);
    if settings.services.scale_by_keda() {
        // Both say of which namespace an object is; their own is no matter.
        let own = Endpoint { honor_labels: true, ..Endpoint::of_service("metrics", INTERVAL) };
        for name in [OPERATOR, METRICS_SERVER] {
            named(name, &settings.keda.namespace, own.clone());
        }
    }
    if settings.services.ask_for_secrets() {
        let own = Endpoint { honor_labels: true, ..Endpoint::of_service("metrics", INTERVAL) };
        named(EXTERNAL_SECRETS, &settings.external_secrets.namespace, own);
    }
    if settings.cert_manager.enabled {
        // It says of which namespace a certificate is.
        let own = Endpoint { honor_labels: true, ..metrics.clone() };
        named(CONTROLLER, &settings.cert_manager.namespace, own);
    }
    let told = (!settings.argocd.notifications_secret.is_empty()).then_some(NOTIFICATIONS);
    for component in ARGOCD.into_iter().chain(told) {
        let label = (COMPONENT_LABEL, component);
        let name = format!("argocd-{component}");
        monitor(settings, &name, &settings.argocd.namespace, label, metrics.clone(), folder);
    }
}

/// Asks the pods behind the Services of a label, which names their job, too.
#[track_caller]
fn monitor(
    settings: &Settings,
    name: &str,
    namespace: &str,
    (key, value): (&str, &str),
    endpoint: Endpoint,
    folder: &Manifests,
) {
    let spec = ServiceMonitorSpec {
        job_label: key.to_owned(),
        namespace_selector: NamespaceSelector { match_names: vec![namespace.to_owned()] },
        selector: selector(key, value),
        endpoints: vec![endpoint],
        sample_limit: None,
    };
    custom(name, spec)
        .in_namespace(&settings.observability.namespace)
        .add_to(folder, &format!("service-monitor-{name}"));
}

//! What is scraped besides the services: Karpenter and Argo CD, whose charts come before the kinds that monitors are of.

use synth_framework::Manifests;

use crate::{
    manifests::{
        custom::monitoring::{Endpoint, NamespaceSelector, ServiceMonitorSpec},
        kubernetes::{custom, selector},
    },
    names::NAME_LABEL,
    settings::Settings,
};

/// The label of Argo CD's components.
const COMPONENT_LABEL: &str = "app.kubernetes.io/component";

/// Argo CD's components, as their Services are labelled: three of those of metrics have one name.
const ARGOCD: [&str; 4] = ["application-controller", "applicationset-controller", "repo-server", "server"];

/// That which is there only with a receiver.
const NOTIFICATIONS: &str = "notifications-controller";

pub(super) fn define(settings: &Settings, folder: &Manifests) {
    let (karpenter, argocd) = (&settings.karpenter.namespace, &settings.argocd.namespace);
    monitor(settings, "karpenter", karpenter, (NAME_LABEL, "karpenter"), folder);
    let told = (!settings.argocd.notifications_secret.is_empty()).then_some(NOTIFICATIONS);
    for component in ARGOCD.into_iter().chain(told) {
        monitor(settings, &format!("argocd-{component}"), argocd, (COMPONENT_LABEL, component), folder);
    }
}

/// Asks the pods behind the Services of a label, which names their job, too.
#[track_caller]
fn monitor(settings: &Settings, name: &str, namespace: &str, (key, value): (&'static str, &str), folder: &Manifests) {
    let spec = ServiceMonitorSpec {
        job_label: key,
        namespace_selector: NamespaceSelector { match_names: vec![namespace.to_owned()] },
        selector: selector(key, value),
        endpoints: vec![Endpoint { port: "http-metrics", path: "/metrics", interval: "30s" }],
    };
    custom(name, spec)
        .in_namespace(&settings.observability.namespace)
        .add_to(folder, &format!("service-monitor-{name}"));
}

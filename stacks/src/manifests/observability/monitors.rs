//! What is scraped besides the services: Karpenter, whose chart comes before the kinds that monitors are of.

use synth_framework::Manifests;

use crate::{
    manifests::{
        custom::monitoring::{Endpoint, NamespaceSelector, ServiceMonitorSpec},
        kubernetes::{custom, selector},
    },
    names::NAME_LABEL,
    settings::Settings,
};

pub(super) fn define(settings: &Settings, folder: &Manifests) {
    let spec = ServiceMonitorSpec {
        job_label: NAME_LABEL,
        namespace_selector: NamespaceSelector { match_names: vec![settings.karpenter.namespace.clone()] },
        selector: selector(NAME_LABEL, "karpenter"),
        endpoints: vec![Endpoint { port: "http-metrics", path: "/metrics", interval: "30s" }],
    };
    custom("karpenter", spec)
        .in_namespace(&settings.observability.namespace)
        .add_to(folder, "service-monitor-karpenter");
}

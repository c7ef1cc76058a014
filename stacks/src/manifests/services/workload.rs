//! What everything that runs has, and the common part of the services.

use k8s_openapi::{
    api::core::v1::{Container, PodSpec},
    apimachinery::pkg::apis::meta::v1::LabelSelector,
};
use synth_kubernetes::{Draft, Manifests, container_port, pod_security_context, pre_stop_sleep, service_account};

use super::{ADMIN, REDIRECT, TRAFFIC, autoscaler, container, grace_period_seconds, pods::Pods, secrets};
use crate::{
    names::{CORS_PROXY_SERVER, HTTPS_REDIRECT_PORT, SERVICES_PRIORITY},
    resolving,
    settings::{Nodes, Runs, Service, Settings},
};

/// Puts the service account of what runs into its folder, and the secrets that it asks for.
#[track_caller]
pub(super) fn account(runs: &Runs<'_>, settings: &Settings, folder: &Manifests) {
    service_account(runs.name)
        .in_namespace(&settings.services.namespace)
        .automount_service_account_token(false)
        .add_to(folder, "service-account");
    secrets::define(runs, settings, folder);
}

/// The pod of what runs, with what all of them have.
pub(super) fn pod(runs: &Runs<'_>, container: Draft<Container>) -> Draft<PodSpec> {
    let pod = resolving::pod([container])
        .service_account_name(runs.name)
        .automount_service_account_token(false)
        .enable_service_links(false)
        .priority_class_name(SERVICES_PRIORITY)
        .security_context(pod_security_context());
    let nodes = node_selector(runs.asks.nodes);
    if nodes.is_empty() { pod } else { pod.node_selector(nodes) }
}

/// The labels of the nodes on which it runs; an image of all architectures needs none.
fn node_selector(nodes: &Nodes) -> Vec<(&'static str, String)> {
    let bought = nodes.capacity_type.map(|of| ("karpenter.sh/capacity-type", of.to_string()));
    let architecture = match nodes.architectures.as_slice() {
        [one] => Some(("kubernetes.io/arch", one.to_string())),
        _ => None,
    };
    bought.into_iter().chain(architecture).collect()
}

/// A service, and where its manifests go.
#[derive(Clone, Copy, Debug)]
pub(super) struct Workload<'a> {
    pub(super) name: &'a str,
    pub(super) settings: &'a Settings,
    pub(super) service: &'a Service,
    pub(super) folder: &'a Manifests,
}

impl Workload<'_> {
    pub(super) fn namespace(&self) -> &str {
        &self.settings.services.namespace
    }

    pub(super) fn selector(&self) -> LabelSelector {
        self.pods().selector()
    }

    /// Everything but the ways in and out of its pods.
    pub(super) fn define(&self, args: Vec<String>) {
        let (service, pods) = (self.service, self.pods());
        let own = [container_port(TRAFFIC, service.port), container_port(ADMIN, service.admin_port)];
        let redirects = self.name == CORS_PROXY_SERVER && self.settings.redirects_to_https();
        let redirect = redirects.then(|| container_port(REDIRECT, HTTPS_REDIRECT_PORT));
        let container = container::define(self.settings, &pods.runs, args)
            .ports(own.into_iter().chain(redirect))
            .lifecycle(pre_stop_sleep(service.pre_stop_seconds));
        pods.deploy(container::probed(container, &service.probes));
        autoscaler::define(self.name, service, self.settings, self.folder);
        pods.monitor();
    }

    fn pods(&self) -> Pods<'_> {
        Pods {
            runs: self.service.runs(self.name),
            settings: self.settings,
            folder: self.folder,
            replicas: (self.service.min_replicas, self.service.max_replicas),
            grace: grace_period_seconds(self.service),
        }
    }
}

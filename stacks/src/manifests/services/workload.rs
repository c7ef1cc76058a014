//! The common part of the services.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use synth_kubernetes::{Manifests, container_port, pre_stop_sleep};

use super::{ADMIN, REDIRECT, TRAFFIC, autoscaler, container, grace_period_seconds, pods::Pods};
use crate::{
    names::{CORS_PROXY_SERVER, HTTPS_REDIRECT_PORT},
    settings::{Service, Settings},
};

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

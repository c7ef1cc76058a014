//! The child Applications, in the waves in which they are synced, and the projects that bound them.

mod application;
mod cert_manager;
mod external_dns;
mod external_secrets;
pub(super) mod grafana;
mod health;
mod karpenter;
mod keda;
mod load_balancer_controller;
mod metrics_server;
mod project;
mod prometheus_stack;

use synth_kubernetes::Manifests;

use self::application::{Application, Wave};
use crate::{names::SERVICES_PROJECT, settings::Settings};

pub use health::{HEALTH, Health};
pub(crate) use prometheus_stack::PACKED_WELL;

/// The folder of what everything else stands on: namespaces, priorities, storage.
pub(super) const PLATFORM: &str = "platform";
/// The folder of the pools of nodes.
pub(super) const NODE_POOLS: &str = "node-pools";
/// The folder of alerts and dashboards.
pub(super) const OBSERVABILITY: &str = "observability";
/// The folder of the ways in to Argo CD and Grafana.
pub(super) const ENTRANCES: &str = "entrances";
/// The folder of who signs certificates inside the cluster.
pub(super) const ISSUERS: &str = "issuers";
/// The folder of the admission policies.
pub(super) const ADMISSION: &str = "admission";

pub(super) fn define(settings: &Settings, manifests: &Manifests) {
    let (services, monitoring) = (&settings.services.namespace, &settings.observability.namespace);
    let mut own = vec![
        Application::folder(settings, PLATFORM, Wave::Platform, services),
        karpenter::definitions(settings),
        karpenter::controller(settings),
        load_balancer_controller::application(settings),
        Application::folder(settings, NODE_POOLS, Wave::Nodes, &settings.karpenter.namespace),
        metrics_server::application(settings),
        prometheus_stack::application(settings),
        Application::folder(settings, OBSERVABILITY, Wave::Observability, monitoring),
        Application::folder(settings, ADMISSION, Wave::Admission, services),
    ];
    if settings.services.scale_by_keda() {
        own.push(keda::application(settings));
    }
    if settings.cert_manager.enabled {
        own.push(cert_manager::application(settings));
        own.push(Application::folder(settings, ISSUERS, Wave::Issuers, &settings.cert_manager.namespace));
    }
    if settings.domain.name.is_some() {
        own.extend(external_dns::application(settings));
        own.push(Application::folder(settings, ENTRANCES, Wave::Services, &settings.argocd.namespace));
    }
    if settings.services.ask_for_secrets() {
        own.push(external_secrets::application(settings));
    }
    project::platform(settings, &own, manifests);
    project::services(settings, manifests);
    let services = settings.services.runs().map(|runs| {
        let application = Application::folder(settings, runs.name, Wave::Services, services);
        let application = application.of_project(SERVICES_PROJECT);
        let scaled = !settings.services.jobs.contains_key(runs.name);
        if scaled { application.autoscaled(runs.name) } else { application }
    });
    for application in own.into_iter().chain(services) {
        application.add_to(manifests);
    }
}

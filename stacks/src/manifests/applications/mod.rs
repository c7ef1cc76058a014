//! The child Applications, in the waves in which they are synced, and the projects that bound them.

mod application;
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
    project::platform(settings, &own, manifests);
    project::services(settings, manifests);
    let services = settings.services.all().map(|(name, _)| {
        let application = Application::folder(settings, name, Wave::Services, services);
        application.of_project(SERVICES_PROJECT).autoscaled(name)
    });
    for application in own.into_iter().chain(services) {
        application.add_to(manifests);
    }
}

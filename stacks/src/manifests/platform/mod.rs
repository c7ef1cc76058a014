//! The base of everything else: namespaces, priorities, storage, and the bounds of the services' namespace.

mod bounds;
mod namespaces;

use synth_kubernetes::{Manifests, priority_class, storage_class};

use crate::{
    names::{PLATFORM_PRIORITY, SERVICES_PRIORITY, STORAGE_CLASS},
    settings::Settings,
};

pub(super) fn define(settings: &Settings, folder: &Manifests) {
    namespaces::define(settings, folder);
    bounds::define(settings, folder);
    priority_class(PLATFORM_PRIORITY)
        .value(1_000_000)
        .description("Metrics, alerts and dashboards: they outlive the services that they watch")
        .add_to(folder, "priority-class-platform");
    priority_class(SERVICES_PRIORITY)
        .value(100_000)
        .description("The services, above everything without a priority")
        .add_to(folder, "priority-class-services");
    storage_class(STORAGE_CLASS)
        .provisioner("ebs.csi.aws.com")
        .parameters([("type", "gp3"), ("encrypted", "true")])
        .reclaim_policy("Delete")
        // A volume is made in the zone that its pod was put into.
        .volume_binding_mode("WaitForFirstConsumer")
        .allow_volume_expansion(true)
        .add_to(folder, "storage-class");
}

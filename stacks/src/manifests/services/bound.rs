//! The proxy behind a load balancer of Terraform's: its pods fill target groups that are there already, found by their names.

use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use synth_kubernetes::{
    Manifests, custom,
    elbv2::{ServiceReference, TargetGroupBindingSpec},
    service, service_port, service_spec,
};

use super::{SYNC_WAVE, TRAFFIC};
use crate::{
    names::{CORS_PROXY_SERVER, NAME_LABEL},
    settings::Settings,
};

pub(super) fn define(settings: &Settings, folder: &Manifests) {
    let server = &settings.services.cors_proxy_server;
    service(CORS_PROXY_SERVER)
        .in_namespace(&settings.services.namespace)
        .label(NAME_LABEL, CORS_PROXY_SERVER)
        .annotation(SYNC_WAVE, "-1")
        .spec(
            service_spec()
                .type_("ClusterIP")
                .selector([(NAME_LABEL, CORS_PROXY_SERVER)])
                .ports([service_port(TRAFFIC, server.port)]),
        )
        .add_to(folder, "service");
    let spec = TargetGroupBindingSpec {
        target_group_name: settings.balancer_name(),
        target_type: "ip".to_owned(),
        service_ref: ServiceReference {
            name: CORS_PROXY_SERVER.to_owned(),
            port: IntOrString::String(TRAFFIC.to_owned()),
        },
    };
    custom(CORS_PROXY_SERVER, spec)
        .in_namespace(&settings.services.namespace)
        // Only pods that are made after it get a readiness gate on its target group.
        .annotation(SYNC_WAVE, "-1")
        .add_to(folder, "target-group-binding");
}

//! The proxy behind a load balancer of Terraform's: its pods fill target groups that are there already, found by their names.

use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use synth_kubernetes::{
    Manifests, custom,
    elbv2::{ServiceReference, TargetGroupBindingSpec},
    service, service_port, service_spec,
};

use super::{REDIRECT, TRAFFIC};
use crate::{
    names::{CORS_PROXY_SERVER, HTTPS_REDIRECT_PORT, NAME_LABEL, SYNC_WAVE},
    settings::Settings,
};

pub(super) fn define(settings: &Settings, folder: &Manifests) {
    let server = &settings.services.cors_proxy_server;
    let redirect = settings.redirects_to_https().then(|| service_port(REDIRECT, HTTPS_REDIRECT_PORT));
    service(CORS_PROXY_SERVER)
        .in_namespace(&settings.services.namespace)
        .label(NAME_LABEL, CORS_PROXY_SERVER)
        .annotation(SYNC_WAVE, "-1")
        .spec(
            service_spec()
                .type_("ClusterIP")
                .selector([(NAME_LABEL, CORS_PROXY_SERVER)])
                .ports([service_port(TRAFFIC, server.port)].into_iter().chain(redirect)),
        )
        .add_to(folder, "service");
    bind(settings, (CORS_PROXY_SERVER, TRAFFIC), settings.balancer_name(), folder);
    if settings.redirects_to_https() {
        let name = format!("{CORS_PROXY_SERVER}-redirect");
        bind(settings, (&name, REDIRECT), settings.redirect_group_name(), folder);
    }
}

/// Fills a target group with the pods behind a port of the Service.
#[track_caller]
fn bind(settings: &Settings, (name, port): (&str, &str), target_group_name: String, folder: &Manifests) {
    let spec = TargetGroupBindingSpec {
        target_group_name,
        target_type: "ip".to_owned(),
        service_ref: ServiceReference {
            name: CORS_PROXY_SERVER.to_owned(),
            port: IntOrString::String(port.to_owned()),
        },
    };
    let file = if port == TRAFFIC { "target-group-binding".to_owned() } else { format!("target-group-binding-{port}") };
    custom(name, spec)
        .in_namespace(&settings.services.namespace)
        // Only pods that are made after it get a readiness gate on its target group.
        .annotation(SYNC_WAVE, "-1")
        .add_to(folder, &file);
}

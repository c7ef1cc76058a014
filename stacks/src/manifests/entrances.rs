//! The ways in to Argo CD and Grafana: a name each, on the load balancer that all entrances of a scheme share.
//!
//! The controller finds the certificate of the domain by the host, external-dns makes the record.

use synth_kubernetes::{Manifests, ingress_object, ingress_spec};

use super::services::of_balancer;
use crate::{
    charts::{Values as _, prometheus_stack},
    names::{ARGOCD_RELEASE, INGRESS_CLASS, NAME_LABEL},
    settings::{Scheme, Settings},
};

/// A page, and how its load balancer asks it.
struct Page<'a> {
    name: &'a str,
    namespace: &'a str,
    host: &'a str,
    scheme: Scheme,
    service: String,
    port: &'a str,
    /// What its pods speak; the load balancer asks nobody who signed their certificate.
    protocol: &'a str,
    health: &'a str,
}

pub(super) fn define(settings: &Settings, folder: &Manifests) {
    let Some(grafana) = settings.grafana_host() else { return };
    let domain = &settings.domain;
    let pages = [
        Page {
            name: "argocd",
            namespace: &settings.argocd.namespace,
            host: &settings.argocd.domain,
            scheme: domain.argocd_scheme,
            service: format!("{ARGOCD_RELEASE}-server"),
            port: "443",
            protocol: "HTTPS",
            health: "/healthz",
        },
        Page {
            name: "grafana",
            namespace: &settings.observability.namespace,
            host: &grafana,
            scheme: domain.grafana_scheme,
            service: format!("{}-grafana", prometheus_stack::Values::CHART),
            port: "80",
            protocol: "HTTP",
            health: "/api/health",
        },
    ];
    for page in pages {
        let targets = [
            ("target-type", "ip"),
            ("backend-protocol", page.protocol),
            ("healthcheck-protocol", page.protocol),
            ("healthcheck-path", page.health),
        ];
        let targets = targets.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let ingress = ingress_object(page.name)
            .in_namespace(page.namespace)
            .label(NAME_LABEL, page.name)
            .spec(ingress_spec(INGRESS_CLASS, page.host, "/", (&page.service, page.port)));
        let annotations = of_balancer(settings, page.scheme).into_iter().chain(targets);
        annotations
            .fold(ingress, |ingress, (name, value)| {
                ingress.annotation(&format!("alb.ingress.kubernetes.io/{name}"), value)
            })
            .add_to(folder, &format!("ingress-{}", page.name));
    }
}

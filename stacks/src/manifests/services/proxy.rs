//! cors-proxy-server: reached from the internet, reaching the internet and the services that it may call, and nothing else.

use k8s_openapi::api::core::v1::Service;
use synth_kubernetes::{
    Draft, Manifests, ingress, ip_block, network_policy, network_policy_spec, service, service_port, service_spec, tcp,
};

use super::{ADMIN, TRAFFIC, bound, container::server_args, networking, workload::Workload};
use crate::{
    edge,
    names::{CORS_PROXY_SERVER, HTTPS_REDIRECT_PORT, NAME_LABEL, SYNC_WAVE},
    settings::Settings,
};

pub(super) fn define(settings: &Settings, manifests: &Manifests) {
    let folder = &manifests.folder(CORS_PROXY_SERVER);
    let server = &settings.services.cors_proxy_server;
    let workload = Workload { name: CORS_PROXY_SERVER, settings, service: server, folder };
    workload.define([server_args(server), proxy_args(settings)].concat());
    if settings.terraform_owns_balancer() {
        bound::define(settings, folder);
    } else {
        // Only pods that are made after the target group get a readiness gate on it.
        load_balancer(settings).annotation(SYNC_WAVE, "-1").add_to(folder, "service");
    }
    // Every port of the Service above is open to the internet, so metrics have a Service of their own.
    service(format!("{CORS_PROXY_SERVER}-metrics"))
        .in_namespace(workload.namespace())
        .label(NAME_LABEL, CORS_PROXY_SERVER)
        .spec(
            service_spec()
                .type_("ClusterIP")
                .selector([(NAME_LABEL, CORS_PROXY_SERVER)])
                .ports([service_port(ADMIN, server.admin_port)]),
        )
        .add_to(folder, "service-metrics");

    // The load balancer connects from its own addresses, for clients and for health checks.
    let redirect = settings.redirects_to_https().then_some(HTTPS_REDIRECT_PORT);
    let from_balancer = [server.port, server.admin_port].into_iter().chain(redirect);
    let balancer = settings.balancer_ranges().iter().map(|subnet| ip_block(subnet.to_string(), []));
    network_policy(CORS_PROXY_SERVER)
        .in_namespace(workload.namespace())
        .spec(
            network_policy_spec()
                .pod_selector(workload.selector())
                .policy_types(["Ingress", "Egress"])
                .ingress([
                    ingress(balancer, from_balancer.map(tcp)),
                    networking::from_prometheus(settings, server.admin_port),
                ])
                .egress(
                    [networking::to_name_servers()]
                        .into_iter()
                        .chain(networking::to_called(settings, CORS_PROXY_SERVER))
                        .chain([networking::to_internet(settings)])
                        .chain(networking::to_allowed_targets(settings))
                        .chain(networking::to_aws(settings, &server.runs(CORS_PROXY_SERVER))),
                ),
        )
        .add_to(folder, "network-policy");
}

fn proxy_args(settings: &Settings) -> Vec<String> {
    let proxy = &settings.services.proxy;
    let called = settings.services.called_by(CORS_PROXY_SERVER);
    let addresses = called.map(|(name, service)| settings.service_address(name, service));
    let targets = addresses.chain(proxy.allow_targets.iter().map(ToString::to_string));
    let targets = targets.flat_map(|target| ["--allow-target".to_owned(), target]);
    // Without a list the proxy serves every origin.
    let origins = proxy.named_origins().flat_map(|origin| ["--allow-origin".to_owned(), origin.to_owned()]);
    let balancer = settings.balancer_ranges().iter();
    let balancer = balancer.flat_map(|subnet| ["--proxy-protocol-from".to_owned(), subnet.to_string()]);
    let redirect = settings.redirects_to_https().then(|| format!("0.0.0.0:{HTTPS_REDIRECT_PORT}"));
    let redirect = redirect.into_iter().flat_map(|listen| ["--https-redirect-listen".to_owned(), listen]);
    targets.chain(origins).chain(balancer).chain(redirect).chain(edge_args(settings)).collect()
}

/// With an edge it alone reaches the load balancer, and appends the viewer's address; its cache reads no `Vary`.
fn edge_args(settings: &Settings) -> Vec<String> {
    if !settings.edge.enabled {
        return Vec::new();
    }
    let key = edge::CACHE_KEY.iter().flat_map(|name| ["--cache-key".to_owned(), (*name).to_owned()]);
    ["--behind-edge".to_owned()].into_iter().chain(key).collect()
}

/// A Service behind a network load balancer whose targets are the pods themselves.
fn load_balancer(settings: &Settings) -> Draft<Service> {
    let server = &settings.services.cors_proxy_server;
    let proxy = &settings.services.proxy;
    let port = if proxy.certificate_arn.is_some() { 443 } else { 80 };
    // The controller leaves an attribute as it is that is not named: each says its value, AWS's default too.
    let balancer = [
        // A zone without a ready pod, as rollouts and lost nodes leave one for a while, is served by the others.
        "load_balancing.cross_zone.enabled=true".to_owned(),
        format!("zonal_shift.config.enabled={}", settings.cluster.zonal_shift.in_aws()),
    ];
    let attributes = [
        // Kept across zones, a client's address and port can reach one pod by two of the load balancer's addresses at once.
        "preserve_client_ip.enabled=false".to_owned(),
        "proxy_protocol_v2.enabled=true".to_owned(),
        // Zonal shift across zones asks for this, and so do pods that drain: checks fail by then.
        "target_health_state.unhealthy.connection_termination.enabled=false".to_owned(),
        format!("deregistration_delay.timeout_seconds={}", proxy.deregistration_delay_seconds),
        "deregistration_delay.connection_termination.enabled=true".to_owned(),
    ];
    let mut annotations = vec![
        ("scheme", "internet-facing".to_owned()),
        ("nlb-target-type", "ip".to_owned()),
        ("attributes", balancer.join(",")),
        ("target-group-attributes", attributes.join(",")),
        ("healthcheck-protocol", "http".to_owned()),
        ("healthcheck-port", server.admin_port.to_string()),
        ("healthcheck-path", "/readyz".to_owned()),
        ("healthcheck-interval", "5".to_owned()),
        ("healthcheck-timeout", "2".to_owned()),
        ("healthcheck-healthy-threshold", "2".to_owned()),
        ("healthcheck-unhealthy-threshold", "2".to_owned()),
    ];
    if let Some(certificate) = &proxy.certificate_arn {
        annotations.push(("ssl-cert", certificate.to_string()));
        annotations.push(("ssl-ports", port.to_string()));
    }
    let service = service(CORS_PROXY_SERVER)
        .in_namespace(&settings.services.namespace)
        .label(NAME_LABEL, CORS_PROXY_SERVER)
        .spec(
            service_spec()
                .type_("LoadBalancer")
                .load_balancer_class("service.k8s.aws/nlb")
                .allocate_load_balancer_node_ports(false)
                .selector([(NAME_LABEL, CORS_PROXY_SERVER)])
                .ports([service_port(TRAFFIC, port)]),
        );
    annotations.into_iter().fold(service, |service, (name, value)| {
        service.annotation(&format!("service.beta.kubernetes.io/aws-load-balancer-{name}"), value)
    })
}

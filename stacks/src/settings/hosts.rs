//! Rules of names: those of load balancers, which AWS counts the letters of, and those of hosts, each of which leads to one thing.

use super::problem::Problems;
use super::{Argocd, Domain, Edge, Entrance, Services};
use crate::names::HTTPS_REDIRECT_PORT;

/// The most characters that Elastic Load Balancing allows in the name of a load balancer or of a target group.
const NAME_LIMIT: usize = 32;

/// Terraform names the load balancer and its target groups, by which bindings in the cluster and the edge find them.
pub(super) fn balancer_names_fit(name: &str, domain: &Domain, edge: &Edge, problems: &mut Problems<'_>) {
    let (suffix, of, mend) = if edge.enabled {
        ("-proxy", "load balancer", "set `edge.enabled` to false")
    } else if domain.name.is_some() {
        // Without an edge what comes without TLS has a target group, too.
        ("-redirect", "target group", "leave `domain.name` empty")
    } else {
        return;
    };
    let longest = NAME_LIMIT - suffix.len();
    if name.len() > longest {
        let derived = format!("{name}{suffix}");
        let length = derived.len();
        problems.report(
            "name",
            format!(
                "makes the name `{derived}` of a {of}, of {length} characters, but Elastic Load Balancing allows \
                 {NAME_LIMIT}: use at most {longest} characters, or {mend}"
            ),
        );
    }
}

/// The certificate of the domain covers the names one label below it, and the redirect to them has a port of its own.
pub(super) fn names_lie_in_domain(
    domain: &Domain,
    argocd: &Argocd,
    services: &Services,
    edge: &Edge,
    problems: &mut Problems<'_>,
) {
    let Some(name) = &domain.name else { return };
    if !domain.covers(&argocd.domain) {
        let key = "argocd.domain";
        let whole = problems.other(key, "domain.name", name);
        let message = format!(
            "is `{}`, but certificate and zone are for names one label below {whole}: use `argocd.{name}`",
            argocd.domain
        );
        problems.report(key, message);
    }
    let server = &services.cors_proxy_server;
    // Behind an edge nothing is redirected here.
    let ports = [("port", server.port), ("admin_port", server.admin_port)].into_iter().filter(|_| !edge.enabled);
    for (port, of) in ports.filter(|(_, of)| *of == HTTPS_REDIRECT_PORT) {
        let message = format!(
            "is {of}, where the proxy sends requests without TLS to HTTPS, as `domain.name` asks: choose another"
        );
        problems.report(&format!("services.cors_proxy_server.{port}"), message);
    }
}

/// What claims a host for itself, by its key: the platform's own pages, the proxy, and what stands before it.
fn claims(domain: &Domain, argocd: &Argocd, edge: &Edge) -> Vec<(&'static str, String)> {
    let viewers = edge.host.clone().filter(|_| edge.enabled);
    // An edge that has a name of its own leaves that of the proxy to nobody.
    let proxy = domain.host(&domain.proxy).filter(|_| viewers.is_none());
    let claims = [
        ("argocd.domain", Some(argocd.domain.clone())),
        ("domain.proxy", proxy),
        ("domain.grafana", domain.host(&domain.grafana)),
        ("edge.host", viewers),
    ];
    claims.into_iter().filter_map(|(key, host)| Some((key, host?))).collect()
}

/// Each host has one record, and so leads to one thing.
pub(super) fn hosts_are_free(
    domain: &Domain,
    argocd: &Argocd,
    edge: &Edge,
    services: &Services,
    problems: &mut Problems<'_>,
) {
    let claims = claims(domain, argocd, edge);
    for (index, (key, host)) in claims.iter().enumerate() {
        if let Some((other, _)) = claims[..index].iter().find(|(_, other)| other == host) {
            let other = problems.other(key, other, host);
            let (table, _) = key.split_once('.').unwrap_or_default();
            problems.report_in(table, key, format!("makes the name `{host}`, which {other} has: choose another"));
        }
    }
    let mut schemes: Vec<(&Entrance, String)> = Vec::new();
    for (name, service) in services.all() {
        let Some(entrance) = &service.entrance else { continue };
        let key = format!("{}.entrance.host", services.key(name).join("."));
        if let Some((other, _)) = claims.iter().find(|(_, host)| *host == entrance.host) {
            let mend = if edge.enabled && *other == "domain.proxy" { ", or set `edge.host`" } else { "" };
            let message = format!("is `{}`, the name that `{other}` makes: choose another{mend}", entrance.host);
            problems.report(&key, message);
        }
        let apart = |(other, _): &&(&Entrance, String)| other.host == entrance.host && other.scheme != entrance.scheme;
        if let Some((_, other)) = schemes.iter().find(apart).filter(|_| domain.covers(&entrance.host)) {
            let message = format!(
                "is `{}`, as `{other}` is with another scheme, but a name leads to one load balancer: choose another, or one \
                 scheme for both",
                entrance.host
            );
            problems.report(&key, message);
        }
        schemes.push((entrance, key));
    }
}

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

/// The certificate of the domain covers the names one label below it, and each leads to one thing.
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
    let taken = |label: &str| argocd.domain == format!("{label}.{name}");
    for (key, label) in [("domain.proxy", &domain.proxy), ("domain.grafana", &domain.grafana)] {
        if taken(label) {
            let other = problems.other(key, "argocd.domain", &argocd.domain);
            problems.report_in("domain", key, format!("is `{label}`, which {other} has: choose another"));
        }
    }
    if domain.proxy == domain.grafana {
        let other = problems.other("domain.grafana", "domain.proxy", &domain.proxy);
        problems.report_in(
            "domain",
            "domain.grafana",
            format!("is `{}`, which {other} has: choose another", domain.grafana),
        );
    }
    if edge.enabled {
        leads_to_the_edge(domain, argocd, services, edge, problems);
        return;
    }
    let server = &services.cors_proxy_server;
    for (port, of) in [("port", server.port), ("admin_port", server.admin_port)] {
        if of == HTTPS_REDIRECT_PORT {
            let key = format!("services.cors_proxy_server.{port}");
            let message =
                "is {}, where the proxy sends requests without TLS to HTTPS, as `domain.name` asks: choose another";
            problems.report(&key, message.replace("{}", &of.to_string()));
        }
    }
}

/// Nothing else has the host of the edge. Where that is empty it is the proxy's, which was looked at already.
fn leads_to_the_edge(domain: &Domain, argocd: &Argocd, services: &Services, edge: &Edge, problems: &mut Problems<'_>) {
    let grafana = domain.host(&domain.grafana);
    let entrances = services.all().filter_map(|(name, service)| {
        let entrance = service.entrance.as_ref()?;
        Some((format!("{}.entrance.host", services.key(name).join(".")), entrance.host.clone()))
    });
    let entrances: Vec<_> = entrances.collect();
    if let Some(host) = &edge.host {
        let pages = [("argocd.domain".to_owned(), Some(argocd.domain.clone())), ("domain.grafana".to_owned(), grafana)];
        let pages = pages.into_iter().filter_map(|(key, host)| Some((key, host?)));
        for (other, _) in pages.chain(entrances).filter(|(_, other)| other == host) {
            let other = problems.other("edge.host", &other, host);
            problems.report("edge.host", format!("is `{host}`, which {other} has: choose another"));
        }
        return;
    }
    let Some(host) = domain.host(&domain.proxy) else { return };
    for (key, _) in entrances.iter().filter(|(_, other)| *other == host) {
        let message = format!("is `{host}`, under which viewers reach the edge: choose another, or set `edge.host`");
        problems.report(key, message);
    }
}

/// Each host has one record, and so leads to one thing.
pub(super) fn hosts_are_free(
    domain: &Domain,
    argocd: &Argocd,
    edge: &Edge,
    services: &Services,
    problems: &mut Problems<'_>,
) {
    let named = |label: &String, key| Some((domain.host(label)?, key));
    let pages = domain.name.is_some().then(|| (argocd.domain.clone(), "argocd.domain"));
    // With a domain, what an edge is called is a rule of its own.
    let viewers = edge.host.clone().filter(|_| edge.enabled && domain.name.is_none()).map(|host| (host, "edge.host"));
    let proxy = named(&domain.proxy, "domain.proxy").filter(|_| !edge.enabled);
    let grafana = named(&domain.grafana, "domain.grafana");
    let taken: Vec<_> = [proxy, grafana, pages, viewers].into_iter().flatten().collect();
    let mut schemes: Vec<(&Entrance, String)> = Vec::new();
    for (name, service) in services.all() {
        let Some(entrance) = &service.entrance else { continue };
        let key = format!("{}.entrance.host", services.key(name).join("."));
        if let Some((_, other)) = taken.iter().find(|(host, _)| *host == entrance.host) {
            problems.report(&key, format!("is `{}`, the name that `{other}` makes: choose another", entrance.host));
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

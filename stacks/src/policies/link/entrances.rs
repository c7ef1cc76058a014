//! Entrances: whether what an Ingress leads to is there, is asked the right question, and lets the load balancer in.

use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use synth_bindings::aws_subnet;
use synth_review::{Findings, Policy, Severity};

use super::traffic::admits_from;
use crate::{
    Platform,
    access::{Page, pages},
    settings::Cidr,
    view::{Entrance, Meta as _, Workload, container_port, plain, ports, target as leads_to, whole},
};

pub(super) const LEAD_TO_PODS: Policy<Platform> = Policy {
    code: "LINK031",
    name: "entrances-lead-to-pods",
    severity: Severity::Error,
    explanation: "A load balancer whose targets are not there, are asked another question than their readiness probe, or \
                  do not let it in, answers every request with an error.",
    check: lead_to_pods,
};

fn lead_to_pods(platform: &Platform, findings: &mut Findings) {
    hidden(platform, findings);
    let workloads = platform.autoscaled();
    let pages = pages(platform);
    for entrance in platform.entrances() {
        let name = entrance.service();
        // What a chart makes is not seen here, but is known by its name.
        let is_page = |page: &Page| {
            (page.namespace.as_str(), page.service.as_str()) == (entrance.ingress.namespace(), name)
                && page.port.to_string() == entrance.port()
        };
        if pages.iter().any(is_page) {
            continue;
        }
        let behind = workloads.iter().find(|workload| {
            let services = workload.services(platform).map(|service| service.name());
            workload.namespace() == entrance.ingress.namespace() && services.into_iter().any(|of| of == name)
        });
        let Some(workload) = behind else {
            findings.report(
                entrance.ingress.place(),
                format!("leads to Service/{name}, which has no pods"),
                "name the Service of a Deployment of its namespace",
            );
            continue;
        };
        leads(platform, workload, &entrance, findings);
        asks(workload, &entrance, findings);
    }
}

/// A rule behind one that takes all that it would.
fn hidden(platform: &Platform, findings: &mut Findings) {
    let all: Vec<_> = platform.entrances().collect();
    for entrance in &all {
        let takes_all = |other: &&Entrance<'_>| {
            let same = (other.balancer(), other.host) == (entrance.balancer(), entrance.host);
            let conditional = other.ingress.typed().annotations().keys().any(|name| name.contains("/conditions."));
            same && !conditional && other.rank() < entrance.rank() && other.holds(entrance)
        };
        if let Some(first) = all.iter().find(takes_all) {
            findings.report(
                entrance.ingress.place(),
                format!(
                    "is never asked: the load balancer tries Ingress/{} first, which takes all of `{}` below `{}/`",
                    first.ingress.name(),
                    first.host,
                    first.below()
                ),
                "give it a lower `alb.ingress.kubernetes.io/group.order`",
            );
        }
    }
}

/// The port of the Service, and who is let in there.
fn leads(platform: &Platform, workload: &Workload<'_>, entrance: &Entrance<'_>, findings: &mut Findings) {
    let (service, port) = (entrance.service(), entrance.port());
    let declared = workload.services(platform).filter(|of| of.name() == service).find_map(|of| {
        let named = |one: &&k8s_openapi::api::core::v1::ServicePort| {
            one.name.as_ref() == Some(&port) || whole(one.port).to_string() == port
        };
        ports(&of).iter().find(named).map(leads_to)
    });
    let Some(reached) = declared.and_then(|target| container_port(workload.containers(), &target)) else {
        findings.report(
            entrance.ingress.place(),
            format!("leads to port `{port}` of Service/{service}, which is none of it, or of no container"),
            "name a port of the Service that leads to one of the container",
        );
        return;
    };
    let asked = entrance.annotation("healthcheck-port").parse().ok();
    for range in ranges(platform, entrance) {
        for port in [Some(reached), asked].into_iter().flatten() {
            if !admits_from(platform, workload, port, range) {
                findings.report(
                    workload.deployment.place(),
                    format!(
                        "is sent requests by the load balancer of Ingress/{} on port {port} from {range}, which no network \
                         policy admits",
                        entrance.ingress.name()
                    ),
                    format!("admit tcp port {port} from {range} in the pods' network policy"),
                );
            }
        }
    }
}

/// The subnets in which its load balancer has addresses, which the controller finds by their tag.
fn ranges(platform: &Platform, entrance: &Entrance<'_>) -> Vec<Cidr> {
    let tag = if entrance.is_public() { "kubernetes.io/role/elb" } else { "kubernetes.io/role/internal-elb" };
    let subnets = platform.resources::<aws_subnet::Handle>().filter(|subnet| subnet.tag(tag).is_some());
    subnets.filter_map(|subnet| subnet.text(|of| of.cidr_block())?.parse().ok()).collect()
}

fn asks(workload: &Workload<'_>, entrance: &Entrance<'_>, findings: &mut Findings) {
    let mut containers = workload.containers().iter();
    let ready = containers.find_map(|container| container.readiness_probe.as_ref()?.http_get.as_ref());
    let Some(ready) = ready else { return };
    let (port, path) = (entrance.annotation("healthcheck-port"), entrance.annotation("healthcheck-path"));
    let asked = port.parse().map_or_else(|_| IntOrString::String(port.to_owned()), IntOrString::Int);
    let same = container_port(workload.containers(), &asked) == container_port(workload.containers(), &ready.port);
    let answers = ready.path.as_deref().unwrap_or_default();
    if !same || path != answers {
        findings.report(
            entrance.ingress.place(),
            format!(
                "asks for health at `{path}` on port `{port}`, but the readiness probe of Deployment/{} at `{answers}` on `{}`",
                workload.name(),
                plain(&ready.port)
            ),
            "give its health check the port and path of the readiness probe",
        );
    }
}

pub(super) const SAY_THE_SAME: Policy<Platform> = Policy {
    code: "LINK032",
    name: "entrances-say-the-same",
    severity: Severity::Error,
    explanation: "Ingresses that share a load balancer have one word about it: where two of them differ, the controller \
                  changes nothing for any of them.",
    check: say_the_same,
};

/// What the controller reads once for a load balancer: <https://kubernetes-sigs.github.io/aws-load-balancer-controller/v3.5/guide/ingress/annotations/>
const EXCLUSIVE: [&str; 3] = ["scheme", "load-balancer-attributes", "ssl-redirect"];

fn say_the_same(platform: &Platform, findings: &mut Findings) {
    let all: Vec<_> = platform.entrances().collect();
    for (index, entrance) in all.iter().enumerate() {
        let Some(first) = all[..index].iter().find(|of| of.balancer() == entrance.balancer()) else { continue };
        for name in EXCLUSIVE.into_iter().filter(|name| first.annotation(name) != entrance.annotation(name)) {
            findings.report(
                entrance.ingress.place(),
                format!(
                    "says `{name}: {}` of the load balancer `{}`, and Ingress/{} `{}`",
                    entrance.annotation(name),
                    entrance.balancer(),
                    first.ingress.name(),
                    first.annotation(name)
                ),
                "say the same, or name another `group.name`",
            );
        }
    }
}

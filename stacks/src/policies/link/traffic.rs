//! Traffic that network policies must admit: of clients, of health checks, and between services.

use serde_json::Value as Json;
use synth_framework::{Findings, Manifest};

use crate::{
    Platform,
    policies::view::{Workload, annotation, at, container_port, flag, items, matches, strings, text},
    settings::Cidr,
};

/// The rules of policies that select the pods of a workload, in one direction.
fn rules<'a>(platform: &'a Platform, workload: &Workload<'a>, direction: &'a str) -> Vec<&'a Json> {
    let policies = workload.selecting(platform, "NetworkPolicy", "/spec/podSelector");
    policies
        .flat_map(|policy| items(&policy.object, if direction == "Ingress" { "/spec/ingress" } else { "/spec/egress" }))
        .collect()
}

/// Do policies deny the pods of a workload what no rule admits, in one direction?
fn denies(platform: &Platform, workload: &Workload<'_>, direction: &str) -> bool {
    workload
        .selecting(platform, "NetworkPolicy", "/spec/podSelector")
        .any(|policy| strings(&policy.object, "/spec/policyTypes").contains(&direction))
}

fn admits_port(rule: &Json, port: u64) -> bool {
    let ports = items(rule, "/ports");
    ports.is_empty() || ports.iter().any(|of| of["port"].is_null() || of["port"] == port)
}

/// Does a rule admit every address of a range?
fn admits_range(rule: &Json, peers: &str, range: Cidr) -> bool {
    let peers = items(rule, peers);
    let holds = |peer: &Json| {
        let block: Option<Cidr> = text(peer, "/ipBlock/cidr").parse().ok();
        let excepts = strings(peer, "/ipBlock/except");
        let excepts =
            excepts.iter().filter_map(|except| except.parse::<Cidr>().ok()).any(|except| except.overlaps(range));
        block.is_some_and(|block| block.contains(range)) && !excepts
    };
    peers.is_empty() || peers.iter().any(holds)
}

/// Does a rule admit the pods of a workload of the same namespace?
fn admits_pods(rule: &Json, peers: &str, workload: &Workload<'_>) -> bool {
    let peers = items(rule, peers);
    let labels = at(&workload.deployment.object, "/spec/template/metadata/labels");
    let selects = |peer: &Json| peer.get("namespaceSelector").is_none() && matches(at(peer, "/podSelector"), labels);
    peers.is_empty() || peers.iter().any(selects)
}

pub(super) fn traffic_admitted(platform: &Platform, findings: &mut Findings) {
    let workloads = platform.autoscaled();
    for workload in &workloads {
        if denies(platform, workload, "Ingress") {
            for service in workload.services(platform).filter(|of| text(&of.object, "/spec/type") == "LoadBalancer") {
                balanced(platform, workload, service, findings);
            }
        }
        let targets = workload.containers().iter().flat_map(|container| flag(container, "--allow-target"));
        for (target, port) in targets.filter_map(|target| pods_behind(platform, &workloads, target)) {
            called(platform, workload, &target, port, findings);
        }
    }
}

/// Clients of a load balancer, and its health checks.
fn balanced(platform: &Platform, workload: &Workload<'_>, service: &Manifest, findings: &mut Findings) {
    let rules = rules(platform, workload, "Ingress");
    let everyone: Cidr = "0.0.0.0/0".parse().expect("a range");
    for port in items(&service.object, "/spec/ports") {
        let Some(port) = container_port(workload.containers(), &port["targetPort"]) else { continue };
        if !rules.iter().any(|rule| admits_port(rule, port) && admits_range(rule, "/from", everyone)) {
            findings.report(
                platform.place(workload.deployment),
                format!(
                    "gets the clients of Service/{} on port {port}, which no network policy admits from everywhere",
                    service.name()
                ),
                format!("admit port {port} without `from` in the pods' network policy"),
            );
        }
    }
    let Ok(port) = annotation(service, "healthcheck-port").parse() else { return };
    let subnets = platform.managed("aws_subnet").filter(|subnet| subnet.tag("kubernetes.io/role/elb").is_some());
    for range in subnets.filter_map(|subnet| subnet.text("cidr_block")) {
        let admitted = range
            .parse()
            .is_ok_and(|range| rules.iter().any(|rule| admits_port(rule, port) && admits_range(rule, "/from", range)));
        if !admitted {
            findings.report(
                platform.place(workload.deployment),
                format!("gets health checks on port {port} from {range}, which no network policy admits"),
                format!("admit port {port} from every public subnet in the pods' network policy"),
            );
        }
    }
}

/// The pods and container port that an address inside the cluster leads to.
fn pods_behind<'a>(platform: &'a Platform, workloads: &[Workload<'a>], target: &str) -> Option<(Workload<'a>, u64)> {
    let (host, port) = target.rsplit_once(':')?;
    let port: u64 = port.parse().ok()?;
    workloads.iter().find_map(|workload| {
        let service = workload
            .services(platform)
            .find(|service| host.strip_prefix(&format!("{}.{}.svc", service.name(), service.namespace())).is_some())?;
        let declared = items(&service.object, "/spec/ports").iter().find(|declared| declared["port"] == port)?;
        Some((*workload, container_port(workload.containers(), &declared["targetPort"])?))
    })
}

/// One service calling another.
fn called(platform: &Platform, from: &Workload<'_>, to: &Workload<'_>, port: u64, findings: &mut Findings) {
    let admitted = |direction, peers, workload: &Workload<'_>, peer| {
        !denies(platform, workload, direction)
            || rules(platform, workload, direction)
                .iter()
                .any(|rule| admits_port(rule, port) && admits_pods(rule, peers, peer))
    };
    if !admitted("Egress", "/to", from, to) {
        findings.report(
            platform.place(from.deployment),
            format!("calls {} on port {port}, which no network policy lets its pods reach", to.name()),
            format!("let it out to port {port} of those pods"),
        );
    }
    if !admitted("Ingress", "/from", to, from) {
        findings.report(
            platform.place(to.deployment),
            format!("is called by {} on port {port}, which no network policy admits", from.name()),
            format!("admit port {port} from those pods"),
        );
    }
}

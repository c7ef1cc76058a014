//! Traffic that network policies must admit: of clients, of health checks, and between services.

use serde_json::{Value as Json, json};
use synth_bindings::aws_subnet;
use synth_framework::Findings;
use synth_kubernetes::Manifest;

use crate::{
    Platform,
    names::ADD_ON_NAMESPACE,
    policies::view::{
        TARGET_GROUP, Workload, annotation, at, attribute, container_port, flag, items, matches, number, protocol,
        strings, text,
    },
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

/// A port with its protocol, which a rule for another protocol does not admit.
type Port = (&'static str, u64);

fn admits_port(rule: &Json, (spoken, port): Port) -> bool {
    let ports = items(rule, "/ports");
    let holds = |of: &Json| match number(of, "/port") {
        Some(first) => (first..=number(of, "/endPort").unwrap_or(first)).contains(&port),
        None => of["port"].is_null(),
    };
    ports.is_empty() || ports.iter().any(|of| protocol(of) == spoken && holds(of))
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
        let ways_out = rules(platform, workload, "Egress");
        if denies(platform, workload, "Egress") && !ways_out.is_empty() {
            resolves(platform, workload, &ways_out, findings);
        }
        let targets = workload.containers().iter().flat_map(|container| flag(container, "--allow-target"));
        for (target, port) in targets.filter_map(|target| pods_behind(platform, &workloads, target)) {
            called(platform, workload, &target, port, findings);
        }
    }
}

/// The label of the name servers' pods.
const NAME_SERVERS: &str = "kube-dns";

/// Whoever calls others resolves their names, by UDP, and by TCP where an answer is long.
fn resolves(platform: &Platform, workload: &Workload<'_>, ways_out: &[&Json], findings: &mut Findings) {
    let labels = json!({ "k8s-app": NAME_SERVERS });
    let namespace = json!({ "kubernetes.io/metadata.name": ADD_ON_NAMESPACE });
    let selects = |peer: &Json| {
        matches(at(peer, "/namespaceSelector"), &namespace)
            && (peer.get("podSelector").is_none() || matches(at(peer, "/podSelector"), &labels))
    };
    for port in [("udp", 53), ("tcp", 53)] {
        let admitted = ways_out.iter().any(|rule| {
            let peers = items(rule, "/to");
            admits_port(rule, port) && (peers.is_empty() || peers.iter().any(selects))
        });
        if !admitted {
            let (spoken, port) = port;
            findings.report(
                platform.place(workload.deployment),
                format!("resolves names by {spoken} on port {port}, which no network policy lets its pods reach"),
                format!("let it out to {spoken} port {port} of the name servers"),
            );
        }
    }
}

/// The ranges from which a load balancer connects: the subnets that the internet reaches it in.
pub(super) fn ranges_of_balancers(platform: &Platform) -> impl Iterator<Item = Cidr> {
    let subnets =
        platform.resources::<aws_subnet::Handle>().filter(|subnet| subnet.tag("kubernetes.io/role/elb").is_some());
    subnets.filter_map(|subnet| subnet.text(|of| of.cidr_block())?.parse().ok())
}

/// Does a load balancer keep the addresses of its clients? AWS's default depends on what its targets are.
pub(super) fn keeps_addresses(service: &Manifest) -> bool {
    let of_nodes = annotation(service, "nlb-target-type") != "ip";
    attribute(service, TARGET_GROUP, "preserve_client_ip.enabled").map_or(of_nodes, |keeps| keeps == "true")
}

/// Clients of a load balancer, and its health checks.
fn balanced(platform: &Platform, workload: &Workload<'_>, service: &Manifest, findings: &mut Findings) {
    let rules = rules(platform, workload, "Ingress");
    let mut missing = |port: Port, range: Cidr, who: &str| {
        if !rules.iter().any(|rule| admits_port(rule, port) && admits_range(rule, "/from", range)) {
            let (spoken, port) = port;
            findings.report(
                platform.place(workload.deployment),
                format!("gets {who} on {spoken} port {port} from {range}, which no network policy admits"),
                format!("admit {spoken} port {port} from {range} in the pods' network policy"),
            );
        }
    };
    let everyone: Cidr = "0.0.0.0/0".parse().expect("a range");
    let from_balancer: Vec<_> = ranges_of_balancers(platform).collect();
    let clients = if keeps_addresses(service) { vec![everyone] } else { from_balancer.clone() };
    for declared in items(&service.object, "/spec/ports") {
        let Some(port) = container_port(workload.containers(), &declared["targetPort"]) else { continue };
        for range in &clients {
            missing((protocol(declared), port), *range, &format!("the clients of Service/{}", service.name()));
        }
    }
    let Ok(port) = annotation(service, "healthcheck-port").parse() else { return };
    for range in from_balancer {
        missing(("tcp", port), range, "health checks");
    }
}

/// The pods and container port that an address inside the cluster leads to.
fn pods_behind<'a>(platform: &'a Platform, workloads: &[Workload<'a>], target: &str) -> Option<(Workload<'a>, Port)> {
    let (host, port) = target.rsplit_once(':')?;
    let port: u64 = port.parse().ok()?;
    workloads.iter().find_map(|workload| {
        let service = workload
            .services(platform)
            .find(|service| host.strip_prefix(&format!("{}.{}.svc", service.name(), service.namespace())).is_some())?;
        let declared = items(&service.object, "/spec/ports").iter().find(|declared| declared["port"] == port)?;
        Some((*workload, (protocol(declared), container_port(workload.containers(), &declared["targetPort"])?)))
    })
}

/// One service calling another.
fn called(platform: &Platform, from: &Workload<'_>, to: &Workload<'_>, port: Port, findings: &mut Findings) {
    let admitted = |direction, peers, workload: &Workload<'_>, peer| {
        !denies(platform, workload, direction)
            || rules(platform, workload, direction)
                .iter()
                .any(|rule| admits_port(rule, port) && admits_pods(rule, peers, peer))
    };
    let (spoken, number) = port;
    if !admitted("Egress", "/to", from, to) {
        findings.report(
            platform.place(from.deployment),
            format!("calls {} on {spoken} port {number}, which no network policy lets its pods reach", to.name()),
            format!("let it out to {spoken} port {number} of those pods"),
        );
    }
    if !admitted("Ingress", "/from", to, from) {
        findings.report(
            platform.place(to.deployment),
            format!("is called by {} on {spoken} port {number}, which no network policy admits", from.name()),
            format!("admit {spoken} port {number} from those pods"),
        );
    }
}

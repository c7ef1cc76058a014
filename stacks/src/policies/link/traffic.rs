//! Traffic that network policies must admit: of clients, of health checks, and between services.

use k8s_openapi::{
    api::networking::v1::{NetworkPolicyPeer, NetworkPolicyPort},
    apimachinery::pkg::util::intstr::IntOrString,
};
use synth_review::{Findings, Policy, Severity};

use crate::{
    Platform,
    names::ADD_ON_NAMESPACE,
    settings::{Cidr, HostPort},
    view::{
        Balancer, Labels, TARGET_GROUP, Workload, container_port, matches, ports, protocol, target as leads_to, whole,
    },
};

/// Which way traffic goes, seen from a pod.
#[derive(Clone, Copy, PartialEq)]
enum Direction {
    Ingress,
    Egress,
}

/// A rule of a network policy, whichever way it is about: who is on the other side, and which ports it admits.
#[derive(Clone, Copy)]
struct Rule<'a> {
    peers: &'a [NetworkPolicyPeer],
    ports: &'a [NetworkPolicyPort],
}

/// The rules of policies that select the pods of a workload, in one direction.
fn rules<'a>(platform: &'a Platform, workload: &Workload<'a>, direction: Direction) -> Vec<Rule<'a>> {
    let specs = workload.network_policies(platform).filter_map(|policy| policy.typed().spec.as_ref());
    let all = specs.flat_map(|spec| match direction {
        Direction::Ingress => {
            let rules = spec.ingress.iter().flatten();
            rules.map(|of| Rule { peers: list(of.from.as_ref()), ports: list(of.ports.as_ref()) }).collect::<Vec<_>>()
        }
        Direction::Egress => {
            let rules = spec.egress.iter().flatten();
            rules.map(|of| Rule { peers: list(of.to.as_ref()), ports: list(of.ports.as_ref()) }).collect()
        }
    });
    all.collect()
}

fn list<T>(items: Option<&Vec<T>>) -> &[T] {
    items.map(Vec::as_slice).unwrap_or_default()
}

/// Do policies deny the pods of a workload what no rule admits, in one direction?
fn denies(platform: &Platform, workload: &Workload<'_>, direction: Direction) -> bool {
    let name = if direction == Direction::Ingress { "Ingress" } else { "Egress" };
    let mut policies = workload.network_policies(platform);
    policies
        .any(|policy| policy.spec.as_ref().is_some_and(|spec| spec.policy_types.iter().flatten().any(|of| of == name)))
}

/// A port with its protocol, which a rule for another protocol does not admit.
type Port = (&'static str, u64);

impl Rule<'_> {
    fn admits_port(&self, (spoken, port): Port) -> bool {
        let holds = |of: &NetworkPolicyPort| match of.port {
            Some(IntOrString::Int(first)) => (whole(first)..=of.end_port.map_or(whole(first), whole)).contains(&port),
            Some(IntOrString::String(_)) => false,
            None => true,
        };
        self.ports.is_empty() || self.ports.iter().any(|of| protocol(of.protocol.as_ref()) == spoken && holds(of))
    }

    /// Does it admit every address of a range?
    fn admits_range(&self, range: Cidr) -> bool {
        let holds = |peer: &NetworkPolicyPeer| {
            peer.ip_block.as_ref().is_some_and(|block| {
                let mut excepts = block.except.iter().flatten().filter_map(|except| except.parse::<Cidr>().ok());
                block.cidr.parse().is_ok_and(|block: Cidr| block.contains(range))
                    && !excepts.any(|except| except.overlaps(range))
            })
        };
        self.peers.is_empty() || self.peers.iter().any(holds)
    }

    /// Does it admit the pods of a workload of the same namespace?
    fn admits_pods(&self, workload: &Workload<'_>) -> bool {
        let selects = |peer: &NetworkPolicyPeer| {
            peer.namespace_selector.is_none() && workload.selected_by(peer.pod_selector.as_ref())
        };
        self.peers.is_empty() || self.peers.iter().any(selects)
    }
}

pub(super) const TRAFFIC_ADMITTED: Policy<Platform> = Policy {
    code: "LINK012",
    name: "traffic-admitted",
    severity: Severity::Error,
    explanation: "Where network policies deny by default, traffic that no rule admits is dropped silently: clients, \
                  health checks and calls between services time out.",
    check: traffic_admitted,
};

fn traffic_admitted(platform: &Platform, findings: &mut Findings) {
    let workloads = platform.autoscaled();
    for workload in &workloads {
        if denies(platform, workload, Direction::Ingress) {
            for balancer in workload.balancers(platform) {
                balanced(platform, workload, &balancer, findings);
            }
        }
        let ways_out = rules(platform, workload, Direction::Egress);
        if denies(platform, workload, Direction::Egress) && !ways_out.is_empty() {
            resolves(workload, &ways_out, findings);
        }
        let targets = workload.allowed_targets();
        for (target, port) in targets.filter_map(|target| pods_behind(platform, &workloads, &target)) {
            called(platform, workload, &target, port, findings);
        }
    }
}

/// The label of the name servers' pods.
const NAME_SERVERS: &str = "kube-dns";

/// Whoever calls others resolves their names, by UDP, and by TCP where an answer is long.
fn resolves(workload: &Workload<'_>, ways_out: &[Rule<'_>], findings: &mut Findings) {
    let label = |key: &str, value: &str| Labels::from([(key.to_owned(), value.to_owned())]);
    let labels = label("k8s-app", NAME_SERVERS);
    let namespace = label("kubernetes.io/metadata.name", ADD_ON_NAMESPACE);
    let selects = |peer: &NetworkPolicyPeer| {
        matches(peer.namespace_selector.as_ref(), &namespace)
            && (peer.pod_selector.is_none() || matches(peer.pod_selector.as_ref(), &labels))
    };
    for port in [("udp", 53), ("tcp", 53)] {
        let admitted = ways_out
            .iter()
            .any(|rule| rule.admits_port(port) && (rule.peers.is_empty() || rule.peers.iter().any(selects)));
        if !admitted {
            let (spoken, port) = port;
            findings.report(
                workload.deployment.place(),
                format!("resolves names by {spoken} on port {port}, which no network policy lets its pods reach"),
                format!("allow egress to {spoken} port {port} of the name servers"),
            );
        }
    }
}

/// Does a load balancer keep the addresses of its clients? AWS's default depends on what its targets are.
pub(super) fn keeps_addresses(balancer: &Balancer<'_>) -> bool {
    let keeps = balancer.attribute(TARGET_GROUP, "preserve_client_ip.enabled");
    keeps.map_or(!balancer.sends_to_pods(), |keeps| keeps == "true")
}

/// Clients of a load balancer, and its health checks.
fn balanced(platform: &Platform, workload: &Workload<'_>, balancer: &Balancer<'_>, findings: &mut Findings) {
    let rules = rules(platform, workload, Direction::Ingress);
    let mut missing = |port: Port, range: Cidr, who: &str| {
        if !rules.iter().any(|rule| rule.admits_port(port) && rule.admits_range(range)) {
            let (spoken, port) = port;
            findings.report(
                workload.deployment.place(),
                format!("receives {who} on {spoken} port {port} from {range}, which no network policy admits"),
                format!("admit {spoken} port {port} from {range} in the pods' network policy"),
            );
        }
    };
    let everyone: Cidr = "0.0.0.0/0".parse().expect("a range");
    let from_balancer = balancer.ranges();
    let clients = if keeps_addresses(balancer) { vec![everyone] } else { from_balancer.clone() };
    for leads in balancer.leads() {
        let Some(port) = container_port(workload.containers(), &leads.target) else { continue };
        for range in &clients {
            missing((leads.protocol, port), *range, &format!("the clients of {}", balancer.place().subject));
        }
    }
    let Ok(port) = balancer.asks().0.parse() else { return };
    for range in from_balancer {
        missing(("tcp", port), range, "health checks");
    }
}

/// The pods and container port that an address inside the cluster leads to.
fn pods_behind<'a>(
    platform: &'a Platform,
    workloads: &[Workload<'a>],
    target: &HostPort,
) -> Option<(Workload<'a>, Port)> {
    let (named, port) = (target.service()?, u64::from(target.port));
    workloads.iter().find_map(|workload| {
        let service = workload.services(platform).find(|service| named == (service.name(), service.namespace()))?;
        let declared = ports(&service).iter().find(|declared| whole(declared.port) == port)?;
        let reached = container_port(workload.containers(), &leads_to(declared))?;
        Some((*workload, (protocol(declared.protocol.as_ref()), reached)))
    })
}

/// One service calling another.
fn called(platform: &Platform, from: &Workload<'_>, to: &Workload<'_>, port: Port, findings: &mut Findings) {
    let admitted = |direction, workload: &Workload<'_>, peer| {
        !denies(platform, workload, direction)
            || rules(platform, workload, direction).iter().any(|rule| rule.admits_port(port) && rule.admits_pods(peer))
    };
    let (spoken, number) = port;
    if !admitted(Direction::Egress, from, to) {
        findings.report(
            from.deployment.place(),
            format!("calls {} on {spoken} port {number}, which no network policy lets its pods reach", to.name()),
            format!("allow egress to {spoken} port {number} of those pods"),
        );
    }
    if !admitted(Direction::Ingress, to, from) {
        findings.report(
            to.deployment.place(),
            format!("is called by {} on {spoken} port {number}, which no network policy admits", from.name()),
            format!("admit {spoken} port {number} from those pods"),
        );
    }
}

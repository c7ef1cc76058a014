//! Who may talk to whom: the control plane, the nodes, and nothing else.

use synth_bindings::{
    SecurityGroupId, aws_security_group, aws_vpc_security_group_egress_rule as egress,
    aws_vpc_security_group_ingress_rule as ingress,
};
use synth_framework::{
    Stack,
    functions::{alltrue, lookup},
    run,
};

use super::network::Network;
use crate::settings::{Cidr, Settings};

/// The security groups of the cluster.
pub(super) struct SecurityGroups {
    /// The control plane's network interfaces.
    pub control_plane: aws_security_group::Handle,
    /// Every node, whoever makes it. It alone carries the tags that controllers select it by.
    pub nodes: aws_security_group::Handle,
    /// The rules that let traffic in from the cluster itself.
    pub ingress: Vec<ingress::Handle>,
    /// The rules that let people and runners reach the API, by where they come from.
    pub access: Vec<(Caller, ingress::Handle)>,
    /// The rule that lets traffic out.
    pub egress: egress::Handle,
}

/// The ports that the control plane must reach on nodes: of the kubelet, admission webhooks and aggregated APIs.
const FROM_CONTROL_PLANE: [(u16, &str); 7] = [
    (443, "aggregated APIs and webhooks"),
    (4443, "metrics server"),
    (6443, "Prometheus adapter"),
    (8443, "webhooks"),
    (9443, "load balancer controller webhook"),
    (10250, "kubelet and metrics server"),
    (10251, "metrics server add-on"),
];

/// Declares the security groups and their rules.
pub(super) fn security_groups(settings: &Settings, network: &Network, stack: &Stack) -> SecurityGroups {
    let group = |label: &str, name: &str, purpose: &str, tags: Vec<(String, String)>| {
        let name = settings.named(name);
        aws_security_group(label)
            // A prefix, so that a replacement can stand beside what it replaces.
            .name_prefix(format!("{name}-"))
            .description(purpose)
            .vpc_id(network.vpc.id())
            .tags([("Name".to_owned(), name)].into_iter().chain(tags))
            .lifecycle(|lifecycle| lifecycle.create_before_destroy(true))
            .add_to(stack)
    };
    let control_plane = group("control_plane", "control-plane", "Control plane of the EKS cluster", Vec::new());
    let tags = vec![settings.discovery_tag(), settings.cluster_tag()];
    let nodes = group("nodes", "nodes", "Nodes of the EKS cluster", tags);

    let to_control_plane =
        allow("control_plane_from_nodes", &control_plane, &nodes, ("tcp", 443, 443), "Kubernetes API", stack);
    let to_nodes = FROM_CONTROL_PLANE.map(|(port, purpose)| {
        let label = format!("nodes_from_control_plane_{port}");
        allow(&label, &nodes, &control_plane, ("tcp", port, port), purpose, stack)
    });
    let among_nodes = AMONG_NODES.map(|(label, ports, purpose)| {
        allow(&format!("nodes_among_themselves_{label}"), &nodes, &nodes, ports, purpose, stack)
    });
    let egress = egress("nodes_out")
        .security_group_id(nodes.id())
        .cidr_ipv4("0.0.0.0/0")
        .description("images, AWS APIs and what the proxy fetches")
        .ip_protocol("-1")
        .add_to(stack);
    let ingress = [to_control_plane].into_iter().chain(to_nodes).chain(among_nodes).collect();
    let access = access(settings, &control_plane, stack);
    let groups = SecurityGroups { control_plane, nodes, ingress, access, egress };
    test(settings, &groups, stack);
    groups
}

/// Somebody outside of the cluster who reaches its private endpoint.
pub(super) enum Caller {
    Range(Cidr),
    Group(String),
}

/// Who reaches the private endpoint besides the nodes: whatever EKS gives it as addresses lies behind the control plane's group.
fn access(
    settings: &Settings,
    control_plane: &aws_security_group::Handle,
    stack: &Stack,
) -> Vec<(Caller, ingress::Handle)> {
    let rule = |from: Caller| {
        let name = match &from {
            Caller::Range(range) => range.to_string(),
            Caller::Group(group) => group.clone(),
        };
        let letters = name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' });
        let rule = ingress(format!("control_plane_from_{}", letters.collect::<String>()))
            .security_group_id(control_plane.id())
            .description("Kubernetes API")
            .ip_protocol("tcp")
            .from_port(443)
            .to_port(443);
        let rule = match &from {
            Caller::Range(range) => rule.cidr_ipv4(range),
            Caller::Group(group) => rule.referenced_security_group_id(SecurityGroupId::literal(group)),
        };
        (from, rule.add_to(stack))
    };
    let cluster = &settings.cluster;
    let ranges = cluster.private_access_cidrs.iter().copied().map(Caller::Range);
    let security_groups = cluster.private_access_security_groups.iter().cloned().map(Caller::Group);
    ranges.chain(security_groups).map(rule).collect()
}

fn test(settings: &Settings, groups: &SecurityGroups, stack: &Stack) {
    let tag = |group: &aws_security_group::Handle, (key, value): (String, String)| {
        lookup(group.tags(), key, "").equals(value)
    };
    run("controllers_find_the_group_of_the_nodes_alone")
        .assert(tag(&groups.nodes, settings.discovery_tag()), "Karpenter finds no group for its nodes")
        .assert(tag(&groups.nodes, settings.cluster_tag()), "the load balancer controller finds no group of nodes")
        .assert(
            !tag(&groups.control_plane, settings.discovery_tag()),
            "Karpenter's nodes get the control plane's group",
        )
        .add_to(stack);
    let rules = groups.ingress.iter();
    run("nobody_comes_in_from_outside")
        .assert(
            alltrue(rules.map(|rule| rule.cidr_ipv4().equals(None::<&str>).and(rule.cidr_ipv6().equals(None::<&str>)))),
            "a rule lets in a range of addresses",
        )
        .add_to(stack);
    if groups.access.is_empty() {
        return;
    }
    let access = groups.access.iter();
    let named = access.clone().map(|(from, rule)| match from {
        Caller::Range(range) => rule.cidr_ipv4().equals(range),
        Caller::Group(group) => rule.referenced_security_group_id().equals(SecurityGroupId::literal(group)),
    });
    run("whom_the_settings_name_reaches_the_api_and_nothing_else")
        .assert(alltrue(named), "a rule lets in others than the settings name")
        .assert(
            alltrue(access.map(|(_, rule)| {
                let bound = rule.from_port().equals(443).and(rule.to_port().equals(443));
                rule.ip_protocol().equals("tcp").and(bound)
            })),
            "a rule opens more than the API",
        )
        .add_to(stack);
}

/// A protocol, and the first and last of its ports.
type Ports = (&'static str, u16, u16);

/// Pods of one node reach those of another by names and by unprivileged ports of TCP; of UDP, what some of them speak.
const AMONG_NODES: [(&str, Ports, &str); 4] = [
    ("dns_tcp", ("tcp", 53, 53), "DNS"),
    ("dns_udp", ("udp", 53, 53), "DNS"),
    ("unprivileged_tcp", ("tcp", 1025, 65535), "pods and kubelets"),
    // Without it Alertmanagers on different nodes do not hear of each other's notices, and each sends every one.
    ("alertmanager_udp", ("udp", 9094, 9094), "Alertmanagers among themselves"),
];

fn allow(
    label: &str,
    to: &aws_security_group::Handle,
    from: &aws_security_group::Handle,
    (protocol, first, last): Ports,
    purpose: &str,
    stack: &Stack,
) -> ingress::Handle {
    ingress(label)
        .security_group_id(to.id())
        .referenced_security_group_id(from.id())
        .description(purpose)
        .ip_protocol(protocol)
        .from_port(first)
        .to_port(last)
        .add_to(stack)
}

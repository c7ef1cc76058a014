//! Who may talk to whom: the control plane, the nodes, and nothing else.

use synth_bindings::{
    aws_security_group, aws_vpc_security_group_egress_rule as egress, aws_vpc_security_group_ingress_rule as ingress,
};
use synth_framework::Stack;

use super::network::Network;
use crate::settings::Settings;

/// The security groups of the cluster.
pub(super) struct SecurityGroups {
    /// The control plane's network interfaces.
    pub control_plane: aws_security_group::Handle,
    /// Every node, whoever makes it. It alone carries the tags that controllers select it by.
    pub nodes: aws_security_group::Handle,
}

/// What the control plane must reach on nodes: the kubelet, and the ports of admission webhooks and aggregated APIs.
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
        let name = ("Name".to_owned(), settings.named(name));
        aws_security_group(label)
            .name(&name.1)
            .description(purpose)
            .vpc_id(network.vpc.id())
            .tags([name.clone()].into_iter().chain(tags))
            .lifecycle(|lifecycle| lifecycle.create_before_destroy(true))
            .add_to(stack)
    };
    let control_plane = group("control_plane", "control-plane", "Control plane of the EKS cluster", Vec::new());
    let tags = vec![settings.discovery_tag(), settings.cluster_tag()];
    let nodes = group("nodes", "nodes", "Nodes of the EKS cluster", tags);

    ingress("control_plane_from_nodes")
        .security_group_id(control_plane.id())
        .referenced_security_group_id(nodes.id())
        .description("Kubernetes API")
        .ip_protocol("tcp")
        .from_port(443)
        .to_port(443)
        .add_to(stack);
    for (port, purpose) in FROM_CONTROL_PLANE {
        ingress(format!("nodes_from_control_plane_{port}"))
            .security_group_id(nodes.id())
            .referenced_security_group_id(control_plane.id())
            .description(purpose)
            .ip_protocol("tcp")
            .from_port(port)
            .to_port(port)
            .add_to(stack);
    }
    among_nodes(&nodes, stack);
    SecurityGroups { control_plane, nodes }
}

/// Pods of one node reach those of another by names and unprivileged ports; every node reaches out.
fn among_nodes(nodes: &aws_security_group::Handle, stack: &Stack) {
    for (label, protocol, from, to, purpose) in [
        ("dns_tcp", "tcp", 53, 53, "DNS"),
        ("dns_udp", "udp", 53, 53, "DNS"),
        ("unprivileged_tcp", "tcp", 1025, 65535, "pods and kubelets"),
    ] {
        ingress(format!("nodes_among_themselves_{label}"))
            .security_group_id(nodes.id())
            .referenced_security_group_id(nodes.id())
            .description(purpose)
            .ip_protocol(protocol)
            .from_port(from)
            .to_port(to)
            .add_to(stack);
    }
    egress("nodes_out")
        .security_group_id(nodes.id())
        .cidr_ipv4("0.0.0.0/0")
        .description("images, AWS APIs and what the proxy fetches")
        .ip_protocol("-1")
        .add_to(stack);
}

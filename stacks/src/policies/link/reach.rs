//! What security groups let through: from the control plane to what it calls on nodes, and between nodes.

use synth_framework::{Expression, Findings};

use crate::{
    Platform,
    policies::view::{Declared, carries, charts, items, number},
};

/// What the control plane calls in pods of a chart: where its values say at which port, and which it is otherwise.
const CALLED: [(&str, &str, u64, &str); 3] = [
    ("aws-load-balancer-controller", "/webhookBindPort", 9443, "webhooks"),
    ("metrics-server", "/containerPort", 10250, "metrics"),
    ("kube-prometheus-stack", "/prometheusOperator/tls/internalPort", 10250, "webhooks"),
];

/// The security groups of Karpenter's nodes.
fn groups_of_nodes(platform: &Platform) -> Vec<Declared<'_>> {
    let terms: Vec<_> = platform
        .of_kind("EC2NodeClass")
        .flat_map(|class| items(&class.object, "/spec/securityGroupSelectorTerms"))
        .cloned()
        .collect();
    platform.managed("aws_security_group").filter(|group| carries(group, &terms)).collect()
}

/// The security groups of a control plane's interfaces.
pub(super) fn groups_of<'a>(cluster: &Declared<'a>) -> Vec<Declared<'a>> {
    let config = cluster.resource.body.blocks("vpc_config").next();
    let listed = config.and_then(|config| config.get("security_group_ids")).and_then(Expression::as_list);
    listed.unwrap_or_default().iter().filter_map(|group| cluster.leads_to(group)).collect()
}

/// Does an argument of a rule name this group?
fn names(rule: &Declared<'_>, argument: &str, group: &Declared<'_>) -> bool {
    let found = rule.get(argument).and_then(|found| rule.leads_to(found));
    found.is_some_and(|found| found.place().subject == group.place().subject)
}

/// The rules that let traffic to a port of a group in.
pub(super) fn rules_into<'a>(group: &Declared<'a>, protocol: &'a str, port: u64) -> impl Iterator<Item = Declared<'a>> {
    let group = *group;
    group.platform.managed("aws_vpc_security_group_ingress_rule").filter(move |rule| {
        let bound = |argument: &str| rule.text(argument).and_then(|port| port.parse::<u64>().ok());
        let admitted = match rule.text("ip_protocol").as_deref() {
            Some("-1") => true,
            Some(of) => of == protocol && bound("from_port") <= Some(port) && bound("to_port") >= Some(port),
            None => false,
        };
        admitted && names(rule, "security_group_id", &group)
    })
}

/// Does a rule of one group let traffic from another in?
fn admits(to: &Declared<'_>, from: &Declared<'_>, protocol: &str, port: u64) -> bool {
    rules_into(to, protocol, port).any(|rule| names(&rule, "referenced_security_group_id", from))
}

pub(super) fn control_plane_reaches_webhooks(platform: &Platform, findings: &mut Findings) {
    let callers: Vec<_> = platform.managed("aws_eks_cluster").flat_map(|cluster| groups_of(&cluster)).collect();
    for nodes in groups_of_nodes(platform) {
        for chart in charts(platform) {
            let Some((_, pointer, default, what)) = CALLED.iter().find(|(name, ..)| *name == chart.name) else {
                continue;
            };
            let port = number(chart.values, pointer).unwrap_or(*default);
            if !callers.iter().any(|caller| admits(&nodes, caller, "tcp", port)) {
                findings.report(
                    nodes.place(),
                    format!("keeps the control plane from port {port}, where {} answers for its {what}", chart.name),
                    format!("admit TCP port {port} from the control plane's security group"),
                );
            }
        }
    }
}

pub(super) fn nodes_admit_pods(platform: &Platform, findings: &mut Findings) {
    let names = [("tcp", 53), ("udp", 53)].map(|(protocol, port)| (protocol, port, "the name servers".to_owned()));
    let pods = platform.autoscaled().into_iter().flat_map(|workload| {
        let ports = workload.containers().iter().flat_map(|container| items(container, "/ports"));
        let ports = ports.filter_map(|port| number(port, "/containerPort"));
        ports.map(move |port| ("tcp", port, workload.name().to_owned())).collect::<Vec<_>>()
    });
    let needed: Vec<_> = names.into_iter().chain(pods).collect();
    for nodes in groups_of_nodes(platform) {
        for (protocol, port, who) in &needed {
            if !admits(&nodes, &nodes, protocol, *port) {
                findings.report(
                    nodes.place(),
                    format!("keeps pods from {protocol} port {port} of {who} on other nodes"),
                    format!("admit {protocol} port {port} from the nodes' own security group"),
                );
            }
        }
    }
}

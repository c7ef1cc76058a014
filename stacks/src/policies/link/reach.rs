//! What security groups let through: from the control plane to what it calls on nodes, and between nodes.

use synth_framework::{Expression, Findings};

use crate::{
    Platform,
    policies::view::{Declared, Listening, carries, charts, items, listening, number},
};

/// What the control plane calls in pods of a chart: where its values say at which port, and which it is otherwise.
const CALLED: [(&str, &str, u64, &str); 3] = [
    ("aws-load-balancer-controller", "/webhookBindPort", 9443, "webhooks"),
    ("metrics-server", "/containerPort", 10250, "metrics"),
    ("kube-prometheus-stack", "/prometheusOperator/tls/internalPort", 10250, "webhooks"),
];

/// The security groups of nodes: those that Karpenter finds, and those that node groups name.
fn groups_of_nodes(platform: &Platform) -> Vec<Declared<'_>> {
    let terms: Vec<_> = platform
        .of_kind("EC2NodeClass")
        .flat_map(|class| items(&class.object, "/spec/securityGroupSelectorTerms"))
        .cloned()
        .collect();
    let named: Vec<_> = node_groups(platform).flat_map(|(_, named)| named).collect();
    let named = |group: &Declared<'_>| named.iter().any(|named| is_same(named, group));
    platform.managed("aws_security_group").filter(|group| carries(group, &terms) || named(group)).collect()
}

/// The managed node groups, with the security groups that their launch templates name.
fn node_groups(platform: &Platform) -> impl Iterator<Item = (Declared<'_>, Vec<Declared<'_>>)> {
    platform.managed("aws_eks_node_group").map(|nodes| {
        let template = nodes.nested_leads("launch_template", "id");
        let named = template.and_then(|template| {
            let named = template.get("vpc_security_group_ids").and_then(Expression::as_list)?;
            Some(named.iter().filter_map(|group| template.leads_to(group)).collect())
        });
        (nodes, named.unwrap_or_default())
    })
}

fn is_same(one: &Declared<'_>, other: &Declared<'_>) -> bool {
    one.place().subject == other.place().subject
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
    found.is_some_and(|found| is_same(&found, group))
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
    for (nodes, named) in node_groups(platform) {
        if named.is_empty() {
            findings.report(
                nodes.place(),
                "gives its nodes the security group that EKS makes, which admits pods of no other nodes",
                "name the nodes' security group in its launch template",
            );
        }
    }
    let groups = groups_of_nodes(platform);
    for nodes in &groups {
        for from in &groups {
            for Listening { protocol, port, who } in listening(platform) {
                if !admits(nodes, from, protocol, port) {
                    let (apart, mend) = if is_same(nodes, from) {
                        (String::new(), "the nodes' own security group".to_owned())
                    } else {
                        let from = from.place().subject;
                        (format!(" of {from}"), from)
                    };
                    findings.report(
                        nodes.place(),
                        format!("keeps pods from {protocol} port {port} of {who} on other nodes{apart}"),
                        format!("admit {protocol} port {port} from {mend}"),
                    );
                }
            }
        }
    }
}

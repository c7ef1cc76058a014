//! The traffic that security groups let through: from the control plane to what it calls on nodes, and between nodes.

use synth_bindings::{
    aws_eks_cluster, aws_eks_node_group, aws_launch_template, aws_security_group, aws_vpc_security_group_ingress_rule,
};
use synth_review::{Findings, Policy, Severity};

use crate::{
    Platform,
    view::{Declared, Listening, NodeClass, carries, listening},
};

/// The security groups of nodes: those that Karpenter finds, and those that node groups name.
pub(super) fn groups_of_nodes(platform: &Platform) -> Vec<Declared<'_>> {
    let classes: Vec<_> = platform.every::<NodeClass>().collect();
    let selected = |group: &Declared<'_, aws_security_group::Handle>| {
        classes.iter().any(|class| carries(group, &class.spec.security_group_selector_terms))
    };
    let named: Vec<_> = node_groups(platform).flat_map(|(_, named)| named).collect();
    let groups = platform.resources::<aws_security_group::Handle>();
    let groups = groups.filter(|group| selected(group) || named.iter().any(|named| named.is(group)));
    groups.map(|group| group.whole()).collect()
}

/// The managed node groups, with the security groups that their launch templates name.
fn node_groups(platform: &Platform) -> impl Iterator<Item = (Declared<'_>, Vec<Declared<'_>>)> {
    platform.resources::<aws_eks_node_group::Handle>().map(|nodes| {
        let template = nodes.leads(|of| of.launch_template().id()).and_then(|template| template.of_type());
        let named = template.map(|template: Declared<'_, aws_launch_template::Handle>| {
            template.lead(|of| of.vpc_security_group_ids()).collect()
        });
        (nodes.whole(), named.unwrap_or_default())
    })
}

/// The security groups of a control plane's interfaces.
pub(super) fn groups_of<'a>(cluster: &Declared<'a, aws_eks_cluster::Handle>) -> Vec<Declared<'a>> {
    cluster.lead(|of| of.vpc_config().security_group_ids()).collect()
}

/// A rule that lets traffic in.
pub(super) type Rule<'a> = Declared<'a, aws_vpc_security_group_ingress_rule::Handle>;

/// The rules that let traffic to a port of a group in.
pub(super) fn rules_into<'a>(group: &Declared<'a>, protocol: &'a str, port: u64) -> impl Iterator<Item = Rule<'a>> {
    let group = *group;
    group.platform.resources::<aws_vpc_security_group_ingress_rule::Handle>().filter(move |rule| {
        let bound = |port: Option<String>| port.and_then(|port| port.parse::<u64>().ok());
        let (from, to) = (bound(rule.text(|of| of.from_port())), bound(rule.text(|of| of.to_port())));
        let admitted = match rule.text(|of| of.ip_protocol()).as_deref() {
            Some("-1") => true,
            Some(of) => of == protocol && from <= Some(port) && to >= Some(port),
            None => false,
        };
        admitted && rule.leads(|of| of.security_group_id()).is_some_and(|found| found.is(&group))
    })
}

/// Does a rule of one group let traffic from another in?
pub(super) fn admits(to: &Declared<'_>, from: &Declared<'_>, protocol: &str, port: u64) -> bool {
    let mut rules = rules_into(to, protocol, port);
    rules.any(|rule| rule.leads(|of| of.referenced_security_group_id()).is_some_and(|found| found.is(from)))
}

pub(super) const CONTROL_PLANE_REACHES_WEBHOOKS: Policy<Platform> = Policy {
    code: "LINK020",
    name: "control-plane-reaches-webhooks",
    severity: Severity::Error,
    explanation: "The API server calls webhooks and metrics APIs in pods through the nodes' security group: where the \
                  group does not admit their ports, objects are refused after a timeout, and autoscalers see no \
                  metrics.",
    check: control_plane_reaches_webhooks,
};

fn control_plane_reaches_webhooks(platform: &Platform, findings: &mut Findings) {
    let callers: Vec<_> =
        platform.resources::<aws_eks_cluster::Handle>().flat_map(|cluster| groups_of(&cluster)).collect();
    for nodes in groups_of_nodes(platform) {
        for known in platform.known_charts() {
            for (port, what) in known.chart.called() {
                if !callers.iter().any(|caller| admits(&nodes, caller, "tcp", port)) {
                    let name = known.name;
                    findings.report(
                        nodes.place(),
                        format!("does not admit the control plane to port {port}, where {name} serves its {what}"),
                        format!("admit TCP port {port} from the control plane's security group"),
                    );
                }
            }
        }
    }
}

pub(super) const NODES_ADMIT_PODS: Policy<Platform> = Policy {
    code: "LINK021",
    name: "nodes-admit-pods",
    severity: Severity::Error,
    explanation: "Pods talk through the security group of their nodes: a port that the group does not admit works \
                  between pods on one node, and times out between all others.",
    check: nodes_admit_pods,
};

fn nodes_admit_pods(platform: &Platform, findings: &mut Findings) {
    for (nodes, named) in node_groups(platform) {
        if named.is_empty() {
            findings.report(
                nodes.place(),
                "gives its nodes the security group that EKS makes, which does not admit the pods of other nodes",
                "name the nodes' security group in its launch template",
            );
        }
    }
    let groups = groups_of_nodes(platform);
    let listening = listening(platform);
    for nodes in &groups {
        for from in &groups {
            for &Listening { protocol, port, ref who } in &listening {
                if !admits(nodes, from, protocol, port) {
                    let (apart, mend) = if nodes.is(from) {
                        (String::new(), "the nodes' own security group".to_owned())
                    } else {
                        let from = from.place().subject;
                        (format!(" of {from}"), from)
                    };
                    findings.report(
                        nodes.place(),
                        format!("does not admit pods to {protocol} port {port} of {who} on other nodes{apart}"),
                        format!("admit {protocol} port {port} from {mend}"),
                    );
                }
            }
        }
    }
}

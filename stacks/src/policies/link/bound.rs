//! Target groups of Terraform's, what fills them, and the way from the load balancer to the pods.

use k8s_openapi::{api::core::v1::Service, apimachinery::pkg::util::intstr::IntOrString};
use synth_bindings::aws_lb_target_group;
use synth_kubernetes::elbv2::TargetGroupBinding;
use synth_review::{Findings, Policy, Severity};

use super::reach::{admits, groups_of_nodes};
use crate::{
    Platform,
    view::{Declared, container_port, ports},
};

pub(super) const BOUND: Policy<Platform> = Policy {
    code: "LINK033",
    name: "target-groups-are-bound",
    severity: Severity::Error,
    explanation: "A target group and what fills it know each other by a name alone: with another name the controller \
                  refuses the binding, no pod gets a readiness gate, and the load balancer answers nobody.",
    check: bound,
};

fn bound(platform: &Platform, findings: &mut Findings) {
    let bindings: Vec<_> = platform.every::<TargetGroupBinding>().collect();
    let groups: Vec<_> = platform.resources::<aws_lb_target_group::Handle>().collect();
    let name = |group: &Declared<'_, aws_lb_target_group::Handle>| group.text(|of| of.name()).unwrap_or_default();
    for group in &groups {
        let named = bindings.iter().filter(|binding| binding.spec.target_group_name == name(group)).count();
        if named != 1 {
            findings.report(
                group.place(),
                format!("is called `{}`, which {named} TargetGroupBindings name", name(group)),
                "let one `TargetGroupBinding` name it in `targetGroupName`",
            );
        }
    }
    for binding in &bindings {
        let spec = &binding.spec;
        let service = platform.one::<Service>(binding.namespace(), &spec.service_ref.name);
        let has_port = service.is_some_and(|service| {
            ports(&service).iter().any(|port| match &spec.service_ref.port {
                IntOrString::Int(number) => port.port == *number,
                IntOrString::String(name) => port.name.as_ref() == Some(name),
            })
        });
        let group = groups.iter().find(|group| name(group) == spec.target_group_name);
        let kind = group.and_then(|group| group.text(|of| of.target_type()));
        let message = if group.is_none() {
            format!("fills the target group `{}`, which nobody makes", spec.target_group_name)
        } else if !has_port {
            format!("fills it with pods of a port that Service/{} does not have", spec.service_ref.name)
        } else if kind.as_deref() != Some(spec.target_type.as_str()) {
            format!(
                "has targets of type `{}`, but those of its group are `{}`",
                spec.target_type,
                kind.unwrap_or_default()
            )
        } else {
            continue;
        };
        findings.report(
            binding.place(),
            message,
            "name a target group of the cluster stack, its type, and a port of the Service",
        );
    }
}

pub(super) const BALANCER_REACHES_PODS: Policy<Platform> = Policy {
    code: "LINK034",
    name: "balancer-reaches-pods",
    severity: Severity::Error,
    explanation: "The load balancer comes from a security group of its own: where the nodes' group does not admit it, \
                  its health checks fail, and no pod becomes ready.",
    check: balancer_reaches_pods,
};

fn balancer_reaches_pods(platform: &Platform, findings: &mut Findings) {
    let nodes = groups_of_nodes(platform);
    for workload in platform.autoscaled() {
        for balancer in workload.balancers(platform) {
            let Some(made) = balancer.made() else { continue };
            let own: Vec<_> = made.lead(|of| of.security_groups()).collect();
            let traffic = balancer.leads().into_iter().filter_map(|leads| {
                Some((leads.protocol, container_port(workload.containers(), &leads.target)?, "clients"))
            });
            let checks = balancer.asks().0.parse().ok().map(|port| ("tcp", port, "health checks"));
            let mut seen = Vec::new();
            for (protocol, port, what) in traffic.chain(checks) {
                let admitted = nodes.iter().all(|to| own.iter().any(|from| admits(to, from, protocol, port)));
                if !admitted && !seen.contains(&port) {
                    seen.push(port);
                    findings.report(
                        balancer.place(),
                        format!(
                            "sends {what} to {protocol} port {port} of {}, which the nodes' security group does not admit \
                             from the load balancer's",
                            workload.name()
                        ),
                        format!("let {protocol} port {port} in from the load balancer's security group"),
                    );
                }
            }
        }
    }
}

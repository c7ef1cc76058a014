//! Roles of services: whether pods run under the account that a role is for, are let in with its token, and reach what it is for.

use k8s_openapi::api::{
    admissionregistration::v1::ValidatingAdmissionPolicy,
    networking::v1::{NetworkPolicyEgressRule, NetworkPolicyPort},
};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use synth_bindings::aws_eks_pod_identity_association;
use synth_review::{Findings, Policy, Severity};

use crate::{
    Platform,
    names::{POD_IDENTITY_AGENT, POD_IDENTITY_TOKEN},
    settings::Cidr,
    view::Running,
};

pub(super) const ROLES_REACH_PODS: Policy<Platform> = Policy {
    code: "LINK030",
    name: "roles-reach-pods",
    severity: Severity::Error,
    explanation: "A role of a service works once its pods run under the account that it is for, are admitted with the \
                  token that EKS puts into them, and reach the agent on their node and AWS.",
    check: roles_reach_pods,
};

fn roles_reach_pods(platform: &Platform, findings: &mut Findings) {
    let namespace = &platform.settings.services.namespace;
    let associations = platform.resources::<aws_eks_pod_identity_association::Handle>();
    let associations = associations.filter(|of| of.text(|of| of.namespace()).as_ref() == Some(namespace));
    let associations: Vec<_> = associations
        .map(|association| (association.text(|of| of.service_account()).unwrap_or_default(), association.place()))
        .collect();
    let running = |account: &str| -> Vec<Running<'_>> {
        let of = platform.running().filter(|of| of.manifest.namespace() == namespace && of.account() == account);
        of.collect()
    };
    for (account, place) in &associations {
        let pods = running(account);
        if pods.is_empty() {
            findings.report(
                place.clone(),
                format!("gives a role to service account `{account}` of namespace `{namespace}`, which no pod runs as"),
                "name the service account of the pods that need it",
            );
            continue;
        }
        for pod in pods {
            let (agent, port) = POD_IDENTITY_AGENT;
            if !reaches(&pod, agent, port) {
                findings.report(
                    pod.place(),
                    "has a role, but no network policy lets its pods reach the agent that hands out its credentials",
                    format!("admit egress to `{agent}/32` on port {port}"),
                );
            }
            // Any public address stands for those of AWS, which has many and lists none of a service alone.
            if !reaches(&pod, SOMEWHERE, 443) {
                findings.report(
                    pod.place(),
                    "has a role, but no network policy lets its pods reach AWS",
                    "admit egress to the internet on port 443",
                );
            }
        }
        let (volume, audience) = POD_IDENTITY_TOKEN;
        for policy in platform.every::<ValidatingAdmissionPolicy>() {
            let mut expressions = policy.typed().spec.iter().flat_map(|spec| spec.validations.iter().flatten());
            let is_about_pods = policy.typed().spec.as_ref().is_some_and(|spec| {
                let rules = spec.match_constraints.as_ref().and_then(|of| of.resource_rules.as_deref());
                rules.unwrap_or_default().iter().any(|rule| rule.resources.iter().flatten().any(|of| of == "pods"))
            });
            let refuses = |text: &str| {
                text.contains("serviceAccountToken")
                    && ![volume, audience, &format!("\"{account}\"")].iter().all(|part| text.contains(part))
            };
            if is_about_pods && expressions.any(|of| refuses(&of.expression)) {
                findings.report(
                    policy.place(),
                    format!("refuses pods of `{account}` with the token that EKS puts into them for their role"),
                    format!("admit the volume `{volume}` of audience `{audience}` for the account"),
                );
            }
        }
    }
    for pod in platform.running().filter(|pod| pod.manifest.namespace() == namespace) {
        let asks = platform.settings.services.runs().find(|runs| runs.name == pod.manifest.name());
        let asks = asks.is_some_and(|runs| runs.asks.permissions.need_role());
        if asks && !associations.iter().any(|(account, _)| account == pod.account()) {
            findings.report(
                pod.place(),
                format!("asks for permissions, but no role is for its service account `{}`", pod.account()),
                "give the role of its permissions to the account that its pods run as",
            );
        }
    }
}

/// An address of the internet.
const SOMEWHERE: &str = "52.46.128.1";

/// Do network policies let pods connect to an address? They do where none limits them.
fn reaches(pod: &Running<'_>, address: &str, port: u16) -> bool {
    let address: Cidr = format!("{address}/32").parse().expect("an address is a range of one");
    let holds = |range: &str| range.parse::<Cidr>().is_ok_and(|range| range.contains(address));
    let opens = |of: &NetworkPolicyPort| match &of.port {
        Some(IntOrString::Int(number)) => *number == i32::from(port),
        Some(IntOrString::String(_)) => false,
        None => of.protocol.as_deref().is_none_or(|protocol| protocol == "TCP"),
    };
    let admits = |rule: &&NetworkPolicyEgressRule| {
        let (ports, peers) = (rule.ports.as_deref().unwrap_or_default(), rule.to.as_deref().unwrap_or_default());
        let block = peers
            .iter()
            .filter_map(|peer| peer.ip_block.as_ref())
            .any(|block| holds(&block.cidr) && !block.except.iter().flatten().any(|except| holds(except)));
        (ports.is_empty() || ports.iter().any(opens)) && (peers.is_empty() || block)
    };
    pod.ways_out().is_none_or(|rules| rules.iter().any(admits))
}

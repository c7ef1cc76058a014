//! Ways out of what the internet reaches.
//!
//! An open proxy here is one whose pods network policies let reach an address that is not the internet's. That it serves
//! every origin is a setting: the addresses are what an attacker gains.

use k8s_openapi::{
    api::networking::v1::{NetworkPolicyEgressRule, NetworkPolicyPort},
    apimachinery::pkg::util::intstr::IntOrString,
};

use synth_review::{Findings, Policy, Severity};

use crate::{
    Platform,
    settings::{Cidr, Host, Target},
    view::Workload,
};

/// The addresses that hand out credentials: of nodes, of tasks, of pods.
const METADATA: [&str; 3] = ["169.254.169.254", "169.254.170.2", "169.254.170.23"];

/// Private ranges; those of the VPC and of the Services are added.
const PRIVATE: [&str; 4] = ["10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16"];

fn range(text: &str) -> Option<Cidr> {
    let text = if text.contains('/') { text.to_owned() } else { format!("{text}/32") };
    text.parse().ok()
}

/// The setting by which the proxy may reach private targets.
const TARGETS: &str = "services.proxy.allow_targets";

pub(super) const OPEN_PROXY: Policy<Platform> = Policy {
    code: "SEC009",
    name: "open-proxy",
    severity: Severity::Error,
    explanation: "A proxy that the internet can reach, and that can itself reach metadata or private addresses, lets \
                  everyone into the network.",
    check: open_proxy,
};

fn open_proxy(platform: &Platform, findings: &mut Findings) {
    for workload in platform.autoscaled() {
        let reached = workload.balancers(platform).any(|balancer| balancer.is_public());
        if !reached {
            continue;
        }
        let policies =
            workload.network_policies(platform).filter_map(|policy| Some((policy, policy.typed().spec.as_ref()?)));
        let policies: Vec<_> =
            policies.filter(|(_, spec)| spec.policy_types.iter().flatten().any(|of| of == "Egress")).collect();
        if policies.is_empty() {
            findings.report(
                workload.deployment.place(),
                "is reached from the internet, but no network policy limits what it reaches",
                "add a NetworkPolicy with `Egress` that excludes private and metadata addresses",
            );
        }
        for (policy, spec) in policies {
            for open in spec.egress.iter().flatten().flat_map(|rule| opened(platform, &workload, rule)) {
                findings
                    .report(
                        policy.place(),
                        format!("lets {}, which the internet reaches, reach {open}", workload.name()),
                        "exclude the range in `ipBlock.except`, or name the address in `allow_targets`",
                    )
                    .set_by([TARGETS]);
            }
        }
        let metadata = |target: &&str| METADATA.iter().any(|address| target.starts_with(&format!("{address}:")));
        let allowed = workload.flags("--allow-target");
        for target in allowed.filter(metadata) {
            findings
                .report(
                    workload.deployment.place(),
                    format!("allows the target `{target}`, which hands out credentials"),
                    "remove it from `allow_targets`",
                )
                .set_by([TARGETS]);
        }
    }
}

/// The ranges that a rule opens although they are not the internet and nobody allowed them.
fn opened(platform: &Platform, workload: &Workload<'_>, rule: &NetworkPolicyEgressRule) -> Vec<String> {
    let settings = &platform.settings;
    let private = PRIVATE.iter().chain(&METADATA).filter_map(|text| range(text));
    let mut private: Vec<Cidr> = private.collect();
    for own in [settings.network.cidr, settings.cluster.service_cidr] {
        if !private.iter().any(|known| known.contains(own)) {
            private.push(own);
        }
    }
    let peers = rule.to.as_deref().unwrap_or_default();
    if peers.is_empty() {
        return vec!["every address".to_owned()];
    }
    let allowed: Vec<_> = workload.allowed_targets().collect();
    let named = |address| allowed.iter().any(|target| target.host == Host::Address(address));
    // A network policy knows no host names: for one that is allowed it opens one port of the VPC, and the proxy's own
    // guard lets through that host alone.
    let by_name = |of: &NetworkPolicyPort| {
        let other_host = |target: &Target| matches!(target.host, Host::Name(_)) && target.service().is_none();
        let mut ports = allowed.iter().filter(|target| other_host(target)).map(|target| target.port.into());
        ports.any(|port| of.port == Some(IntOrString::Int(port)))
    };
    let ports = rule.ports.as_deref().unwrap_or_default();
    let for_hosts = !ports.is_empty() && ports.iter().all(by_name);
    let mut open = Vec::new();
    for peer in peers {
        let Some(ip_block) = peer.ip_block.as_ref() else { continue };
        let Some(block) = range(&ip_block.cidr) else { continue };
        let named = block.prefix_len() == 32 && named(block.network());
        if named || (for_hosts && settings.network.cidr.contains(block)) {
            continue;
        }
        let excepts: Vec<Cidr> = ip_block.except.iter().flatten().filter_map(|except| range(except)).collect();
        for private in &private {
            // What is left of both: the smaller of two ranges that overlap.
            let shared = if block.contains(*private) { *private } else { block };
            if block.overlaps(*private) && !excepts.iter().any(|except| except.contains(shared)) {
                open.push(shared.to_string());
            }
        }
    }
    open
}

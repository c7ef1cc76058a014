//! The services' pods: what they may do on their node, and whom they may talk to at all.

use k8s_openapi::api::{
    core::v1::{Container, Namespace, PodSpec},
    networking::v1::{NetworkPolicy, NetworkPolicySpec},
};
use std::collections::BTreeSet;

use synth_review::{Findings, Policy, Severity};

use crate::{
    Platform,
    names::{ADD_ON_NAMESPACE, VPC_CNI_ADD_ON},
    view::{Meta, Object, Template, addon, addon_configuration, is_everything},
};

pub(super) const RESTRICTED_PODS: Policy<Platform> = Policy {
    code: "SEC005",
    name: "restricted-pods",
    severity: Severity::Error,
    explanation: "A service that may run as root, gain privileges or reach files of its node turns a fault in its code \
                  into a fault of its node.",
    check: restricted_pods,
};

fn restricted_pods(platform: &Platform, findings: &mut Findings) {
    let namespaces: BTreeSet<_> = platform.autoscaled().iter().map(|workload| workload.namespace()).collect();
    for namespace in namespaces.into_iter().filter_map(|name| platform.one::<Namespace>("", name)) {
        let enforced = namespace.labels().get("pod-security.kubernetes.io/enforce");
        if enforced.is_none_or(|of| of != "restricted") {
            findings.report(
                namespace.place(),
                "holds the pods of services and does not enforce restricted pod security",
                "label it `pod-security.kubernetes.io/enforce: restricted`",
            );
        }
    }
    for Template { place, pod, .. } in of_services(platform) {
        for container in &pod.containers {
            for (message, mend) in faults(pod, container) {
                let message = format!("has a container `{}` that {message}", container.name);
                findings.report(place.clone(), message, mend);
            }
        }
        for volume in pod.volumes.iter().flatten() {
            if let Some(host) = &volume.host_path {
                let message =
                    format!("mounts `{}` of its node, for which restricted pod security refuses its pods", host.path);
                findings.report(place.clone(), message, "take the volume out, or use an `emptyDir`");
            }
        }
    }
}

/// The pods of services, workers and jobs.
fn of_services(platform: &Platform) -> impl Iterator<Item = Template<'_>> {
    platform.templates().filter(|of| of.namespace == platform.settings.services.namespace)
}

/// The faults of a container, and how to mend each; a pod speaks for its containers where they say nothing.
fn faults(pod: &PodSpec, container: &Container) -> impl Iterator<Item = (&'static str, &'static str)> {
    let (own, all) = (container.security_context.as_ref(), pod.security_context.as_ref());
    let not_root = own.and_then(|of| of.run_as_non_root).or_else(|| all.and_then(|of| of.run_as_non_root));
    let own_profile = own.and_then(|of| of.seccomp_profile.as_ref());
    let profile = own_profile.or_else(|| all.and_then(|of| of.seccomp_profile.as_ref()));
    let dropped = own.and_then(|of| of.capabilities.as_ref()?.drop.as_ref());
    let checks = [
        (not_root == Some(true), "may run as root", "set `runAsNonRoot: true`"),
        (
            own.and_then(|of| of.allow_privilege_escalation) == Some(false),
            "may gain privileges",
            "set `allowPrivilegeEscalation: false`",
        ),
        (
            dropped.is_some_and(|dropped| dropped.iter().any(|capability| capability == "ALL")),
            "keeps capabilities",
            "drop the capabilities `ALL`",
        ),
        (
            profile.is_some_and(|profile| ["RuntimeDefault", "Localhost"].contains(&profile.type_.as_str())),
            "has no seccomp profile",
            "set the seccomp profile `RuntimeDefault`",
        ),
        (
            own.and_then(|of| of.read_only_root_filesystem) == Some(true),
            "may change its own files",
            "set `readOnlyRootFilesystem: true`",
        ),
    ];
    checks.into_iter().filter(|(holds, ..)| !holds).map(|(_, message, mend)| (message, mend))
}

pub(super) const NO_TOKEN: Policy<Platform> = Policy {
    code: "SEC006",
    name: "no-token",
    severity: Severity::Error,
    explanation: "A token of the Kubernetes API inside a service that never calls it helps only an attacker.",
    check: no_token,
};

fn no_token(platform: &Platform, findings: &mut Findings) {
    for Template { place, pod, .. } in of_services(platform) {
        if pod.automount_service_account_token != Some(false) {
            findings.report(place, "mounts a token of the Kubernetes API", "set `automountServiceAccountToken: false`");
        }
    }
}

pub(super) const DEFAULT_DENY: Policy<Platform> = Policy {
    code: "SEC007",
    name: "default-deny",
    severity: Severity::Error,
    explanation: "Without a policy that denies by default, a pod that no rule selects can talk to everyone.",
    check: default_deny,
};

fn default_deny(platform: &Platform, findings: &mut Findings) {
    let namespaces: BTreeSet<_> = platform.autoscaled().iter().map(|workload| workload.namespace()).collect();
    for namespace in namespaces.into_iter().filter_map(|name| platform.one::<Namespace>("", name)) {
        let of_namespace = |policy: &Object<'_, NetworkPolicy>| policy.namespace() == namespace.name();
        let policies: Vec<_> = platform.every::<NetworkPolicy>().filter(of_namespace).collect();
        let about_all = || policies.iter().filter_map(|policy| policy.spec.as_ref()).filter(|spec| selects_all(spec));
        let denies = |direction: &str, admits: fn(&NetworkPolicySpec) -> bool| {
            let of = |spec: &&NetworkPolicySpec| spec.policy_types.iter().flatten().any(|of| of == direction);
            about_all().filter(of).any(|spec| !admits(spec))
        };
        for (direction, denied) in [
            ("Ingress", denies("Ingress", |spec| spec.ingress.as_ref().is_some_and(|rules| !rules.is_empty()))),
            ("Egress", denies("Egress", |spec| spec.egress.as_ref().is_some_and(|rules| !rules.is_empty()))),
        ] {
            if !denied {
                findings.report(
                    namespace.place(),
                    format!("holds the pods of services and does not deny {direction} by default"),
                    format!("declare a NetworkPolicy that selects all of its pods for {direction} and admits nothing"),
                );
            }
        }
    }
}

/// Is a policy about every pod of its namespace?
fn selects_all(spec: &NetworkPolicySpec) -> bool {
    spec.pod_selector.as_ref().is_some_and(is_everything)
}

pub(super) const POLICIES_ENFORCED: Policy<Platform> = Policy {
    code: "SEC008",
    name: "policies-enforced",
    severity: Severity::Error,
    explanation: "The network add-on enforces no NetworkPolicy unless it is told to, and gives no warning.",
    check: policies_enforced,
};

fn policies_enforced(platform: &Platform, findings: &mut Findings) {
    let Some(cni) = addon(platform, VPC_CNI_ADD_ON) else { return };
    let configuration = addon_configuration(platform, VPC_CNI_ADD_ON).unwrap_or_default();
    if configuration.enable_network_policy != "true" {
        findings.report(
            cni.place(),
            "enforces no NetworkPolicy",
            "set `enableNetworkPolicy` to \"true\" in its configuration",
        );
    }
}

pub(super) const STRICT_MODE: Policy<Platform> = Policy {
    code: "SEC017",
    name: "strict-mode",
    severity: Severity::Error,
    explanation: "In the network add-on's strict mode a pod reaches nothing until a NetworkPolicy selects it: the name \
                  servers run before anything could sync one for them, so they never start, and nothing else does.",
    check: strict_mode,
};

/// In strict mode a pod reaches nobody until a policy selects it. Argo CD's own come with its chart; the name servers run before
/// anything could bring them one.
fn strict_mode(platform: &Platform, findings: &mut Findings) {
    let Some(cni) = addon(platform, VPC_CNI_ADD_ON) else { return };
    let configuration = addon_configuration(platform, VPC_CNI_ADD_ON).unwrap_or_default();
    if configuration.env.get("NETWORK_POLICY_ENFORCING_MODE").is_none_or(|mode| mode != "strict") {
        return;
    }
    let mut namespaces: BTreeSet<String> = platform.synced().map(|chart| chart.namespace.to_owned()).collect();
    namespaces.insert(ADD_ON_NAMESPACE.to_owned());
    let selected = |namespace: &String| {
        let mut policies = platform.every::<NetworkPolicy>();
        policies.any(|policy| policy.namespace() == namespace && policy.spec.as_ref().is_some_and(selects_all))
    };
    let cut_off: Vec<_> = namespaces.iter().filter(|namespace| !selected(namespace)).map(String::as_str).collect();
    if !cut_off.is_empty() {
        findings.report(
            cni.place(),
            format!("cuts off every pod that no NetworkPolicy selects: those of {}", cut_off.join(", ")),
            "leave `NETWORK_POLICY_ENFORCING_MODE` out",
        );
    }
}

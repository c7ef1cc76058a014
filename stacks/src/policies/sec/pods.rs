//! The services' pods: what they may do on their node, and whom they may talk to at all.

use std::collections::BTreeSet;

use serde_json::Value as Json;
use synth_framework::Findings;

use crate::{
    Platform,
    names::ADD_ON_NAMESPACE,
    policies::view::{addon, addon_configuration, at, charts, items, strings, text},
};

pub(super) fn restricted_pods(platform: &Platform, findings: &mut Findings) {
    let namespaces: BTreeSet<_> = platform.autoscaled().iter().map(|workload| workload.namespace()).collect();
    for namespace in namespaces.into_iter().filter_map(|name| platform.object("Namespace", "", name)) {
        let enforced = &at(&namespace.object, "/metadata/labels")["pod-security.kubernetes.io/enforce"];
        if enforced != "restricted" {
            findings.report(
                platform.place(namespace),
                "holds the pods of services and does not enforce restricted pod security",
                "label it `pod-security.kubernetes.io/enforce: restricted`",
            );
        }
    }
    for workload in platform.autoscaled() {
        let pod = at(workload.pod(), "/securityContext");
        for container in workload.containers() {
            let own = at(container, "/securityContext");
            let either = |key: &str| own.get(key).or_else(|| pod.get(key)).unwrap_or(&Json::Null);
            let checks = [
                (*either("runAsNonRoot") == true, "may run as root", "set `runAsNonRoot: true`"),
                (
                    own["allowPrivilegeEscalation"] == false,
                    "may gain privileges",
                    "set `allowPrivilegeEscalation: false`",
                ),
                (
                    strings(own, "/capabilities/drop").contains(&"ALL"),
                    "keeps capabilities",
                    "drop the capabilities `ALL`",
                ),
                (
                    ["RuntimeDefault", "Localhost"].contains(&text(either("seccompProfile"), "/type")),
                    "has no seccomp profile",
                    "set the seccomp profile `RuntimeDefault`",
                ),
                (
                    own["readOnlyRootFilesystem"] == true,
                    "may change its own files",
                    "set `readOnlyRootFilesystem: true`",
                ),
            ];
            for (_, message, mend) in checks.into_iter().filter(|(holds, ..)| !holds) {
                let message = format!("has a container `{}` that {message}", text(container, "/name"));
                findings.report(platform.place(workload.deployment), message, mend);
            }
        }
    }
}

pub(super) fn no_token(platform: &Platform, findings: &mut Findings) {
    for workload in platform.autoscaled() {
        if *at(workload.pod(), "/automountServiceAccountToken") != false {
            findings.report(
                platform.place(workload.deployment),
                "mounts a token of the Kubernetes API",
                "set `automountServiceAccountToken: false`",
            );
        }
    }
}

pub(super) fn default_deny(platform: &Platform, findings: &mut Findings) {
    let namespaces: BTreeSet<_> = platform.autoscaled().iter().map(|workload| workload.namespace()).collect();
    for namespace in namespaces.into_iter().filter_map(|name| platform.object("Namespace", "", name)) {
        for (direction, rules) in [("Ingress", "/ingress"), ("Egress", "/egress")] {
            let denied = platform.of_kind("NetworkPolicy").any(|policy| {
                let spec = at(&policy.object, "/spec");
                policy.namespace() == namespace.name()
                    && at(spec, "/podSelector").as_object().is_some_and(serde_json::Map::is_empty)
                    && strings(spec, "/policyTypes").contains(&direction)
                    && items(spec, rules).is_empty()
            });
            if !denied {
                findings.report(
                    platform.place(namespace),
                    format!("holds the pods of services and does not deny {direction} by default"),
                    format!("declare a NetworkPolicy that selects all of its pods for {direction} and admits nothing"),
                );
            }
        }
    }
}

pub(super) fn policies_enforced(platform: &Platform, findings: &mut Findings) {
    let Some(cni) = addon(platform, "vpc-cni") else { return };
    let configuration = addon_configuration(platform, "vpc-cni").unwrap_or_default();
    if text(&configuration, "/enableNetworkPolicy") != "true" {
        findings.report(
            cni.place(),
            "enforces no NetworkPolicy",
            "set `enableNetworkPolicy` to \"true\" in its configuration",
        );
    }
}

/// In strict mode a pod reaches nobody until a policy selects it. Argo CD's own come with its chart; the name servers run before
/// anything could bring them one.
pub(super) fn strict_mode(platform: &Platform, findings: &mut Findings) {
    let Some(cni) = addon(platform, "vpc-cni") else { return };
    let configuration = addon_configuration(platform, "vpc-cni").unwrap_or_default();
    if text(&configuration, "/env/NETWORK_POLICY_ENFORCING_MODE") != "strict" {
        return;
    }
    let mut namespaces: BTreeSet<String> = charts(platform).map(|chart| chart.namespace.to_owned()).collect();
    namespaces.insert(ADD_ON_NAMESPACE.to_owned());
    let selected = |namespace: &String| {
        platform.of_kind("NetworkPolicy").any(|policy| {
            let selector = at(&policy.object, "/spec/podSelector");
            policy.namespace() == namespace && selector.as_object().is_some_and(serde_json::Map::is_empty)
        })
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

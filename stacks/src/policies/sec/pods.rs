//! The services' pods: what they may do on their node, and whom they may talk to at all.

use serde_json::Value as Json;
use synth_framework::Findings;

use crate::{
    Platform,
    policies::view::{addon, addon_configuration, at, items, strings, text},
};

pub(super) fn restricted_pods(platform: &Platform, findings: &mut Findings) {
    for workload in platform.autoscaled() {
        if let Some(namespace) = platform.object("Namespace", "", workload.namespace()) {
            let enforced = &at(&namespace.object, "/metadata/labels")["pod-security.kubernetes.io/enforce"];
            if enforced != "restricted" {
                findings.report(
                    platform.place(namespace),
                    format!("holds the pods of {} and does not enforce restricted pod security", workload.name()),
                    "label it `pod-security.kubernetes.io/enforce: restricted`",
                );
            }
        }
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
    for workload in platform.autoscaled() {
        for direction in ["Ingress", "Egress"] {
            let denied = platform.of_kind("NetworkPolicy").any(|policy| {
                let spec = at(&policy.object, "/spec");
                let everyone = at(spec, "/podSelector").as_object().is_some_and(serde_json::Map::is_empty);
                let rules = if direction == "Ingress" { "/ingress" } else { "/egress" };
                policy.namespace() == workload.namespace()
                    && everyone
                    && strings(spec, "/policyTypes").contains(&direction)
                    && items(spec, rules).is_empty()
            });
            if !denied {
                findings.report(
                    platform.place(workload.deployment),
                    format!("runs in namespace `{}`, where {direction} is not denied by default", workload.namespace()),
                    format!("declare a NetworkPolicy of that namespace that selects all pods for {direction} and admits nothing"),
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

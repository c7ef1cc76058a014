//! What eksup 0.13 finds in a cluster before an upgrade, and a platform that is not built yet tells already.

use std::collections::BTreeSet;

use serde_json::json;
use stacks::Platform;
use synth_review::Severity;

use crate::fixture::{TODAY, argue, edit, remove, set, small, text};

const PROXY: &str = "cors-proxy-server";
const POD: &str = "/spec/template/spec";

fn deployment(platform: &mut Platform, pointer: &str, value: impl Into<serde_json::Value>) {
    set(platform, "Deployment", PROXY, pointer, value);
}

fn docker(platform: &mut Platform) {
    edit(platform, "Deployment", PROXY, |object| {
        object["spec"]["template"]["spec"]["volumes"] =
            json!([{ "name": "docker", "hostPath": { "path": "/var/run/docker.sock" } }]);
    });
}

/// A check of eksup, the policy here, and what both find.
type Check = (&'static str, &'static str, fn(&mut Platform));

const CHECKS: &[Check] = &[
    ("K8S002", "HA001", |platform| set(platform, "HorizontalPodAutoscaler", PROXY, "/spec/minReplicas", 1)),
    ("K8S003", "HA006", |platform| deployment(platform, "/spec/minReadySeconds", 0)),
    ("K8S004", "HA004", |platform| remove(platform, "PodDisruptionBudget", PROXY)),
    ("K8S005", "HA002", |platform| deployment(platform, &format!("{POD}/topologySpreadConstraints"), ())),
    ("K8S006", "HA005", |platform| deployment(platform, &format!("{POD}/containers/0/readinessProbe"), ())),
    ("K8S007", "DRAIN001", |platform| deployment(platform, &format!("{POD}/terminationGracePeriodSeconds"), 0)),
    ("K8S008", "SEC005", docker),
    ("K8S012", "VER011", |platform| {
        argue(platform, "aws_eks_addon.kube_proxy", "configuration_values", text("{\"mode\": \"ipvs\"}"));
    }),
    ("K8S013", "VER011", |platform| {
        deployment(platform, &format!("{POD}/containers/0/image"), "registry.k8s.io/ingress-nginx/controller:v1.14.1");
    }),
];

/// The codes of what an upgrade is told of: errors, and whatever is about versions.
fn codes(platform: &Platform) -> BTreeSet<&'static str> {
    let findings = stacks::policies::review(platform, TODAY).findings.into_iter();
    let told = findings.filter(|of| of.severity == Severity::Error || of.code.starts_with("VER"));
    told.map(|of| of.code).collect()
}

#[test]
fn each_check_that_needs_no_cluster_is_made_before_there_is_one() {
    let sound = codes(&small());
    for (check, code, change) in CHECKS {
        let mut platform = small();
        change(&mut platform);
        assert!(!sound.contains(code) && codes(&platform).contains(code), "{check}: {:?}", codes(&platform));
    }
}

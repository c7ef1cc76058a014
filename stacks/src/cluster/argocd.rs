//! Argo CD, highly available: the one thing that Terraform installs into the cluster.

use serde_json::{Value as Json, json};
use synth_bindings::{aws_eks_access_policy_association, aws_eks_addon, aws_eks_cluster, helm_release};
use synth_framework::Stack;

use crate::{
    names::{ARGOCD_RELEASE, BASE_NODE_LABEL, BASE_NODE_TAINT},
    settings::Settings,
    terraform,
};

/// Declares the release, which waits for ready nodes, for names, and for this run's own access.
pub(super) fn argocd(
    settings: &Settings,
    cluster: &aws_eks_cluster::Handle,
    access: &aws_eks_access_policy_association::Handle,
    ready: &[aws_eks_addon::Handle],
    stack: &Stack,
) -> helm_release::Handle {
    let authority = cluster.certificate_authority().at(0).data();
    terraform::helm_provider(settings, cluster.endpoint(), authority, stack);
    let values = serde_json::to_string_pretty(&values(settings)).expect("JSON values are always serializable");
    helm_release("argocd")
        .name(ARGOCD_RELEASE)
        .namespace(&settings.argocd.namespace)
        .create_namespace(true)
        .repository("https://argoproj.github.io/argo-helm")
        .chart("argo-cd")
        .version(&settings.argocd.chart_version)
        .values([stack.asset("argocd-values.json", values + "\n").content()])
        .wait(true)
        .timeout(900)
        .depends_on((access, ready))
        .add_to(stack)
}

/// The chart's values: two or more of everything that may be, spread over zones, on the base nodes.
fn values(settings: &Settings) -> Json {
    let argocd = &settings.argocd;
    let (label, label_value) = BASE_NODE_LABEL;
    let budget = json!({ "enabled": true, "maxUnavailable": 1 });
    let requests = |cpu: &str, memory: &str| json!({ "requests": { "cpu": cpu, "memory": memory }, "limits": { "memory": memory } });
    json!({
        "global": {
            "domain": argocd.domain,
            "logging": { "format": "json" },
            "nodeSelector": { "kubernetes.io/os": "linux", label: label_value },
            "tolerations": [{ "key": BASE_NODE_TAINT.0, "operator": "Exists" }],
            "priorityClassName": "system-cluster-critical",
            "affinity": { "podAntiAffinity": "soft" },
            "topologySpreadConstraints": [{
                "maxSkew": 1,
                "topologyKey": "topology.kubernetes.io/zone",
                "whenUnsatisfiable": "ScheduleAnyway",
            }],
        },
        "crds": { "keep": true },
        "configs": {
            "cm": {
                "exec.enabled": false,
                "application.resourceTrackingMethod": "annotation",
                // Without it a wave of Applications counts as healthy at once, and waves do not wait.
                "resource.customizations.health.argoproj.io_Application": crate::manifests::APPLICATION_HEALTH,
            },
            "rbac": { "policy.default": "" },
        },
        "controller": { "replicas": 1, "resources": requests("250m", "1Gi") },
        "server": { "replicas": argocd.server_replicas, "pdb": budget, "resources": requests("50m", "256Mi") },
        "repoServer": { "replicas": argocd.repo_server_replicas, "pdb": budget, "resources": requests("100m", "512Mi") },
        "applicationSet": {
            "replicas": argocd.application_set_replicas,
            "pdb": budget,
            "resources": requests("50m", "256Mi"),
        },
        "notifications": { "enabled": false },
        "dex": { "enabled": false },
        "redis-ha": {
            "enabled": true,
            "nodeSelector": { label: label_value },
            "tolerations": [{ "key": BASE_NODE_TAINT.0, "operator": "Exists" }],
            "topologySpreadConstraints": {
                "enabled": true,
                "maxSkew": 1,
                "topologyKey": "topology.kubernetes.io/zone",
                "whenUnsatisfiable": "ScheduleAnyway",
            },
        },
    })
}

//! The pods of every node, as the cluster's add-ons have them.

use serde_json::{Value as Json, json};

/// Name, millicores and MiB that each asks for, as `stacks` counts them.
pub const DAEMONS: [(&str, u64, u64); 6] = [
    ("aws-node", 50, 64),
    ("kube-proxy", 100, 64),
    ("eks-pod-identity-agent", 10, 32),
    ("ebs-csi-node", 30, 120),
    ("eks-node-monitoring-agent", 10, 30),
    ("node-exporter", 50, 64),
];

/// Their `DaemonSet`s.
pub fn daemon_sets() -> impl Iterator<Item = Json> {
    DAEMONS.into_iter().map(|(name, cpu, memory)| daemon_set(name, cpu, memory))
}

fn daemon_set(name: &str, cpu: u64, memory: u64) -> Json {
    let labels = json!({ "app.kubernetes.io/name": name });
    let requests = json!({ "cpu": format!("{cpu}m"), "memory": format!("{memory}Mi") });
    json!({
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": { "name": name, "namespace": "kube-system" },
        "spec": {
            "selector": { "matchLabels": labels },
            "template": {
                "metadata": { "labels": labels },
                "spec": {
                    "tolerations": [{ "operator": "Exists" }],
                    "priorityClassName": "system-node-critical",
                    "containers": [{ "name": name, "image": "daemon", "resources": { "requests": requests } }],
                },
            },
        },
    })
}

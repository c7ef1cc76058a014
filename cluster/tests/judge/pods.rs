//! Pods that every rule admits, in each kind that makes pods, to be spoilt in one thing.

use cluster::User;
use serde_json::{Value as Json, json};

/// The registry of the fixtures.
pub(crate) const REGISTRY: &str = "111122223333.dkr.ecr.eu-north-1.amazonaws.com";

/// Every kind that has pods or makes them.
pub(crate) const KINDS: [&str; 8] =
    ["Pod", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job", "CronJob"];

/// The spec of a pod that breaks no rule.
pub(crate) fn good() -> Json {
    json!({
        "automountServiceAccountToken": false,
        "containers": [container("app")],
        "securityContext": { "runAsNonRoot": true, "runAsUser": 65532, "seccompProfile": { "type": "RuntimeDefault" } },
    })
}

/// A container that breaks no rule.
pub(crate) fn container(name: &str) -> Json {
    let probe = json!({ "httpGet": { "path": "/readyz", "port": 9090 } });
    json!({
        "name": name,
        "image": format!("{REGISTRY}/tideline/cors-proxy-server:0.1.0"),
        "livenessProbe": probe,
        "readinessProbe": probe,
        "resources": { "limits": { "memory": "64Mi" }, "requests": { "cpu": "100m", "memory": "64Mi" } },
        "securityContext": {
            "allowPrivilegeEscalation": false, "capabilities": { "drop": ["ALL"] }, "readOnlyRootFilesystem": true,
        },
    })
}

/// An object of a kind, of this pod.
pub(crate) fn object(kind: &str, namespace: &str, mut pod: Json) -> Json {
    let labels = json!({ "app": "judged" });
    let selector = json!({ "matchLabels": labels });
    if ["Job", "CronJob"].contains(&kind) {
        pod["restartPolicy"] = json!("Never");
        // A Job's pods end; nobody asks whether they are ready.
        for container in pod["containers"].as_array_mut().unwrap() {
            container.as_object_mut().unwrap().retain(|key, _| !key.ends_with("Probe"));
        }
    }
    let template = json!({ "metadata": { "labels": labels }, "spec": pod });
    let (version, spec) = match kind {
        "Pod" => ("v1", pod),
        "Deployment" | "DaemonSet" | "ReplicaSet" => ("apps/v1", json!({ "selector": selector, "template": template })),
        "StatefulSet" => ("apps/v1", json!({ "selector": selector, "template": template, "serviceName": "judged" })),
        "ReplicationController" => ("v1", json!({ "selector": labels, "template": template })),
        "Job" => ("batch/v1", json!({ "template": template })),
        "CronJob" => ("batch/v1", json!({ "schedule": "@daily", "jobTemplate": { "spec": { "template": template } } })),
        _ => panic!("no kind `{kind}`"),
    };
    let metadata = json!({ "name": "judged", "namespace": namespace, "labels": labels });
    json!({ "apiVersion": version, "kind": kind, "metadata": metadata, "spec": spec })
}

/// Who makes objects of a kind: controllers make pods, and Argo CD what they control.
pub(crate) fn maker(kind: &str) -> User {
    match kind {
        "Pod" => User::of("system:serviceaccount:kube-system:replicaset-controller", &["system:masters"]),
        "ReplicaSet" => User::of("system:serviceaccount:kube-system:deployment-controller", &["system:masters"]),
        _ => User::service_account("argocd", "argocd-application-controller"),
    }
}

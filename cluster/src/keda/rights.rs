//! What KEDA's accounts may do: as the templates of its chart 2.20.2 make it of the values of the Application, which let the
//! operator read no Secret but its own, and scale nothing but what Kubernetes itself defines.

use serde_json::{Value as Json, json};

use super::ACCOUNTS;

const READ: [&str; 3] = ["get", "list", "watch"];
const CHANGE: [&str; 5] = ["get", "list", "patch", "update", "watch"];
const ALL: [&str; 7] = ["create", "delete", "get", "list", "patch", "update", "watch"];
const GROUP: &str = "rbac.authorization.k8s.io";

/// The namespace, the accounts, their roles, and who has these.
pub(super) fn objects(namespace: &str) -> Vec<Json> {
    let [(operator, operator_account), (_, adapter_account)] = ACCOUNTS;
    let account = |name: &str| json!({ "kind": "ServiceAccount", "name": name, "namespace": namespace });
    let autoscalers =
        json!({ "kind": "ServiceAccount", "name": "horizontal-pod-autoscaler", "namespace": "kube-system" });
    let reader = format!("{operator}-external-metrics-reader");
    let certificates = format!("{operator}-certs");
    let mut all = vec![json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": namespace } })];
    all.extend(ACCOUNTS.map(|(_, name)| {
        json!({ "apiVersion": "v1", "kind": "ServiceAccount", "metadata": { "name": name, "namespace": namespace } })
    }));
    all.extend([
        role("ClusterRole", operator, None, &in_the_cluster()),
        role("Role", &certificates, Some(namespace), &in_its_namespace()),
        role("ClusterRole", &reader, None, &[rule("external.metrics.k8s.io", &["externalmetrics"], &["get"])]),
        bound(operator, None, ("ClusterRole", operator), &account(operator_account)),
        bound(&certificates, Some(namespace), ("Role", &certificates), &account(operator_account)),
        bound(
            &format!("{operator}-system-auth-delegator"),
            None,
            ("ClusterRole", "system:auth-delegator"),
            &account(adapter_account),
        ),
        bound(
            &format!("{operator}-auth-reader"),
            Some("kube-system"),
            ("Role", "extension-apiserver-authentication-reader"),
            &account(adapter_account),
        ),
        bound(&format!("{operator}-hpa-controller-external-metrics"), None, ("ClusterRole", &reader), &autoscalers),
    ]);
    all
}

/// The operator's two roles of the cluster, as one.
fn in_the_cluster() -> Vec<Json> {
    let kinds = [
        "clustertriggerauthentications",
        "clustertriggerauthentications/status",
        "scaledjobs",
        "scaledjobs/finalizers",
        "scaledjobs/status",
        "scaledobjects",
        "scaledobjects/finalizers",
        "scaledobjects/status",
        "triggerauthentications",
        "triggerauthentications/status",
    ];
    let events = [
        "cloudeventsources",
        "cloudeventsources/status",
        "clustercloudeventsources",
        "clustercloudeventsources/status",
    ];
    let core = ["configmaps", "configmaps/status", "limitranges", "pods", "services", "serviceaccounts"];
    vec![
        rule("", &core, &READ),
        rule("", &["events"], &["create", "patch"]),
        rule("events.k8s.io", &["events"], &["create", "patch"]),
        rule("discovery.k8s.io", &["endpointslices"], &READ),
        rule("apps", &["deployments/scale", "statefulsets/scale"], &CHANGE),
        rule("apps", &["deployments", "replicasets", "statefulsets"], &READ),
        rule("autoscaling", &["horizontalpodautoscalers"], &ALL),
        rule("batch", &["jobs"], &ALL),
        rule("admissionregistration.k8s.io", &["validatingwebhookconfigurations"], &CHANGE),
        rule("apiregistration.k8s.io", &["apiservices"], &CHANGE),
        rule("keda.sh", &kinds, &CHANGE),
        rule("eventing.keda.sh", &events, &CHANGE),
    ]
}

fn in_its_namespace() -> Vec<Json> {
    vec![
        rule("coordination.k8s.io", &["leases"], &ALL),
        rule("", &["secrets"], &["create", "get", "list", "update", "watch"]),
    ]
}

fn rule(group: &str, resources: &[&str], verbs: &[&str]) -> Json {
    json!({ "apiGroups": [group], "resources": resources, "verbs": verbs })
}

fn role(kind: &str, name: &str, namespace: Option<&str>, rules: &[Json]) -> Json {
    json!({
        "apiVersion": format!("{GROUP}/v1"), "kind": kind, "metadata": metadata(name, namespace), "rules": rules,
    })
}

fn bound(name: &str, namespace: Option<&str>, (kind, role): (&str, &str), subject: &Json) -> Json {
    let binding = if namespace.is_some() { "RoleBinding" } else { "ClusterRoleBinding" };
    json!({
        "apiVersion": format!("{GROUP}/v1"), "kind": binding, "metadata": metadata(name, namespace),
        "roleRef": { "apiGroup": GROUP, "kind": kind, "name": role }, "subjects": [subject],
    })
}

fn metadata(name: &str, namespace: Option<&str>) -> Json {
    namespace.map_or_else(|| json!({ "name": name }), |namespace| json!({ "name": name, "namespace": namespace }))
}

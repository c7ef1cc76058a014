//! What charts make, which nobody sees before they are rendered: their kinds, and the namespaces besides their own.
//!
//! The lists are those of the versions and values that the platform uses; `CustomResourceDefinition`s in a chart's `crds/`
//! folder count where it is not skipped.

/// The kinds that a chart makes, by group.
type Kinds = &'static [(&'static str, &'static [&'static str])];

/// What a chart makes.
pub(crate) struct Contents {
    chart: &'static str,
    /// Kinds that belong to the whole cluster.
    pub(crate) cluster: Kinds,
    /// Kinds that live in namespaces.
    pub(crate) namespaced: Kinds,
    /// Where it puts some of them, beside the namespace of its release.
    pub(crate) elsewhere: &'static [&'static str],
}

const ROLES: (&str, &[&str]) = ("rbac.authorization.k8s.io", &["ClusterRole", "ClusterRoleBinding"]);
const OWN_ROLES: (&str, &[&str]) = ("rbac.authorization.k8s.io", &["Role", "RoleBinding"]);
const DEFINITIONS: (&str, &[&str]) = ("apiextensions.k8s.io", &["CustomResourceDefinition"]);
const WEBHOOKS: (&str, &[&str]) =
    ("admissionregistration.k8s.io", &["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"]);
const BUDGET: (&str, &[&str]) = ("policy", &["PodDisruptionBudget"]);

const ALL: [Contents; 5] = [
    Contents { chart: "karpenter-crd", cluster: &[DEFINITIONS], namespaced: &[], elsewhere: &[] },
    Contents {
        chart: "karpenter",
        cluster: &[ROLES],
        namespaced: &[("", &["Service", "ServiceAccount"]), ("apps", &["Deployment"]), BUDGET, OWN_ROLES],
        // It reads the address of the cluster's name server.
        elsewhere: &["kube-system"],
    },
    Contents {
        chart: "aws-load-balancer-controller",
        cluster: &[
            DEFINITIONS,
            ROLES,
            WEBHOOKS,
            ("elbv2.k8s.aws", &["IngressClassParams"]),
            ("networking.k8s.io", &["IngressClass"]),
        ],
        namespaced: &[("", &["Secret", "Service", "ServiceAccount"]), ("apps", &["Deployment"]), BUDGET, OWN_ROLES],
        elsewhere: &[],
    },
    Contents {
        chart: "metrics-server",
        cluster: &[ROLES, ("apiregistration.k8s.io", &["APIService"])],
        namespaced: &[
            ("", &["Service", "ServiceAccount"]),
            ("apps", &["Deployment"]),
            BUDGET,
            ("rbac.authorization.k8s.io", &["RoleBinding"]),
        ],
        // Who may read how the API server authenticates.
        elsewhere: &["kube-system"],
    },
    Contents {
        chart: "kube-prometheus-stack",
        cluster: &[DEFINITIONS, ROLES, WEBHOOKS],
        namespaced: &[
            ("", &["ConfigMap", "Secret", "Service", "ServiceAccount"]),
            ("apps", &["DaemonSet", "Deployment"]),
            ("batch", &["Job"]),
            ("monitoring.coreos.com", &["Alertmanager", "Prometheus", "PrometheusRule", "ServiceMonitor"]),
            BUDGET,
            OWN_ROLES,
        ],
        // The Services of the kubelets and of the name servers stand beside them.
        elsewhere: &["kube-system"],
    },
];

/// What a chart makes, if it is known.
pub(crate) fn contents(chart: &str) -> Option<&'static Contents> {
    ALL.iter().find(|contents| contents.chart == chart)
}

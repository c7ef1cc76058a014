//! Settings of what runs in the cluster for everyone: Argo CD, metrics, load balancers, observability.

use super::declare::section;
use super::receivers::Receivers;
use super::rules::{between, shaped};
use super::{Version, shape};

section! {
    /// Argo CD, which syncs everything else.
    pub struct Argocd {
        /// Version of the chart `argo-cd`.
        pub chart_version: Version,
        /// Namespace of Argo CD.
        pub namespace: String where shaped("a namespace", shape::dns_label),
        /// Host name under which people will reach it.
        pub domain: String where shaped("a host name such as `argocd.example.com`", shape::host),
        /// Pods of the API and the web page.
        pub server_replicas: u32 where between(1, 20),
        /// Secret in Argo CD's namespace with the address that is told of failed syncs; empty for none.
        pub notifications_secret: String where shaped("the name of a Secret, or \"\" for no notifications,", shape::optional_name),
        /// Pods that render manifests.
        pub repo_server_replicas: u32 where between(1, 20),
        /// Pods of the `ApplicationSet` controller.
        pub application_set_replicas: u32 where between(1, 20),
    }
}

section! {
    /// The metrics that autoscaling of pods reads.
    pub struct MetricsServer {
        /// Version of the chart `metrics-server`.
        pub chart_version: Version,
        /// Namespace of its pods.
        pub namespace: String where shaped("a namespace", shape::dns_label),
        /// Pods.
        pub replicas: u32 where between(1, 10),
    }
}

section! {
    /// KEDA, which tells autoscalers of what Prometheus knows; installed where a service scales on more than `cpu`.
    pub struct Keda {
        /// Version of the chart `keda`.
        pub chart_version: Version,
        /// Namespace of its pods.
        pub namespace: String where shaped("a namespace", shape::dns_label),
        /// Pods of its operator, of its metrics server and of its webhook, of which one each works.
        pub replicas: u32 where between(1, 10),
    }
}

section! {
    /// The External Secrets Operator, which brings secrets of AWS to services; installed where one asks for `secrets`.
    pub struct ExternalSecrets {
        /// Version of the chart `external-secrets`.
        pub chart_version: Version,
        /// Namespace of its pods.
        pub namespace: String where shaped("a namespace", shape::dns_label),
        /// Pods, of which one works.
        pub replicas: u32 where between(1, 10),
        /// Minutes after which a value that changed in AWS is in the cluster at the latest.
        pub refresh_minutes: u32 where between(1, 1440),
    }
}

section! {
    /// cert-manager, which signs the certificates of webhooks and of aggregated APIs inside the cluster.
    pub struct CertManager {
        /// Whether it is installed; without it each controller signs its own certificate.
        pub enabled: bool; else false,
        /// Version of the chart `cert-manager`, without its `v`.
        pub chart_version: Version; else CertManager::CHART.parse().expect("a version"),
        /// Namespace of its pods, and of the key of the authority.
        pub namespace: String where shaped("a namespace", shape::dns_label); else "cert-manager".to_owned(),
        /// Pods of its controller, of its webhook and of what hands certificates to webhooks.
        pub replicas: u32 where between(1, 10); else 2,
    }
}

impl CertManager {
    /// The chart's version whose values are known here.
    const CHART: &str = "1.21.2";

    /// Controllers sign their own certificates.
    pub(super) fn none() -> Self {
        Self {
            enabled: false,
            chart_version: Self::CHART.parse().expect("a version"),
            namespace: "cert-manager".to_owned(),
            replicas: 2,
        }
    }
}

section! {
    /// The AWS Load Balancer Controller.
    pub struct LoadBalancerController {
        /// Version of the chart `aws-load-balancer-controller`.
        pub chart_version: Version,
        /// Namespace of the controller.
        pub namespace: String where shaped("a namespace", shape::dns_label),
        /// Service account of the controller, which Pod Identity ties to its role.
        pub service_account: String where shaped("a service account name", shape::dns_label),
        /// Pods, of which one works.
        pub replicas: u32 where between(1, 10),
    }
}

section! {
    /// Prometheus, Alertmanager and Grafana.
    pub struct Observability {
        /// Version of the chart `kube-prometheus-stack`.
        pub chart_version: Version,
        /// Namespace of its pods.
        pub namespace: String where shaped("a namespace", shape::dns_label),
        /// Prometheus pods, each with all data.
        pub prometheus_replicas: u32 where between(1, 10),
        /// Series of metrics of one's own, beside those that nodes, pods and services have anyway.
        pub own_series: u32 where between(0, 100_000_000),
        /// Days for which metrics are kept.
        pub prometheus_retention_days: u32 where between(1, 365),
        /// Size of each Prometheus volume in GiB.
        pub prometheus_volume_size_gib: u32 where between(1, 16_384),
        /// Alertmanager pods.
        pub alertmanager_replicas: u32 where between(1, 10),
        /// Size of each Alertmanager volume in GiB.
        pub alertmanager_volume_size_gib: u32 where between(1, 16_384),
        /// Who is told of alerts.
        pub receivers: Receivers,
    }
}

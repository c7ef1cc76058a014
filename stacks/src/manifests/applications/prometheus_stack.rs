//! Prometheus, Alertmanager, Grafana and the exporters, on Karpenter's nodes.

use std::collections::BTreeMap;

use k8s_openapi::{
    api::core::v1::{
        PersistentVolumeClaimSpec, ResourceRequirements, TopologySpreadConstraint, VolumeResourceRequirements,
    },
    apimachinery::pkg::api::resource::Quantity,
};
use serde::Serialize;
use synth_kubernetes::{Draft, argocd::IgnoredDifference};

use super::{
    application::{Application, Chart, Wave},
    grafana::{self, Grafana},
    told::{self, Configuration},
};
use crate::{
    charts::{self, Enabled, ServiceAccount},
    manifests::platform::PLATFORM_PRIORITY,
    names::{ALERTMANAGER_ACCOUNT, STORAGE_CLASS},
    series::Watched,
    settings::Settings,
};

const CHART: &str = "kube-prometheus-stack";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Values<'a> {
    fullname_override: &'static str,
    default_rules: DefaultRules,
    kube_controller_manager: Enabled,
    kube_scheduler: Enabled,
    kube_etcd: Enabled,
    kube_proxy: Enabled,
    prometheus_operator: Operator,
    prometheus: Prometheus<'a>,
    alertmanager: Alertmanager<'a>,
    grafana: Grafana<'a>,
    #[serde(rename = "kube-state-metrics")]
    kube_state_metrics: Pods,
    #[serde(rename = "prometheus-node-exporter")]
    prometheus_node_exporter: Pods,
}

#[derive(Serialize)]
struct DefaultRules {
    disabled: BTreeMap<&'static str, bool>,
}

/// How a component is reached.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Service {
    session_affinity: &'static str,
}

/// Each replica has data of its own, so that whoever asks again is led to the one that answered before.
const ALWAYS_THE_SAME: Service = Service { session_affinity: "ClientIP" };

/// What the pods of a component ask for.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Pods {
    priority_class_name: &'static str,
    resources: Draft<ResourceRequirements>,
}

/// The operator, what it puts beside Prometheus and Alertmanager, and the Jobs that make the certificate of its webhooks.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Operator {
    #[serde(flatten)]
    pods: Pods,
    prometheus_config_reloader: Container,
    admission_webhooks: AdmissionWebhooks,
}

#[derive(Serialize)]
struct AdmissionWebhooks {
    patch: Pods,
}

/// A container beside others, or in pods whose priority is set elsewhere.
#[derive(Serialize)]
pub(super) struct Container {
    pub(super) resources: Draft<ResourceRequirements>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the chart has them so")]
struct Prometheus<'a> {
    service: Service,
    pod_disruption_budget: Enabled,
    prometheus_spec: PrometheusSpec<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the chart has them so")]
struct PrometheusSpec<'a> {
    replicas: u32,
    pod_anti_affinity: &'static str,
    topology_spread_constraints: [Draft<TopologySpreadConstraint>; 1],
    #[serde(flatten)]
    pods: Pods,
    external_labels: BTreeMap<&'static str, &'a str>,
    retention: String,
    retention_size: String,
    storage_spec: Storage,
    #[serde(rename = "persistentVolumeClaimRetentionPolicy")]
    volumes: KeptVolumes,
    service_monitor_selector_nil_uses_helm_values: bool,
    pod_monitor_selector_nil_uses_helm_values: bool,
    rule_selector_nil_uses_helm_values: bool,
    probe_selector_nil_uses_helm_values: bool,
    scrape_config_selector_nil_uses_helm_values: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the chart has them so")]
struct Alertmanager<'a> {
    service: Service,
    service_account: ServiceAccount<'a>,
    config: Configuration,
    pod_disruption_budget: Enabled,
    alertmanager_spec: AlertmanagerSpec<'a>,
}

#[derive(Serialize)]
struct AlertmanagerSpec<'a> {
    replicas: u32,
    /// Secrets that it may read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    secrets: Vec<&'a str>,
    #[serde(flatten)]
    pods: Pods,
    storage: Storage,
    #[serde(rename = "persistentVolumeClaimRetentionPolicy")]
    volumes: KeptVolumes,
}

/// What becomes of volumes when their pods are no more.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct KeptVolumes {
    when_deleted: &'static str,
    when_scaled: &'static str,
}

/// They outlive an Application that leaves Git, and are there when it comes back.
const KEPT: KeptVolumes = KeptVolumes { when_deleted: "Retain", when_scaled: "Retain" };

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Storage {
    volume_claim_template: VolumeClaimTemplate,
}

#[derive(Serialize)]
struct VolumeClaimTemplate {
    spec: PersistentVolumeClaimSpec,
}

pub(super) fn pods(cpu: &str, memory: &str) -> Pods {
    Pods { priority_class_name: PLATFORM_PRIORITY, resources: charts::sized(cpu, memory) }
}

fn storage(gib: u32) -> Storage {
    let requests = Some([("storage".to_owned(), Quantity(format!("{gib}Gi")))].into());
    let spec = PersistentVolumeClaimSpec {
        access_modes: Some(vec!["ReadWriteOnce".to_owned()]),
        resources: Some(VolumeResourceRequirements { requests, ..VolumeResourceRequirements::default() }),
        storage_class_name: Some(STORAGE_CLASS.to_owned()),
        ..PersistentVolumeClaimSpec::default()
    };
    Storage { volume_claim_template: VolumeClaimTemplate { spec } }
}

/// Alerts that only say that nodes and quotas are well filled: Karpenter makes another node for what finds no room, and quotas admit
/// the maximum while nodes stand for what runs.
pub(crate) const PACKED_WELL: [&str; 6] = [
    "KubeCPUOvercommit",
    "KubeCPUQuotaOvercommit",
    "KubeMemoryOvercommit",
    "KubeMemoryQuotaOvercommit",
    "KubeQuotaFullyUsed",
    "KubeletTooManyPods",
];

/// The chart's budget keeps one pod: over a single one it would keep its node from ever draining.
fn budget(replicas: u32) -> Enabled {
    Enabled { enabled: replicas > 1 }
}

pub(super) fn application(settings: &Settings) -> Application {
    let observability = &settings.observability;
    let volume = observability.prometheus_volume_size_gib;
    let values = Values {
        fullname_override: "kps",
        default_rules: DefaultRules { disabled: PACKED_WELL.map(|alert| (alert, true)).into() },
        kube_controller_manager: Enabled { enabled: false },
        kube_scheduler: Enabled { enabled: false },
        kube_etcd: Enabled { enabled: false },
        kube_proxy: Enabled { enabled: false },
        prometheus_operator: Operator {
            pods: pods("100m", "256Mi"),
            prometheus_config_reloader: Container { resources: charts::sized("10m", "64Mi") },
            admission_webhooks: AdmissionWebhooks { patch: pods("10m", "64Mi") },
        },
        prometheus: Prometheus {
            service: ALWAYS_THE_SAME,
            pod_disruption_budget: budget(observability.prometheus_replicas),
            prometheus_spec: PrometheusSpec {
                replicas: observability.prometheus_replicas,
                pod_anti_affinity: "hard",
                topology_spread_constraints: charts::over_zones("prometheus"),
                pods: pods("500m", &format!("{}Mi", Watched::largest(settings).memory())),
                external_labels: [("cluster", settings.name.as_str())].into(),
                retention: format!("{}d", observability.prometheus_retention_days),
                // The write-ahead log and blocks under compaction need the rest of the volume.
                retention_size: format!("{}MB", u64::from(volume) * 1024 * 8 / 10),
                storage_spec: storage(volume),
                volumes: KEPT,
                // Monitors and rules are taken from every namespace, whoever made them.
                service_monitor_selector_nil_uses_helm_values: false,
                pod_monitor_selector_nil_uses_helm_values: false,
                rule_selector_nil_uses_helm_values: false,
                probe_selector_nil_uses_helm_values: false,
                scrape_config_selector_nil_uses_helm_values: false,
            },
        },
        alertmanager: Alertmanager {
            service: ALWAYS_THE_SAME,
            service_account: ServiceAccount { name: ALERTMANAGER_ACCOUNT },
            config: told::configuration(&observability.receivers),
            pod_disruption_budget: budget(observability.alertmanager_replicas),
            alertmanager_spec: AlertmanagerSpec {
                replicas: observability.alertmanager_replicas,
                secrets: observability.receivers.secret.as_deref().into_iter().collect(),
                pods: pods("50m", "128Mi"),
                storage: storage(observability.alertmanager_volume_size_gib),
                volumes: KEPT,
            },
        },
        grafana: grafana::values(&observability.namespace),
        kube_state_metrics: pods("50m", "256Mi"),
        prometheus_node_exporter: pods("50m", "64Mi"),
    };
    let chart = Chart {
        repository: "https://prometheus-community.github.io/helm-charts",
        name: CHART,
        version: &observability.chart_version,
        skip_crds: false,
    };
    let grafana = format!("{CHART}-grafana");
    Application::chart(settings, chart, Wave::Metrics, &observability.namespace, &values)
        // Each rendering makes a new password, and a new checksum of it: those of the first sync stay.
        .ignoring(IgnoredDifference {
            kind: "Secret".to_owned(),
            name: grafana.clone(),
            json_pointers: vec!["/data/admin-password".to_owned()],
            ..IgnoredDifference::default()
        })
        .ignoring(IgnoredDifference {
            group: "apps".to_owned(),
            kind: "Deployment".to_owned(),
            name: grafana,
            json_pointers: vec!["/spec/template/metadata/annotations/checksum~1secret".to_owned()],
            ..IgnoredDifference::default()
        })
        .webhooks_signed_elsewhere("kps-admission")
}

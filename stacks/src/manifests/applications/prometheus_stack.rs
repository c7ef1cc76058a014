//! Prometheus, Alertmanager, Grafana and the exporters, on Karpenter's nodes.

use std::collections::BTreeMap;

use k8s_openapi::{
    api::core::v1::{PersistentVolumeClaimSpec, VolumeResourceRequirements},
    apimachinery::pkg::api::resource::Quantity,
};
use synth_kubernetes::argocd::IgnoredDifference;

use super::{
    application::{Application, ChartSource, Wave},
    grafana,
};
use crate::{
    charts::{
        self, DisruptionBudget, Enabled, ServiceAccount, Sized, Unavailable, Values as _, alertmanager,
        prometheus_stack::{
            AdmissionWebhooks, Alertmanager, AlertmanagerSpec, Component, DefaultRules, KeptVolumes, Operator,
            Prometheus, PrometheusSpec, Service, Storage, Values, VolumeClaimTemplate,
        },
    },
    names::{ALERTMANAGER_ACCOUNT, METRICS_NAME, PLATFORM_PRIORITY, STORAGE_CLASS},
    series::Watched,
    settings::Settings,
};

/// Each replica has data of its own, so that whoever asks again is led to the one that answered before.
fn always_the_same() -> Service {
    Service { session_affinity: "ClientIP".to_owned() }
}

/// They outlive an Application that leaves Git, and are there when it comes back.
fn kept() -> KeptVolumes {
    KeptVolumes { when_deleted: "Retain".to_owned(), when_scaled: "Retain".to_owned() }
}

fn pods(cpu: &str, memory: &str) -> Component {
    let priority_class_name = PLATFORM_PRIORITY.to_owned();
    Component { replicas: None, priority_class_name, resources: charts::sized(cpu, memory) }
}

fn storage(gib: u32) -> Storage {
    let requests = Some([("storage".to_owned(), Quantity(format!("{gib}Gi")))].into());
    let spec = PersistentVolumeClaimSpec {
        access_modes: Some(vec!["ReadWriteOnce".to_owned()]),
        resources: Some(VolumeResourceRequirements { requests, ..VolumeResourceRequirements::default() }),
        storage_class_name: Some(STORAGE_CLASS.to_owned()),
        ..PersistentVolumeClaimSpec::default()
    };
    Storage { volume_claim_template: Some(VolumeClaimTemplate { spec }) }
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
fn budget(replicas: u32) -> DisruptionBudget {
    DisruptionBudget { enabled: replicas > 1, allowed: Unavailable::default() }
}

pub(super) fn application(settings: &Settings) -> Application {
    let observability = &settings.observability;
    let volume = observability.prometheus_volume_size_gib;
    let values = Values {
        fullname_override: METRICS_NAME.to_owned(),
        default_rules: DefaultRules {
            disabled: PACKED_WELL.map(|alert| (alert.to_owned(), true)).into(),
            ..DefaultRules::default()
        },
        kube_controller_manager: Enabled { enabled: false },
        kube_scheduler: Enabled { enabled: false },
        kube_etcd: Enabled { enabled: false },
        kube_proxy: Enabled { enabled: false },
        prometheus_operator: Operator {
            pods: pods("100m", "256Mi"),
            prometheus_config_reloader: Sized { resources: charts::sized("10m", "64Mi") },
            admission_webhooks: AdmissionWebhooks { patch: pods("10m", "64Mi") },
            tls: None,
        },
        prometheus: Prometheus {
            service: always_the_same(),
            pod_disruption_budget: budget(observability.prometheus_replicas),
            prometheus_spec: PrometheusSpec {
                replicas: Some(observability.prometheus_replicas),
                pod_anti_affinity: "hard".to_owned(),
                topology_spread_constraints: charts::over_zones("prometheus"),
                priority_class_name: PLATFORM_PRIORITY.to_owned(),
                resources: charts::sized("500m", &format!("{}Mi", Watched::largest(settings).memory())),
                node_selector: BTreeMap::new(),
                external_labels: [("cluster".to_owned(), settings.name.clone())].into(),
                retention: format!("{}d", observability.prometheus_retention_days),
                // The write-ahead log and blocks under compaction need the rest of the volume.
                retention_size: format!("{}MB", u64::from(volume) * 1024 * 8 / 10),
                storage_spec: Some(storage(volume)),
                volumes: kept(),
                // Monitors and rules are taken from every namespace, whoever made them.
                service_monitor_selector_nil_uses_helm_values: false,
                pod_monitor_selector_nil_uses_helm_values: false,
                rule_selector_nil_uses_helm_values: false,
                probe_selector_nil_uses_helm_values: false,
                scrape_config_selector_nil_uses_helm_values: false,
            },
        },
        alertmanager: Alertmanager {
            service: always_the_same(),
            service_account: ServiceAccount::named(ALERTMANAGER_ACCOUNT),
            config: alertmanager::configuration(&observability.receivers),
            pod_disruption_budget: budget(observability.alertmanager_replicas),
            alertmanager_spec: AlertmanagerSpec {
                replicas: Some(observability.alertmanager_replicas),
                secrets: observability.receivers.secret.iter().cloned().collect(),
                priority_class_name: PLATFORM_PRIORITY.to_owned(),
                resources: charts::sized("50m", "128Mi"),
                node_selector: BTreeMap::new(),
                storage: Some(storage(observability.alertmanager_volume_size_gib)),
                volumes: kept(),
            },
        },
        grafana: grafana::values(pods("100m", "512Mi"), settings),
        kube_state_metrics: pods("50m", "256Mi"),
        prometheus_node_exporter: pods("50m", "64Mi"),
    };
    let chart = ChartSource {
        repository: "https://prometheus-community.github.io/helm-charts",
        name: Values::CHART,
        version: observability.chart_version,
        skip_crds: false,
    };
    let grafana = format!("{}-grafana", Values::CHART);
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

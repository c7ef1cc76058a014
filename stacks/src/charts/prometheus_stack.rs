//! The chart of Prometheus, Alertmanager, Grafana and the exporters.

use std::collections::BTreeMap;

use k8s_openapi::{
    api::core::v1::{PersistentVolumeClaimSpec, ResourceRequirements, TopologySpreadConstraint},
    apimachinery::pkg::api::resource::Quantity,
};
use serde::{Deserialize, Serialize};
use synth_kubernetes::{
    Amount,
    quantity::{MEMORY, asked, limit_in},
};

pub(crate) use super::parts::Component;
use super::{
    Chart, DisruptionBudget, Enabled, Kinds, Pods, ServiceAccount, Sized, alertmanager::Configuration, grafana::Grafana,
};

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Values {
    pub(crate) fullname_override: String,
    pub(crate) default_rules: DefaultRules,
    pub(crate) kube_controller_manager: Enabled,
    pub(crate) kube_scheduler: Enabled,
    pub(crate) kube_etcd: Enabled,
    pub(crate) kube_proxy: Enabled,
    pub(crate) prometheus_operator: Operator,
    pub(crate) prometheus: Prometheus,
    pub(crate) alertmanager: Alertmanager,
    pub(crate) grafana: Grafana,
    #[serde(rename = "kube-state-metrics")]
    pub(crate) kube_state_metrics: Component,
    #[serde(rename = "prometheus-node-exporter")]
    pub(crate) prometheus_node_exporter: Component,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct DefaultRules {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) create: Option<bool>,
    /// Groups of alerts, and whether they are made.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) rules: BTreeMap<String, bool>,
    pub(crate) disabled: BTreeMap<String, bool>,
}

/// How a component is reached.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Service {
    pub(crate) session_affinity: String,
}

/// The operator, what it puts beside Prometheus and Alertmanager, and the Jobs that make the certificate of its webhooks.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Operator {
    #[serde(flatten)]
    pub(crate) pods: Component,
    pub(crate) prometheus_config_reloader: Sized,
    pub(crate) admission_webhooks: AdmissionWebhooks,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tls: Option<Tls>,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct AdmissionWebhooks {
    pub(crate) patch: Component,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Tls {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) internal_port: Option<u16>,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the chart has them so")]
pub(crate) struct Prometheus {
    pub(crate) service: Service,
    pub(crate) pod_disruption_budget: DisruptionBudget,
    pub(crate) prometheus_spec: PrometheusSpec,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the chart has them so")]
pub(crate) struct PrometheusSpec {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) replicas: Option<u32>,
    pub(crate) pod_anti_affinity: String,
    pub(crate) topology_spread_constraints: Vec<TopologySpreadConstraint>,
    pub(crate) priority_class_name: String,
    pub(crate) resources: ResourceRequirements,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) node_selector: BTreeMap<String, String>,
    pub(crate) external_labels: BTreeMap<String, String>,
    pub(crate) retention: String,
    pub(crate) retention_size: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) storage_spec: Option<Storage>,
    #[serde(rename = "persistentVolumeClaimRetentionPolicy")]
    pub(crate) volumes: KeptVolumes,
    pub(crate) service_monitor_selector_nil_uses_helm_values: bool,
    pub(crate) pod_monitor_selector_nil_uses_helm_values: bool,
    pub(crate) rule_selector_nil_uses_helm_values: bool,
    pub(crate) probe_selector_nil_uses_helm_values: bool,
    pub(crate) scrape_config_selector_nil_uses_helm_values: bool,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the chart has them so")]
pub(crate) struct Alertmanager {
    pub(crate) service: Service,
    pub(crate) service_account: ServiceAccount,
    pub(crate) config: Configuration,
    pub(crate) pod_disruption_budget: DisruptionBudget,
    pub(crate) alertmanager_spec: AlertmanagerSpec,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct AlertmanagerSpec {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) replicas: Option<u32>,
    /// Secrets that it may read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) secrets: Vec<String>,
    pub(crate) priority_class_name: String,
    pub(crate) resources: ResourceRequirements,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) node_selector: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) storage: Option<Storage>,
    #[serde(rename = "persistentVolumeClaimRetentionPolicy")]
    pub(crate) volumes: KeptVolumes,
}

/// The treatment of volumes whose pods are gone.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct KeptVolumes {
    pub(crate) when_deleted: String,
    pub(crate) when_scaled: String,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Storage {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) volume_claim_template: Option<VolumeClaimTemplate>,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct VolumeClaimTemplate {
    pub(crate) spec: PersistentVolumeClaimSpec,
}

/// A component whose replicas have data of their own, each in a volume.
pub(crate) struct Stateful<'a> {
    pub(crate) name: &'static str,
    pub(crate) replicas: u64,
    /// Seconds that its operator gives a pod to leave.
    pub(crate) grace: u64,
    pub(crate) service: &'a Service,
    pub(crate) budget: &'a DisruptionBudget,
    /// The key of what is said of its pods.
    pub(crate) spec: &'static str,
    pub(crate) volumes: &'a KeptVolumes,
}

impl Values {
    /// The components that keep data.
    pub(crate) fn stateful(&self) -> [Stateful<'_>; 2] {
        let Self { prometheus, alertmanager, .. } = self;
        [
            Stateful {
                name: "prometheus",
                replicas: prometheus.prometheus_spec.replicas.map_or(1, u64::from),
                grace: 600,
                service: &prometheus.service,
                budget: &prometheus.pod_disruption_budget,
                spec: "prometheus/prometheusSpec",
                volumes: &prometheus.prometheus_spec.volumes,
            },
            Stateful {
                name: "alertmanager",
                replicas: alertmanager.alertmanager_spec.replicas.map_or(1, u64::from),
                grace: 120,
                service: &alertmanager.service,
                budget: &alertmanager.pod_disruption_budget,
                spec: "alertmanager/alertmanagerSpec",
                volumes: &alertmanager.alertmanager_spec.volumes,
            },
        ]
    }

    /// Components that claim volumes: their pods, and what each of them claims.
    pub(crate) fn claims(&self) -> [(&'static str, u64, Option<&Quantity>); 2] {
        let Self { prometheus, alertmanager, .. } = self;
        let storages = [&prometheus.prometheus_spec.storage_spec, &alertmanager.alertmanager_spec.storage];
        let sizes = storages.map(|storage| claimed(storage.as_ref()));
        let [first, second] = self.stateful().map(|of| (of.name, of.replicas));
        [(first.0, first.1, sizes[0]), (second.0, second.1, sizes[1])]
    }

    /// The limit of Prometheus' memory.
    pub(crate) fn memory(&self) -> Option<&Quantity> {
        limit_in(&self.prometheus.prometheus_spec.resources, MEMORY)
    }
}

/// What a volume is claimed to hold.
fn claimed(storage: Option<&Storage>) -> Option<&Quantity> {
    let claim = storage?.volume_claim_template.as_ref()?;
    claim.spec.resources.as_ref()?.requests.as_ref()?.get("storage")
}

fn has_claim(storage: Option<&Storage>) -> bool {
    storage.is_some_and(|storage| storage.volume_claim_template.is_some())
}

impl super::Values for Values {
    const CHART: &'static str = "kube-prometheus-stack";
}

impl Chart for Values {
    fn pods(&self) -> Vec<Pods<'_>> {
        let (prometheus, alertmanager) = (&self.prometheus.prometheus_spec, &self.alertmanager.alertmanager_spec);
        let each = |resources: &ResourceRequirements, cpu, memory| asked(resources).unwrap_or(Amount::new(cpu, memory));
        let component =
            |name, of: &Component, memory| Pods::elsewhere(name, of.replicas, 1, each(&of.resources, 100, memory));
        vec![
            Pods::elsewhere("prometheus", prometheus.replicas, 1, each(&prometheus.resources, 500, 2048))
                .apart()
                .volumes(has_claim(prometheus.storage_spec.as_ref()), &prometheus.node_selector),
            Pods::elsewhere("alertmanager", alertmanager.replicas, 1, each(&alertmanager.resources, 100, 200))
                .volumes(has_claim(alertmanager.storage.as_ref()), &alertmanager.node_selector),
            component("prometheus-operator", &self.prometheus_operator.pods, 256),
            component("grafana", &self.grafana.pods, 256),
            component("kube-state-metrics", &self.kube_state_metrics, 128),
        ]
    }

    fn kinds(&self) -> Kinds {
        Kinds {
            cluster: &[Kinds::DEFINITIONS, Kinds::ROLES, Kinds::WEBHOOKS],
            namespaced: &[
                ("", &["ConfigMap", "Secret", "Service", "ServiceAccount"]),
                ("apps", &["DaemonSet", "Deployment"]),
                ("batch", &["Job"]),
                ("monitoring.coreos.com", &["Alertmanager", "Prometheus", "PrometheusRule", "ServiceMonitor"]),
                Kinds::BUDGET,
                Kinds::OWN_ROLES,
            ],
            // The Services of the kubelets and of the name servers stand beside them.
            elsewhere: &["kube-system"],
        }
    }

    fn listens(&self) -> Vec<(&'static str, u64, &'static str)> {
        let mut listens = vec![
            ("tcp", 3000, "Grafana"),
            ("tcp", 8080, "the exporter of objects"),
            ("tcp", 9090, "Prometheus"),
            ("tcp", 9093, "Alertmanager"),
            ("tcp", 9100, "the exporter of nodes"),
            ("tcp", 10250, "the kubelets"),
        ];
        if self.alertmanager.alertmanager_spec.replicas.is_some_and(|replicas| replicas > 1) {
            // How they tell each other whom they have notified. Over TCP alone they find each other and look well, and each
            // notifies everybody.
            // Source: ports `mesh-tcp` and `mesh-udp` in `pkg/alertmanager/statefulset.go` of the Prometheus operator.
            listens.extend([("tcp", 9094, "Alertmanager"), ("udp", 9094, "Alertmanager")]);
        }
        listens
    }

    fn called(&self) -> Vec<(u64, &'static str)> {
        let port = self.prometheus_operator.tls.and_then(|tls| tls.internal_port);
        vec![(port.map_or(10250, u64::from), "webhooks")]
    }

    fn may_have_role(&self) -> Option<&str> {
        Some(&self.alertmanager.service_account.name)
    }

    fn daemon(&self) -> Option<Amount> {
        Some(Amount::new(50, 64))
    }
}

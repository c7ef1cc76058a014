//! KEDA's chart: an operator, a server of external metrics, and a webhook.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{Affinity, ResourceRequirements, Toleration, TopologySpreadConstraint};
use serde::{Deserialize, Serialize};
use synth_kubernetes::{Amount, quantity::asked};

use super::{ByGroup, Certified, Chart, Enabled, IssuerReference, Kinds, Pods, RollingUpdate, Unavailable};

/// Names of its Deployments and Services, which label their pods and Services by them.
pub(crate) const OPERATOR: &str = "keda-operator";
pub(crate) const METRICS_SERVER: &str = "keda-operator-metrics-apiserver";
pub(crate) const WEBHOOKS: &str = "keda-admission-webhooks";

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Values {
    pub(crate) image: Image,
    pub(crate) operator: Component,
    pub(crate) metrics_server: Component,
    pub(crate) webhooks: Webhooks,
    pub(crate) upgrade_strategy: Rollouts,
    pub(crate) pod_disruption_budget: Budgets,
    pub(crate) topology_spread_constraints: Spreads,
    pub(crate) priority_class_name: String,
    pub(crate) node_selector: BTreeMap<String, String>,
    pub(crate) tolerations: Vec<Toleration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pod_annotations: Option<Annotations>,
    pub(crate) resources: Resources,
    pub(crate) rbac: Rights,
    pub(crate) permissions: Permissions,
    pub(crate) logging: Logging,
    pub(crate) prometheus: Shown,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) service: Option<Service>,
    pub(crate) enable_service_links: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) certificates: Option<Certificates>,
}

/// Who signs the certificate that its three parts share; its operator does where nothing is said.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Certificates {
    pub(crate) cert_manager: CertManager,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct CertManager {
    pub(crate) enabled: bool,
    pub(crate) issuer: Issuer,
}

/// The chart's own, or another.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Issuer {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) generate: Option<bool>,
    #[serde(flatten)]
    pub(crate) reference: IssuerReference,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Image {
    pub(crate) pull_policy: String,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Component {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) replica_count: Option<u32>,
    pub(crate) affinity: Affinity,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Webhooks {
    #[serde(flatten)]
    pub(crate) pods: Component,
    /// What happens to an object while nobody answers.
    pub(crate) failure_policy: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) port: Option<u16>,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Rollouts {
    pub(crate) operator: RollingUpdate,
    pub(crate) metrics_api_server: RollingUpdate,
    pub(crate) webhooks: RollingUpdate,
}

/// Its own spelling: here the server of metrics is in the singular.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Budgets {
    pub(crate) operator: Unavailable,
    pub(crate) metric_server: Unavailable,
    pub(crate) webhooks: Unavailable,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Spreads {
    pub(crate) operator: Vec<TopologySpreadConstraint>,
    pub(crate) metrics_server: Vec<TopologySpreadConstraint>,
    pub(crate) webhooks: Vec<TopologySpreadConstraint>,
}

/// Annotations of the operator's pods.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Annotations {
    pub(crate) keda: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Resources {
    pub(crate) operator: ResourceRequirements,
    pub(crate) metric_server: ResourceRequirements,
    pub(crate) webhooks: ResourceRequirements,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Rights {
    pub(crate) enabled_custom_scaled_ref_kinds: bool,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Permissions {
    pub(crate) operator: Restricted,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Restricted {
    pub(crate) restrict: Restriction,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Restriction {
    pub(crate) secret: bool,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Logging {
    pub(crate) operator: Format,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Format {
    pub(crate) format: String,
}

/// Which of them show metrics.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Shown {
    pub(crate) operator: Enabled,
    pub(crate) metric_server: Enabled,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Service {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) port_https_target: Option<u16>,
}

/// What it makes in namespaces; the first only with cert-manager.
const CERTIFIED: ByGroup = &[
    Kinds::CERTIFICATES,
    ("", &["Service", "ServiceAccount"]),
    ("apps", &["Deployment"]),
    Kinds::BUDGET,
    Kinds::OWN_ROLES,
];

impl super::Values for Values {
    const CHART: &'static str = "keda";
}

impl Chart for Values {
    fn pods(&self) -> Vec<Pods<'_>> {
        let Self { operator, metrics_server, webhooks, resources, upgrade_strategy: rollouts, .. } = self;
        let pods = |name, of: &Component, resources| {
            let each = asked(resources).unwrap_or(Amount::new(100, 100));
            // With a zone lost, the one that stands by may wait.
            Pods::on_base_nodes(name, of.replica_count, 1, each).apart().quorum(1)
        };
        vec![
            pods(OPERATOR, operator, &resources.operator).rolling("upgradeStrategy.operator", &rollouts.operator, 0),
            pods(METRICS_SERVER, metrics_server, &resources.metric_server).rolling(
                "upgradeStrategy.metricsApiServer",
                &rollouts.metrics_api_server,
                0,
            ),
            pods(WEBHOOKS, &webhooks.pods, &resources.webhooks).rolling(
                "upgradeStrategy.webhooks",
                &rollouts.webhooks,
                0,
            ),
        ]
    }

    fn kinds(&self) -> Kinds {
        Kinds {
            cluster: &[
                Kinds::DEFINITIONS,
                Kinds::ROLES,
                ("admissionregistration.k8s.io", &["ValidatingWebhookConfiguration"]),
                ("apiregistration.k8s.io", &["APIService"]),
            ],
            namespaced: if self.certified().is_some() { CERTIFIED } else { &CERTIFIED[1..] },
            // Who may read how the API server authenticates.
            elsewhere: &["kube-system"],
        }
    }

    fn listens(&self) -> Vec<(&'static str, u64, &'static str)> {
        vec![("tcp", 9666, "KEDA's operator, for its metrics server"), ("tcp", 8080, "KEDA's own metrics")]
    }

    fn called(&self) -> Vec<(u64, &'static str)> {
        vec![
            (
                self.service.as_ref().and_then(|service| service.port_https_target).map_or(6443, u64::from),
                "external metrics",
            ),
            (self.webhooks.port.map_or(9443, u64::from), "webhooks"),
        ]
    }

    fn certified(&self) -> Option<Certified<'_>> {
        let certificates = self.certificates.as_ref().map(|of| &of.cert_manager).filter(|of| of.enabled)?;
        let Issuer { generate, reference } = &certificates.issuer;
        let issuer = (!generate.unwrap_or(true)).then_some((reference.kind.as_str(), reference.name.as_str()));
        Some(Certified { issuer, verified: true })
    }

    fn may_have_role(&self) -> Option<&str> {
        Some(OPERATOR)
    }

    fn scales_by(&self) -> Option<u64> {
        self.pods().iter().map(|pods| pods.replicas).min()
    }

    fn placements(&self) -> Vec<(&'static str, &BTreeMap<String, String>, &[Toleration])> {
        vec![("", &self.node_selector, &self.tolerations)]
    }
}

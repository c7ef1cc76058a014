//! The metrics server's chart.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{Affinity, ResourceRequirements, Toleration, TopologySpreadConstraint};
use serde::{Deserialize, Serialize};
use synth_kubernetes::{Amount, quantity::asked};

use super::{ByGroup, Certified, Chart, DisruptionBudget, Enabled, IssuerReference, Kinds, Pods, RollingUpdate};

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Values {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) replicas: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) container_port: Option<u16>,
    pub(crate) update_strategy: RollingUpdate,
    pub(crate) pod_disruption_budget: DisruptionBudget,
    pub(crate) affinity: Affinity,
    pub(crate) topology_spread_constraints: Vec<TopologySpreadConstraint>,
    pub(crate) node_selector: BTreeMap<String, String>,
    pub(crate) tolerations: Vec<Toleration>,
    pub(crate) resources: ResourceRequirements,
    pub(crate) metrics: Enabled,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tls: Option<Tls>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) api_service: Option<ApiService>,
}

/// Where its certificate comes from; it signs its own where nothing is said.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Tls {
    #[serde(rename = "type")]
    pub(crate) type_: String,
    pub(crate) cert_manager: CertManager,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct CertManager {
    pub(crate) existing_issuer: ExistingIssuer,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct ExistingIssuer {
    pub(crate) enabled: bool,
    #[serde(flatten)]
    pub(crate) issuer: IssuerReference,
}

/// How the API server calls it.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct ApiService {
    /// Whoever answers is taken for it; so it is where nothing is said.
    #[serde(rename = "insecureSkipTLSVerify", skip_serializing_if = "Option::is_none")]
    pub(crate) insecure_skip_tls_verify: Option<bool>,
}

/// The certificate that cert-manager makes.
pub(crate) const CERT_MANAGER: &str = "cert-manager";

/// What it makes in namespaces; the first only with cert-manager.
const CERTIFIED: ByGroup = &[
    Kinds::CERTIFICATES,
    ("", &["Service", "ServiceAccount"]),
    ("apps", &["Deployment"]),
    Kinds::BUDGET,
    ("rbac.authorization.k8s.io", &["RoleBinding"]),
];

impl super::Values for Values {
    const CHART: &'static str = "metrics-server";
}

impl Chart for Values {
    fn pods(&self) -> Vec<Pods<'_>> {
        let each = asked(&self.resources).unwrap_or(Amount::new(100, 200));
        let pods = Pods::on_base_nodes("metrics-server", self.replicas, 1, each).apart();
        vec![pods.rolling("updateStrategy", &self.update_strategy, 0)]
    }

    fn kinds(&self) -> Kinds {
        Kinds {
            cluster: &[Kinds::ROLES, ("apiregistration.k8s.io", &["APIService"])],
            namespaced: if self.certified().is_some() { CERTIFIED } else { &CERTIFIED[1..] },
            // Who may read how the API server authenticates.
            elsewhere: &["kube-system"],
        }
    }

    fn listens(&self) -> Vec<(&'static str, u64, &'static str)> {
        vec![("tcp", 10250, "the kubelets")]
    }

    fn called(&self) -> Vec<(u64, &'static str)> {
        vec![(self.container_port.map_or(10250, u64::from), "metrics")]
    }

    fn certified(&self) -> Option<Certified<'_>> {
        let tls = self.tls.as_ref().filter(|tls| tls.type_ == CERT_MANAGER)?;
        let existing = &tls.cert_manager.existing_issuer;
        let issuer = existing.enabled.then_some((existing.issuer.kind.as_str(), existing.issuer.name.as_str()));
        let skips = self.api_service.as_ref().and_then(|of| of.insecure_skip_tls_verify).unwrap_or(true);
        Some(Certified { issuer, verified: !skips })
    }

    fn scales_by(&self) -> Option<u64> {
        self.pods().first().map(|pods| pods.replicas)
    }

    fn placements(&self) -> Vec<(&'static str, &BTreeMap<String, String>, &[Toleration])> {
        vec![("", &self.node_selector, &self.tolerations)]
    }
}

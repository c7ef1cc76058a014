//! The metrics server's chart.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{Affinity, ResourceRequirements, Toleration, TopologySpreadConstraint};
use serde::{Deserialize, Serialize};
use synth_kubernetes::{Amount, quantity::asked};

use super::{Chart, DisruptionBudget, Enabled, Kinds, Pods, RollingUpdate};

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
}

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
            namespaced: &[
                ("", &["Service", "ServiceAccount"]),
                ("apps", &["Deployment"]),
                Kinds::BUDGET,
                ("rbac.authorization.k8s.io", &["RoleBinding"]),
            ],
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

    fn scales_by(&self) -> Option<u64> {
        self.pods().first().map(|pods| pods.replicas)
    }

    fn placements(&self) -> Vec<(&'static str, &BTreeMap<String, String>, &[Toleration])> {
        vec![("", &self.node_selector, &self.tolerations)]
    }
}

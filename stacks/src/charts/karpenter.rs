//! Karpenter's chart, and the one of its definitions.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{Toleration, TopologySpreadConstraint};
use serde::{Deserialize, Serialize};
use synth_kubernetes::{Amount, quantity::asked};

use super::{Chart, Kinds, Pods, RollingUpdate, ServiceAccount, Sized};

/// The values of the chart of the definitions: none.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Definitions {}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Values {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) replicas: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) strategy: Option<RollingUpdate>,
    pub(crate) service_account: ServiceAccount,
    pub(crate) settings: Settings,
    pub(crate) controller: Sized,
    pub(crate) node_selector: BTreeMap<String, String>,
    pub(crate) tolerations: Vec<Toleration>,
    pub(crate) topology_spread_constraints: Vec<TopologySpreadConstraint>,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Settings {
    pub(crate) cluster_name: String,
    pub(crate) interruption_queue: String,
    pub(crate) enable_zonal_shift: bool,
    pub(crate) preference_policy: String,
    pub(crate) feature_gates: FeatureGates,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct FeatureGates {
    pub(crate) node_repair: bool,
}

static NOTHING_SAID: RollingUpdate = RollingUpdate::NOTHING;

impl super::Values for Definitions {
    const CHART: &'static str = "karpenter-crd";
}

impl super::Values for Values {
    const CHART: &'static str = "karpenter";
}

impl Chart for Definitions {
    fn kinds(&self) -> Kinds {
        Kinds { cluster: &[Kinds::DEFINITIONS], namespaced: &[], elsewhere: &[] }
    }
}

impl Chart for Values {
    fn pods(&self) -> Vec<Pods<'_>> {
        let each = asked(&self.controller.resources).unwrap_or(Amount::new(1000, 1024));
        let pods = Pods::on_base_nodes("karpenter", self.replicas, 2, each).apart();
        vec![pods.rolling("strategy", self.strategy.as_ref().unwrap_or(&NOTHING_SAID), 1)]
    }

    fn kinds(&self) -> Kinds {
        Kinds {
            cluster: &[Kinds::ROLES],
            namespaced: &[
                ("", &["Service", "ServiceAccount"]),
                ("apps", &["Deployment"]),
                Kinds::BUDGET,
                Kinds::OWN_ROLES,
            ],
            // It reads the address of the cluster's name server.
            elsewhere: &["kube-system"],
        }
    }

    fn listens(&self) -> Vec<(&'static str, u64, &'static str)> {
        vec![("tcp", 8080, "Karpenter")]
    }

    fn needs_role(&self) -> Option<&str> {
        Some(&self.service_account.name)
    }

    fn scales_by(&self) -> Option<u64> {
        self.pods().first().map(|pods| pods.replicas)
    }

    fn placements(&self) -> Vec<(&'static str, &BTreeMap<String, String>, &[Toleration])> {
        vec![("", &self.node_selector, &self.tolerations)]
    }
}

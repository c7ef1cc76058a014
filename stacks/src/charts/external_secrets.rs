//! The chart of the External Secrets Operator: the operator alone. Its webhook only refuses what policies here find before, and what signs
//! certificates serves nobody but the webhook.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{Affinity, ResourceRequirements, Toleration, TopologySpreadConstraint};
use serde::{Deserialize, Serialize};
use synth_kubernetes::{Amount, quantity::asked};

use super::{Chart, DisruptionBudget, Enabled, Kinds, Pods, RollingUpdate, ServiceAccount};
use crate::names::EXTERNAL_SECRETS;

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the chart has them so")]
pub(crate) struct Values {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) replica_count: Option<u32>,
    pub(crate) leader_elect: bool,
    #[serde(rename = "installCRDs")]
    pub(crate) install_crds: bool,
    pub(crate) crds: Definitions,
    /// The one namespace that it looks at.
    pub(crate) scoped_namespace: String,
    /// Are its rights bound to that namespace, too?
    #[serde(rename = "scopedRBAC")]
    pub(crate) scoped_rbac: bool,
    pub(crate) process_cluster_external_secret: bool,
    pub(crate) process_cluster_push_secret: bool,
    pub(crate) process_cluster_store: bool,
    pub(crate) process_cluster_generator: bool,
    pub(crate) process_push_secret: bool,
    pub(crate) rbac: Rights,
    pub(crate) service_account: ServiceAccount,
    pub(crate) strategy: RollingUpdate,
    pub(crate) resources: ResourceRequirements,
    pub(crate) metrics: Metrics,
    pub(crate) liveness_probe: Enabled,
    pub(crate) readiness_probe: Enabled,
    pub(crate) node_selector: BTreeMap<String, String>,
    pub(crate) tolerations: Vec<Toleration>,
    pub(crate) affinity: Affinity,
    pub(crate) topology_spread_constraints: Vec<TopologySpreadConstraint>,
    pub(crate) priority_class_name: String,
    pub(crate) pod_disruption_budget: DisruptionBudget,
    pub(crate) webhook: Created,
    pub(crate) cert_controller: Created,
}

/// The kinds that it defines beside those that are used here.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the chart has them so")]
pub(crate) struct Definitions {
    pub(crate) create_cluster_external_secret: bool,
    pub(crate) create_cluster_secret_store: bool,
    pub(crate) create_cluster_generator: bool,
    pub(crate) create_cluster_push_secret: bool,
    pub(crate) create_push_secret: bool,
}

/// What it may do beside its work, and what others may do by it.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Rights {
    pub(crate) service_account_token_create: bool,
    pub(crate) servicebindings: Created,
    pub(crate) aggregate_to_edit: bool,
    pub(crate) aggregate_to_admin: bool,
}

/// A part that is there or not, in this chart's word for it.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Created {
    pub(crate) create: bool,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Metrics {
    pub(crate) service: Enabled,
}

impl super::Values for Values {
    const CHART: &'static str = EXTERNAL_SECRETS;
}

impl Chart for Values {
    fn pods(&self) -> Vec<Pods<'_>> {
        let each = asked(&self.resources).unwrap_or(Amount::new(10, 64));
        // With a zone lost, the one that stands by may wait.
        vec![Pods::on_base_nodes(EXTERNAL_SECRETS, self.replica_count, 1, each).apart().quorum(1).rolling(
            "strategy",
            &self.strategy,
            0,
        )]
    }

    fn kinds(&self) -> Kinds {
        Kinds {
            cluster: &[Kinds::DEFINITIONS],
            namespaced: &[
                ("", &["Service", "ServiceAccount"]),
                ("apps", &["Deployment"]),
                Kinds::BUDGET,
                Kinds::OWN_ROLES,
            ],
            elsewhere: &[],
        }
    }

    fn listens(&self) -> Vec<(&'static str, u64, &'static str)> {
        vec![("tcp", 8080, "the External Secrets Operator's metrics")]
    }

    fn needs_role(&self) -> Option<&str> {
        Some(&self.service_account.name)
    }

    fn placements(&self) -> Vec<(&'static str, &BTreeMap<String, String>, &[Toleration])> {
        vec![("", &self.node_selector, &self.tolerations)]
    }
}

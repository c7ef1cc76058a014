//! cert-manager's chart: a controller, a webhook, and what hands certificates to those who call webhooks.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{Affinity, ResourceRequirements, Toleration, TopologySpreadConstraint};
use serde::{Deserialize, Serialize};
use synth_kubernetes::{Amount, quantity::asked};

use super::{Chart, DisruptionBudget, Enabled, Kinds, Pods, RollingUpdate};

/// The names by which its pods are labelled.
pub(crate) const CONTROLLER: &str = "cert-manager";
pub(crate) const WEBHOOK: &str = "webhook";
pub(crate) const INJECTOR: &str = "cainjector";

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Values {
    pub(crate) global: Global,
    pub(crate) crds: Definitions,
    #[serde(flatten)]
    pub(crate) controller: Component,
    pub(crate) webhook: Webhook,
    pub(crate) cainjector: Component,
    pub(crate) startupapicheck: Enabled,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Global {
    pub(crate) priority_class_name: String,
    pub(crate) leader_election: LeaderElection,
    pub(crate) rbac: Rights,
}

/// Where its leases lie, and the rights to them.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct LeaderElection {
    pub(crate) namespace: String,
}

/// Whether everybody who may view or edit a namespace may do so with its kinds.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Rights {
    pub(crate) aggregate_cluster_roles: bool,
}

/// The definitions of its kinds, and whether they outlive the release.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Definitions {
    pub(crate) enabled: bool,
    pub(crate) keep: bool,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Component {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) replica_count: Option<u32>,
    pub(crate) strategy: RollingUpdate,
    pub(crate) pod_disruption_budget: DisruptionBudget,
    pub(crate) affinity: Affinity,
    pub(crate) topology_spread_constraints: Vec<TopologySpreadConstraint>,
    pub(crate) node_selector: BTreeMap<String, String>,
    pub(crate) tolerations: Vec<Toleration>,
    pub(crate) resources: ResourceRequirements,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Webhook {
    #[serde(flatten)]
    pub(crate) pods: Component,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) secure_port: Option<u16>,
}

impl super::Values for Values {
    const CHART: &'static str = "cert-manager";
}

impl Chart for Values {
    fn pods(&self) -> Vec<Pods<'_>> {
        let parts = [
            ("cert-manager", "strategy", &self.controller),
            ("cert-manager-webhook", "webhook.strategy", &self.webhook.pods),
            ("cert-manager-cainjector", "cainjector.strategy", &self.cainjector),
        ];
        let pods = parts.map(|(name, key, part)| {
            let each = asked(&part.resources).unwrap_or(Amount::new(100, 100));
            // With a zone lost, the one that stands by may wait.
            let pods = Pods::on_base_nodes(name, part.replica_count, 1, each).apart().quorum(1);
            pods.rolling(key, &part.strategy, 0)
        });
        pods.into()
    }

    fn kinds(&self) -> Kinds {
        Kinds {
            cluster: &[Kinds::DEFINITIONS, Kinds::ROLES, Kinds::WEBHOOKS],
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
        vec![("tcp", 9402, "cert-manager's own metrics")]
    }

    fn called(&self) -> Vec<(u64, &'static str)> {
        vec![(self.webhook.secure_port.map_or(10250, u64::from), "webhooks")]
    }

    // Pods of whoever scales do not start without their certificate.
    fn scales_by(&self) -> Option<u64> {
        self.pods().iter().map(|pods| pods.replicas).min()
    }

    fn placements(&self) -> Vec<(&'static str, &BTreeMap<String, String>, &[Toleration])> {
        let parts = [("", &self.controller), ("its webhook ", &self.webhook.pods), ("its injector ", &self.cainjector)];
        parts.map(|(who, part)| (who, &part.node_selector, part.tolerations.as_slice())).into()
    }
}

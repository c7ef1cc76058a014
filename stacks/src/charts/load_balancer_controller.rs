//! The chart of the AWS Load Balancer Controller.

use std::collections::BTreeMap;

use k8s_openapi::{
    api::core::v1::{ResourceRequirements, Toleration, TopologySpreadConstraint},
    apimachinery::pkg::apis::meta::v1::{LabelSelector, LabelSelectorRequirement},
};
use serde::{Deserialize, Serialize};
use synth_kubernetes::{Amount, quantity::asked};

use super::{ByGroup, Certified, Chart, IssuerReference, Kinds, Pods, ServiceAccount, Unavailable};

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the chart has them so")]
pub(crate) struct Values {
    pub(crate) cluster_name: String,
    pub(crate) region: String,
    pub(crate) vpc_tags: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) replica_count: Option<u32>,
    pub(crate) service_account: ServiceAccount,
    pub(crate) default_target_type: String,
    #[serde(rename = "defaultSSLPolicy")]
    pub(crate) default_ssl_policy: String,
    pub(crate) default_tags: BTreeMap<String, String>,
    pub(crate) enable_service_mutator_webhook: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) webhook_bind_port: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) webhook_namespace_selectors: Option<Vec<LabelSelectorRequirement>>,
    pub(crate) pod_mutator_webhook_config: Webhook,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) object_selector: Option<LabelSelector>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) enable_cert_manager: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cert_manager: Option<CertManager>,
    pub(crate) enable_shield: bool,
    pub(crate) enable_waf: bool,
    pub(crate) enable_wafv2: bool,
    pub(crate) pod_disruption_budget: Unavailable,
    pub(crate) topology_spread_constraints: Vec<TopologySpreadConstraint>,
    pub(crate) node_selector: BTreeMap<String, String>,
    pub(crate) tolerations: Vec<Toleration>,
    pub(crate) resources: ResourceRequirements,
}

/// Who signs the certificate of its webhooks.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct CertManager {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) issuer_ref: Option<IssuerReference>,
}

/// The treatment of an object while nobody answers its webhook.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Webhook {
    pub(crate) failure_policy: String,
}

/// What it makes in namespaces with a certificate of cert-manager, and with its own.
const CERTIFIED: ByGroup = &[
    ("", &["Service", "ServiceAccount"]),
    ("apps", &["Deployment"]),
    Kinds::BUDGET,
    Kinds::OWN_ROLES,
    Kinds::CERTIFICATES,
];
const SELF_SIGNED: ByGroup =
    &[("", &["Secret", "Service", "ServiceAccount"]), ("apps", &["Deployment"]), Kinds::BUDGET, Kinds::OWN_ROLES];

impl super::Values for Values {
    const CHART: &'static str = "aws-load-balancer-controller";
}

impl Chart for Values {
    fn pods(&self) -> Vec<Pods<'_>> {
        let each = asked(&self.resources).unwrap_or(Amount::new(100, 256));
        vec![Pods::on_base_nodes("aws-load-balancer-controller", self.replica_count, 2, each)]
    }

    fn kinds(&self) -> Kinds {
        Kinds {
            cluster: &[
                Kinds::DEFINITIONS,
                Kinds::ROLES,
                Kinds::WEBHOOKS,
                ("elbv2.k8s.aws", &["IngressClassParams"]),
                ("networking.k8s.io", &["IngressClass"]),
            ],
            namespaced: if self.certified().is_some() { CERTIFIED } else { SELF_SIGNED },
            elsewhere: &[],
        }
    }

    fn listens(&self) -> Vec<(&'static str, u64, &'static str)> {
        vec![("tcp", 8080, "the load balancer controller")]
    }

    fn called(&self) -> Vec<(u64, &'static str)> {
        vec![(self.webhook_bind_port.map_or(9443, u64::from), "webhooks")]
    }

    fn certified(&self) -> Option<Certified<'_>> {
        let issuer = self.cert_manager.as_ref().and_then(|of| of.issuer_ref.as_ref());
        let issuer = issuer.map(|of| (of.kind.as_str(), of.name.as_str()));
        self.enable_cert_manager.unwrap_or_default().then_some(Certified { issuer, verified: true })
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

//! The chart of external-dns.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{EnvVar, ResourceRequirements, Toleration};
use serde::{Deserialize, Serialize};
use synth_kubernetes::{Amount, quantity::asked};

use super::{Chart, Kinds, Pods, ServiceAccount};

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Values {
    pub(crate) provider: Provider,
    pub(crate) service_account: ServiceAccount,
    pub(crate) sources: Vec<String>,
    pub(crate) policy: String,
    pub(crate) registry: String,
    pub(crate) txt_owner_id: String,
    pub(crate) domain_filters: Vec<String>,
    pub(crate) managed_record_types: Vec<String>,
    pub(crate) trigger_loop_on_event: bool,
    pub(crate) env: Vec<EnvVar>,
    pub(crate) extra_args: BTreeMap<String, String>,
    pub(crate) log_format: String,
    pub(crate) priority_class_name: String,
    pub(crate) node_selector: BTreeMap<String, String>,
    pub(crate) tolerations: Vec<Toleration>,
    pub(crate) resources: ResourceRequirements,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Provider {
    pub(crate) name: String,
}

impl super::Values for Values {
    const CHART: &'static str = "external-dns";
}

impl Chart for Values {
    fn pods(&self) -> Vec<Pods<'_>> {
        // It elects nobody, so that there is one: records stay as they are while it is away.
        let each = asked(&self.resources).unwrap_or(Amount::new(50, 128));
        vec![Pods::on_base_nodes("external-dns", Some(1), 1, each)]
    }

    fn kinds(&self) -> Kinds {
        Kinds {
            cluster: &[Kinds::ROLES],
            namespaced: &[("", &["Service", "ServiceAccount"]), ("apps", &["Deployment"])],
            elsewhere: &[],
        }
    }

    fn listens(&self) -> Vec<(&'static str, u64, &'static str)> {
        vec![("tcp", 7979, "external-dns")]
    }

    fn needs_role(&self) -> Option<&str> {
        Some(&self.service_account.name)
    }

    fn placements(&self) -> Vec<(&'static str, &BTreeMap<String, String>, &[Toleration])> {
        vec![("", &self.node_selector, &self.tolerations)]
    }
}

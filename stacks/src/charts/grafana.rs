//! Grafana, whose chart comes with that of Prometheus.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{EnvVarSource, ResourceRequirements};
use serde::{Deserialize, Serialize};

use super::parts::Component;

/// Grafana reads its dashboards where it runs, and so no Secret of other namespaces.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Grafana {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fullname_override: Option<String>,
    #[serde(flatten)]
    pub(crate) pods: Component,
    pub(crate) rbac: Rights,
    pub(crate) sidecar: Sidecar,
    #[serde(rename = "grafana.ini", skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) ini: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) env_value_from: BTreeMap<String, EnvVarSource>,
}

impl Grafana {
    /// Does it ask somebody else who people are?
    pub(crate) fn knows_people(&self) -> bool {
        let mut own = self.ini.iter().filter(|(section, _)| section.starts_with("auth.") && *section != "auth.basic");
        own.any(|(_, entries)| entries.get("enabled").is_some_and(|on| on == "true"))
    }

    /// May its own users sign in by a password, at its page or by a header?
    pub(crate) fn takes_passwords(&self) -> bool {
        let says = |section: &str, key: &str, what: &str| {
            self.ini.get(section).and_then(|entries| entries.get(key)).is_some_and(|value| value == what)
        };
        !(says("auth", "disable_login_form", "true") && says("auth.basic", "enabled", "false"))
    }
}

#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Rights {
    pub(crate) namespaced: bool,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Sidecar {
    pub(crate) resources: ResourceRequirements,
    pub(crate) dashboards: Dashboards,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) datasources: Option<DataSources>,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Dashboards {
    pub(crate) label: String,
    pub(crate) search_namespace: String,
    /// Whether Grafana is not told of new ones, which takes its admin's password, and looks for them itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) skip_reload: Option<bool>,
}

/// How Grafana gets to know where data are.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct DataSources {
    /// Whether they are fetched before it starts.
    pub(crate) init_datasources: bool,
    pub(crate) skip_reload: bool,
    pub(crate) watch_method: String,
}

//! The Prometheus operator's `ServiceMonitor` and `PrometheusRule`.
#![expect(missing_docs, reason = "fields are the operator's, which documents them")]

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use serde::{Deserialize, Serialize};

use crate::CustomSpec;

/// Which Services' pods are asked for metrics.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ServiceMonitorSpec {
    /// The label of the Service whose value is the `job` of its metrics.
    pub job_label: String,
    pub namespace_selector: NamespaceSelector,
    pub selector: LabelSelector,
    pub endpoints: Vec<Endpoint>,
    /// The samples of one scrape beyond which Prometheus takes none of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sample_limit: Option<u64>,
}

impl CustomSpec for ServiceMonitorSpec {
    const API_VERSION: &'static str = "monitoring.coreos.com/v1";
    const KIND: &'static str = "ServiceMonitor";
}

/// Where Services are looked for.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct NamespaceSelector {
    pub match_names: Vec<String>,
}

/// A port that is asked, and how often.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Endpoint {
    /// A port of the Service, by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<String>,
    /// A port of the pods behind it, by name, whether or not the Service has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_port: Option<String>,
    pub path: String,
    pub interval: String,
    /// Whether a metric's own labels win over those of where it is scraped, which else take their names.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub honor_labels: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheme: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_config: Option<TlsConfig>,
}

/// The options for a port that speaks TLS.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct TlsConfig {
    pub insecure_skip_verify: bool,
}

impl Endpoint {
    /// `/metrics` of a port of the Service, asked for each interval.
    pub fn of_service(port: &str, interval: &str) -> Self {
        Self { port: Some(port.to_owned()), ..Self::metrics(interval) }
    }

    /// `/metrics` of a port of the pods behind the Service, asked for each interval.
    pub fn of_pods(port: &str, interval: &str) -> Self {
        Self { target_port: Some(port.to_owned()), ..Self::metrics(interval) }
    }

    fn metrics(interval: &str) -> Self {
        Self { path: "/metrics".to_owned(), interval: interval.to_owned(), ..Self::default() }
    }

    /// Asked over TLS, of a certificate that the server signs itself, anew at each start: nobody can know it before.
    #[must_use]
    pub fn self_signed(self) -> Self {
        let tls_config = Some(TlsConfig { insecure_skip_verify: true });
        Self { scheme: Some("https".to_owned()), tls_config, ..self }
    }
}

/// Rules that Prometheus evaluates.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct PrometheusRuleSpec {
    pub groups: Vec<RuleGroup>,
}

impl CustomSpec for PrometheusRuleSpec {
    const API_VERSION: &'static str = "monitoring.coreos.com/v1";
    const KIND: &'static str = "PrometheusRule";
}

/// Rules that are evaluated together.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct RuleGroup {
    pub name: String,
    pub rules: Vec<Rule>,
}

impl RuleGroup {
    /// Rules under a name.
    pub fn new(name: &str, rules: impl Into<Vec<Rule>>) -> Self {
        Self { name: name.to_owned(), rules: rules.into() }
    }
}

/// A recorded expression, or an alert.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Rule {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alert: Option<String>,
    pub expr: String,
    #[serde(rename = "for", skip_serializing_if = "Option::is_none")]
    pub for_: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
}

impl Rule {
    /// An expression that is recorded under a name.
    pub fn record(name: String, expr: String) -> Self {
        Self { record: Some(name), expr, ..Self::default() }
    }
}

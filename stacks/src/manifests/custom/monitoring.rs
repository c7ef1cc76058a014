//! The Prometheus operator's `ServiceMonitor` and `PrometheusRule`.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use serde::Serialize;

use crate::manifests::kubernetes::CustomSpec;

/// Which Services' pods are asked for metrics.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ServiceMonitorSpec {
    /// The label of the Service whose value is the `job` of its metrics.
    pub(crate) job_label: &'static str,
    pub(crate) namespace_selector: NamespaceSelector,
    pub(crate) selector: LabelSelector,
    pub(crate) endpoints: Vec<Endpoint>,
}

impl CustomSpec for ServiceMonitorSpec {
    const API_VERSION: &'static str = "monitoring.coreos.com/v1";
    const KIND: &'static str = "ServiceMonitor";
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NamespaceSelector {
    pub(crate) match_names: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Endpoint {
    #[serde(flatten)]
    pub(crate) port: Port,
    pub(crate) path: &'static str,
    pub(crate) interval: &'static str,
    /// Whether a metric's own labels win over those of where it is scraped, which else take their names.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) honor_labels: bool,
    #[serde(flatten)]
    pub(crate) tls: Option<Tls>,
}

impl Endpoint {
    /// `/metrics` of a port, asked for each interval.
    pub(crate) fn new(port: Port, interval: &'static str) -> Self {
        Self { port, path: "/metrics", interval, honor_labels: false, tls: None }
    }
}

/// Which port is asked.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) enum Port {
    /// One of the Service, by name.
    #[serde(rename = "port")]
    OfService(&'static str),
    /// One of the pods behind it, by name, whether or not the Service has it.
    #[serde(rename = "targetPort")]
    OfPods(&'static str),
}

/// How a port that speaks TLS is asked.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Tls {
    scheme: &'static str,
    tls_config: TlsConfig,
}

#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct TlsConfig {
    insecure_skip_verify: bool,
}

/// Of a certificate that the server signs itself, anew at each start: nobody can know it before.
pub(crate) const SELF_SIGNED: Tls = Tls { scheme: "https", tls_config: TlsConfig { insecure_skip_verify: true } };

/// Rules that Prometheus evaluates.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PrometheusRuleSpec {
    pub(crate) groups: Vec<RuleGroup>,
}

impl CustomSpec for PrometheusRuleSpec {
    const API_VERSION: &'static str = "monitoring.coreos.com/v1";
    const KIND: &'static str = "PrometheusRule";
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct RuleGroup {
    pub(crate) name: &'static str,
    pub(crate) rules: Vec<Rule>,
}

/// A recorded expression, or an alert.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Rule {
    Record {
        record: String,
        expr: String,
    },
    Alert {
        alert: &'static str,
        expr: String,
        #[serde(rename = "for")]
        for_: &'static str,
        labels: BTreeMap<&'static str, &'static str>,
        annotations: BTreeMap<&'static str, String>,
    },
}

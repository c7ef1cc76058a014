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
pub(crate) struct Endpoint {
    pub(crate) port: &'static str,
    pub(crate) path: &'static str,
    pub(crate) interval: &'static str,
}

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

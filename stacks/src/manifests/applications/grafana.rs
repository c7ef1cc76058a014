//! Grafana, which shows what Prometheus has.

use serde::Serialize;

use super::prometheus_stack::{Container, Pods, pods};
use crate::charts;

/// The label by which Grafana finds the `ConfigMap`s that hold dashboards.
pub(in crate::manifests) const DASHBOARD_LABEL: &str = "grafana_dashboard";

/// Grafana reads its dashboards where it runs, and so no Secret of other namespaces.
#[derive(Serialize)]
pub(super) struct Grafana<'a> {
    #[serde(flatten)]
    pods: Pods,
    rbac: Rights,
    sidecar: Sidecar<'a>,
}

#[derive(Serialize)]
struct Rights {
    namespaced: bool,
}

#[derive(Serialize)]
struct Sidecar<'a> {
    #[serde(flatten)]
    containers: Container,
    dashboards: Dashboards<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Dashboards<'a> {
    label: &'static str,
    search_namespace: &'a str,
}

pub(super) fn values(namespace: &str) -> Grafana<'_> {
    Grafana {
        pods: pods("100m", "512Mi"),
        rbac: Rights { namespaced: true },
        sidecar: Sidecar {
            containers: Container { resources: charts::sized("50m", "128Mi") },
            dashboards: Dashboards { label: DASHBOARD_LABEL, search_namespace: namespace },
        },
    }
}

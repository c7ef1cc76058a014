//! Grafana, which shows what Prometheus has.

use crate::charts::{
    self,
    prometheus_stack::{Component, Dashboards, Grafana, Rights, Sidecar},
};

/// The label by which Grafana finds the `ConfigMap`s that hold dashboards.
pub(in crate::manifests) const DASHBOARD_LABEL: &str = "grafana_dashboard";

pub(super) fn values(pods: Component, namespace: &str) -> Grafana {
    Grafana {
        fullname_override: None,
        pods,
        rbac: Rights { namespaced: true },
        sidecar: Sidecar {
            resources: charts::sized("50m", "128Mi"),
            dashboards: Dashboards { label: DASHBOARD_LABEL.to_owned(), search_namespace: namespace.to_owned() },
        },
    }
}

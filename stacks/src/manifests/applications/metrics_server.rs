//! The metrics server in high availability: two pods that never share a node, a zone or a disruption.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{Affinity, ResourceRequirements, Toleration, TopologySpreadConstraint};
use serde::Serialize;
use synth_kubernetes::{Draft, apart_by_host};

use super::application::{Application, Chart, Wave};
use crate::{
    charts::{self, DisruptionBudget, Enabled, Unavailable},
    settings::Settings,
};

const CHART: &str = "metrics-server";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Values {
    replicas: u32,
    update_strategy: UpdateStrategy,
    pod_disruption_budget: DisruptionBudget,
    affinity: Affinity,
    topology_spread_constraints: [Draft<TopologySpreadConstraint>; 1],
    node_selector: BTreeMap<&'static str, &'static str>,
    tolerations: [Toleration; 1],
    resources: Draft<ResourceRequirements>,
    metrics: Enabled,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UpdateStrategy {
    rolling_update: Unavailable,
}

pub(super) fn application(settings: &Settings) -> Application {
    let metrics_server = &settings.metrics_server;
    let values = Values {
        replicas: metrics_server.replicas,
        update_strategy: UpdateStrategy { rolling_update: charts::ONE_AT_A_TIME },
        pod_disruption_budget: DisruptionBudget::of(charts::ONE_AT_A_TIME),
        affinity: apart_by_host(charts::release(CHART)),
        topology_spread_constraints: charts::over_zones(CHART),
        node_selector: charts::node_selector(),
        tolerations: charts::tolerations(),
        // Enough for a hundred nodes.
        resources: charts::sized("100m", "200Mi"),
        metrics: Enabled { enabled: true },
    };
    let chart = Chart {
        repository: "https://kubernetes-sigs.github.io/metrics-server/",
        name: CHART,
        version: &metrics_server.chart_version,
        skip_crds: false,
    };
    Application::chart(settings, chart, Wave::Metrics, &metrics_server.namespace, &values)
}

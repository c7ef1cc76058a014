//! Karpenter: its kinds, then its controller, on the base nodes and never on its own.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{ResourceRequirements, Toleration, TopologySpreadConstraint};
use serde::Serialize;
use synth_kubernetes::{Draft, spread};

use super::application::{Application, Chart, Wave};
use crate::{
    charts::{self, ServiceAccount},
    settings::Settings,
};

const REPOSITORY: &str = "public.ecr.aws/karpenter";
const CHART: &str = "karpenter";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Values<'a> {
    replicas: u32,
    service_account: ServiceAccount<'a>,
    settings: ControllerSettings<'a>,
    controller: Controller,
    node_selector: BTreeMap<&'static str, &'static str>,
    tolerations: [Toleration; 1],
    topology_spread_constraints: [Draft<TopologySpreadConstraint>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ControllerSettings<'a> {
    cluster_name: &'a str,
    interruption_queue: String,
    enable_zonal_shift: bool,
    preference_policy: &'static str,
    feature_gates: FeatureGates,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FeatureGates {
    node_repair: bool,
}

#[derive(Serialize)]
struct Controller {
    resources: Draft<ResourceRequirements>,
}

/// Helm installs a chart's definitions once and never upgrades them, so they are an Application of their own.
pub(super) fn definitions(settings: &Settings) -> Application {
    let version = &settings.karpenter.chart_version;
    let chart = Chart { repository: REPOSITORY, name: "karpenter-crd", version, skip_crds: false };
    let no_values: BTreeMap<&str, &str> = BTreeMap::new();
    Application::chart(settings, chart, Wave::Definitions, &settings.karpenter.namespace, &no_values)
}

pub(super) fn controller(settings: &Settings) -> Application {
    let karpenter = &settings.karpenter;
    let values = Values {
        replicas: karpenter.replicas,
        service_account: ServiceAccount { name: &karpenter.service_account },
        settings: ControllerSettings {
            cluster_name: &settings.name,
            interruption_queue: settings.interruption_queue(),
            enable_zonal_shift: settings.cluster.zonal_shift.in_karpenter(),
            // Respected, what is only asked for is a demand that nodes are bought for; and of two rules over zones it chooses a zone
            // for each, finds that they disagree, and goes on to the next pool, which is on demand.
            preference_policy: "Ignore",
            // Nobody else replaces a node whose network, disks or kernel the monitoring agent reports broken.
            feature_gates: FeatureGates { node_repair: true },
        },
        controller: Controller { resources: charts::sized("1", "1Gi") },
        node_selector: charts::node_selector(),
        tolerations: charts::tolerations(),
        topology_spread_constraints: [spread("topology.kubernetes.io/zone", "DoNotSchedule", charts::release(CHART))],
    };
    let chart = Chart { repository: REPOSITORY, name: CHART, version: &karpenter.chart_version, skip_crds: true };
    Application::chart(settings, chart, Wave::Controllers, &karpenter.namespace, &values)
}

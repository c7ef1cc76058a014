//! Karpenter: its kinds, then its controller, on the base nodes and never on its own.

use synth_kubernetes::{IntoField, spread};

use super::application::{Application, ChartSource, Wave};
use crate::{
    charts::{
        self, ServiceAccount, Sized, Values as _,
        karpenter::{Definitions, FeatureGates, Settings as ControllerSettings, Values},
    },
    settings::Settings,
};

const REPOSITORY: &str = "public.ecr.aws/karpenter";

/// Helm installs a chart's definitions once and never upgrades them, so they are an Application of their own.
pub(super) fn definitions(settings: &Settings) -> Application {
    let version = settings.karpenter.chart_version;
    let chart = ChartSource { repository: REPOSITORY, name: Definitions::CHART, version, skip_crds: false };
    Application::chart(settings, chart, Wave::Definitions, &settings.karpenter.namespace, &Definitions {})
}

pub(super) fn controller(settings: &Settings) -> Application {
    let karpenter = &settings.karpenter;
    let values = Values {
        replicas: Some(karpenter.replicas),
        strategy: None,
        service_account: ServiceAccount::named(&karpenter.service_account),
        settings: ControllerSettings {
            cluster_name: settings.name.clone(),
            interruption_queue: settings.interruption_queue(),
            enable_zonal_shift: settings.cluster.zonal_shift.in_karpenter(),
            // Respected, what is only asked for is a demand that nodes are bought for; and of two rules over zones it chooses a zone
            // for each, finds that they disagree, and goes on to the next pool, which is on demand.
            preference_policy: "Ignore".to_owned(),
            // Nobody else replaces a node whose network, disks or kernel the monitoring agent reports broken.
            feature_gates: FeatureGates { node_repair: true },
        },
        controller: Sized { resources: charts::sized("1", "1Gi") },
        node_selector: charts::node_selector(),
        tolerations: charts::tolerations(),
        topology_spread_constraints: vec![
            spread("topology.kubernetes.io/zone", "DoNotSchedule", charts::release(Values::CHART)).into_field(),
        ],
    };
    let chart =
        ChartSource { repository: REPOSITORY, name: Values::CHART, version: karpenter.chart_version, skip_crds: true };
    Application::chart(settings, chart, Wave::Controllers, &karpenter.namespace, &values)
}

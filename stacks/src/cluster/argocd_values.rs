//! The values of Argo CD's chart: two or more of everything that may be, spread over zones, on the base nodes.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{ResourceRequirements, Toleration, TopologySpreadConstraint};
use serde::Serialize;
use synth_kubernetes::Draft;

use super::argocd_notifications::{Notifications, notifications};
use crate::{
    charts::{self, DisruptionBudget, Enabled, Unavailable},
    manifests::HEALTH,
    settings::Settings,
};

/// Argo CD outlives what it syncs, Redis included.
const PRIORITY: &str = "system-cluster-critical";
const ZONE: &str = "topology.kubernetes.io/zone";
const WHERE_THERE_IS_ROOM: &str = "ScheduleAnyway";

/// Seconds after which a sync fails that still waits, retries included. It exceeds a whole bring-up and the retries of any child
/// (SYNC001): one that ends too early leaves the root Application failed until the next commit.
const SYNC_TIMEOUT_SECONDS: u64 = 1800;

/// Renderings at once of a pod of the repo server: with nothing in the cache every Application asks for one, and each takes memory
/// (SYNC009).
const RENDERINGS: u64 = 2;

/// The Services that Prometheus asks; its monitors are synced later, because their kind is.
const METRICS: Enabled = Enabled { enabled: true };

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Values<'a> {
    global: Global<'a>,
    crds: Definitions,
    configs: Configs,
    controller: Controller,
    server: Component,
    repo_server: Component,
    application_set: Component,
    notifications: Notifications<'a>,
    dex: Enabled,
    redis_secret_init: Sized,
    #[serde(rename = "redis-ha")]
    redis_ha: RedisHa,
}

/// What every component but Redis takes.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Global<'a> {
    domain: &'a str,
    logging: Logging,
    node_selector: BTreeMap<&'static str, &'static str>,
    tolerations: [Toleration; 1],
    priority_class_name: &'static str,
    affinity: Affinity,
    topology_spread_constraints: [TopologySpreadConstraint; 1],
}

#[derive(Serialize)]
struct Logging {
    format: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Affinity {
    pod_anti_affinity: &'static str,
}

#[derive(Serialize)]
struct Definitions {
    keep: bool,
}

#[derive(Serialize)]
struct Configs {
    cm: ConfigMap,
    params: Parameters,
    rbac: Rbac,
}

#[derive(Serialize)]
struct Parameters {
    #[serde(rename = "controller.sync.timeout.seconds")]
    sync_timeout_seconds: u64,
    #[serde(rename = "reposerver.parallelism.limit")]
    renderings: u64,
}

#[derive(Serialize)]
struct ConfigMap {
    #[serde(rename = "exec.enabled")]
    exec_enabled: bool,
    #[serde(rename = "application.resourceTrackingMethod")]
    resource_tracking_method: &'static str,
    #[serde(flatten)]
    health: BTreeMap<&'static str, &'static str>,
}

#[derive(Serialize)]
struct Rbac {
    #[serde(rename = "policy.default")]
    default: &'static str,
}

#[derive(Serialize)]
struct Controller {
    replicas: u32,
    metrics: Enabled,
    resources: Draft<ResourceRequirements>,
}

#[derive(Serialize)]
struct Component {
    replicas: u32,
    pdb: DisruptionBudget,
    metrics: Enabled,
    resources: Draft<ResourceRequirements>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RedisHa {
    enabled: bool,
    node_selector: BTreeMap<&'static str, &'static str>,
    tolerations: [Toleration; 1],
    topology_spread_constraints: Enabled,
    pod_disruption_budget: Unavailable,
    redis: Sized,
    sentinel: Sized,
    split_brain_detection: Sized,
    init: Sized,
    haproxy: Proxy,
}

/// A container of which nothing else is said.
#[derive(Serialize)]
struct Sized {
    resources: Draft<ResourceRequirements>,
}

/// What finds the Redis that takes writes; it selects and tolerates nodes as Redis does.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Proxy {
    pod_disruption_budget: Unavailable,
    deployment_strategy: DeploymentStrategy,
    init: Sized,
    resources: Draft<ResourceRequirements>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DeploymentStrategy {
    #[serde(rename = "type")]
    type_: &'static str,
    rolling_update: RollingUpdate,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RollingUpdate {
    max_surge: u32,
    #[serde(flatten)]
    unavailable: Unavailable,
}

pub(super) fn values(settings: &Settings) -> Values<'_> {
    let argocd = &settings.argocd;
    let component = |replicas, cpu, memory| Component {
        replicas,
        pdb: DisruptionBudget::of(charts::ONE_AT_A_TIME),
        metrics: METRICS,
        resources: charts::sized(cpu, memory),
    };
    Values {
        global: Global {
            domain: &argocd.domain,
            logging: Logging { format: "json" },
            node_selector: [("kubernetes.io/os", "linux")].into_iter().chain(charts::node_selector()).collect(),
            tolerations: charts::tolerations(),
            priority_class_name: PRIORITY,
            affinity: Affinity { pod_anti_affinity: "soft" },
            // The chart adds each component's own selector.
            topology_spread_constraints: [TopologySpreadConstraint {
                max_skew: 1,
                topology_key: ZONE.to_owned(),
                when_unsatisfiable: WHERE_THERE_IS_ROOM.to_owned(),
                ..TopologySpreadConstraint::default()
            }],
        },
        crds: Definitions { keep: true },
        configs: Configs {
            cm: ConfigMap {
                exec_enabled: false,
                resource_tracking_method: "annotation",
                // Without them waves do not wait, or wait for what is well already.
                health: HEALTH.map(|health| (health.key, health.lua)).into(),
            },
            params: Parameters { sync_timeout_seconds: SYNC_TIMEOUT_SECONDS, renderings: RENDERINGS },
            rbac: Rbac { default: "" },
        },
        controller: Controller { replicas: 1, metrics: METRICS, resources: charts::sized("250m", "1Gi") },
        server: component(argocd.server_replicas, "50m", "256Mi"),
        repo_server: component(argocd.repo_server_replicas, "100m", "512Mi"),
        application_set: component(argocd.application_set_replicas, "50m", "256Mi"),
        notifications: notifications(&argocd.notifications_secret),
        dex: Enabled { enabled: false },
        redis_ha: RedisHa {
            enabled: true,
            node_selector: charts::node_selector(),
            tolerations: charts::tolerations(),
            // Which ones they are, and of which priority its pods, follows from `global`.
            topology_spread_constraints: Enabled { enabled: true },
            pod_disruption_budget: charts::ONE_AT_A_TIME,
            redis: container("100m", "512Mi"),
            sentinel: container("10m", "64Mi"),
            split_brain_detection: container("10m", "32Mi"),
            init: container("10m", "32Mi"),
            haproxy: Proxy {
                pod_disruption_budget: charts::ONE_AT_A_TIME,
                // Its three pods never share a node: with three nodes a fourth pod would wait for ever.
                deployment_strategy: DeploymentStrategy {
                    type_: "RollingUpdate",
                    rolling_update: RollingUpdate { max_surge: 0, unavailable: charts::ONE_AT_A_TIME },
                },
                init: container("10m", "32Mi"),
                resources: charts::sized("100m", "256Mi"),
            },
        },
        redis_secret_init: container("10m", "64Mi"),
    }
}

fn container(cpu: &str, memory: &str) -> Sized {
    Sized { resources: charts::sized(cpu, memory) }
}

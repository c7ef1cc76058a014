//! The values of Argo CD's chart: two or more of everything that may be, spread over zones, on the base nodes.

use k8s_openapi::{api::core::v1::TopologySpreadConstraint, apimachinery::pkg::util::intstr::IntOrString};

use super::sign_on;
use crate::{
    charts::{
        self, DisruptionBudget, Enabled, Pace, RollingUpdate, Sized, Unavailable,
        argocd::{
            Affinity, Component, ConfigMap, Configs, Crds, Dex, Global, Logging, Parameters, Proxy, Rbac, RedisHa,
            Values,
        },
        argocd_notifications::notifications,
    },
    manifests::HEALTH,
    settings::{Provider, Settings},
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

pub(super) fn values(settings: &Settings) -> Values {
    let argocd = &settings.argocd;
    let component = |replicas, cpu, memory| Component {
        replicas: Some(replicas),
        pdb: Some(DisruptionBudget::one()),
        metrics: METRICS,
        resources: charts::sized(cpu, memory),
    };
    let text = str::to_owned;
    let dex = settings.domain.sign_on.provider == Provider::Github;
    Values {
        fullname_override: None,
        global: Global {
            domain: argocd.domain.clone(),
            logging: Logging { format: text("json") },
            node_selector: [(text("kubernetes.io/os"), text("linux"))]
                .into_iter()
                .chain(charts::node_selector())
                .collect(),
            tolerations: charts::tolerations(),
            priority_class_name: text(PRIORITY),
            affinity: Affinity { pod_anti_affinity: text("soft") },
            // The chart adds each component's own selector.
            topology_spread_constraints: vec![TopologySpreadConstraint {
                max_skew: 1,
                topology_key: ZONE.to_owned(),
                when_unsatisfiable: WHERE_THERE_IS_ROOM.to_owned(),
                ..TopologySpreadConstraint::default()
            }],
        },
        crds: Crds { keep: true },
        configs: Configs {
            cm: ConfigMap {
                exec_enabled: false,
                resource_tracking_method: text("annotation"),
                // Without them waves do not wait, or wait for what is well already.
                health: HEALTH
                    .into_iter()
                    .map(|health| (text(health.key), text(health.lua)))
                    .chain(sign_on::configuration(settings))
                    .collect(),
                admin_enabled: (!settings.domain.sign_on.local_admin).then_some(false),
            },
            params: Parameters {
                sync_timeout_seconds: Some(SYNC_TIMEOUT_SECONDS),
                renderings: Some(RENDERINGS),
                insecure: None,
            },
            rbac: Rbac { default: String::new(), policy: sign_on::rights(settings) },
        },
        controller: Component { pdb: None, ..component(1, "250m", "1Gi") },
        server: component(argocd.server_replicas, "50m", "256Mi"),
        repo_server: component(argocd.repo_server_replicas, "100m", "512Mi"),
        application_set: component(argocd.application_set_replicas, "50m", "256Mi"),
        notifications: notifications(&argocd.notifications_secret),
        // An issuer of OpenID Connect is asked without it.
        dex: Dex { enabled: dex, resources: dex.then(|| charts::sized("10m", "64Mi")) },
        redis_ha: RedisHa {
            enabled: true,
            node_selector: charts::node_selector(),
            tolerations: charts::tolerations(),
            // Which ones they are, and of which priority its pods, follows from `global`.
            topology_spread_constraints: Enabled { enabled: true },
            persistent_volume: None,
            pod_disruption_budget: Unavailable::one(),
            redis: container("100m", "512Mi"),
            sentinel: container("10m", "64Mi"),
            split_brain_detection: container("10m", "32Mi"),
            init: container("10m", "32Mi"),
            haproxy: Proxy {
                replicas: None,
                pod_disruption_budget: Unavailable::one(),
                // Its three pods never share a node: with three nodes a fourth pod would wait for ever.
                deployment_strategy: RollingUpdate {
                    type_: Some(text("RollingUpdate")),
                    rolling_update: Pace {
                        max_surge: Some(IntOrString::Int(0)),
                        max_unavailable: Some(IntOrString::Int(1)),
                    },
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

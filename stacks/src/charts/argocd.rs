//! Argo CD's chart.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{ResourceRequirements, Toleration, TopologySpreadConstraint};
use serde::{Deserialize, Serialize};
use synth_kubernetes::{Amount, quantity::asked};

use super::{
    Chart, DisruptionBudget, Enabled, Kinds, Pods, RollingUpdate, Sized, Unavailable,
    argocd_notifications::Notifications,
};

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Values {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fullname_override: Option<String>,
    pub(crate) global: Global,
    pub(crate) crds: Crds,
    pub(crate) configs: Configs,
    pub(crate) controller: Component,
    pub(crate) server: Component,
    pub(crate) repo_server: Component,
    pub(crate) application_set: Component,
    pub(crate) notifications: Notifications,
    pub(crate) dex: Dex,
    pub(crate) redis_secret_init: Sized,
    #[serde(rename = "redis-ha")]
    pub(crate) redis_ha: RedisHa,
}

/// The values of every component but Redis.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Global {
    pub(crate) domain: String,
    pub(crate) logging: Logging,
    pub(crate) node_selector: BTreeMap<String, String>,
    pub(crate) tolerations: Vec<Toleration>,
    pub(crate) priority_class_name: String,
    pub(crate) affinity: Affinity,
    pub(crate) topology_spread_constraints: Vec<TopologySpreadConstraint>,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Logging {
    pub(crate) format: String,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Affinity {
    pub(crate) pod_anti_affinity: String,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Crds {
    pub(crate) keep: bool,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Configs {
    pub(crate) cm: ConfigMap,
    pub(crate) params: Parameters,
    pub(crate) rbac: Rbac,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Parameters {
    #[serde(rename = "controller.sync.timeout.seconds", skip_serializing_if = "Option::is_none")]
    pub(crate) sync_timeout_seconds: Option<u64>,
    #[serde(rename = "reposerver.parallelism.limit", skip_serializing_if = "Option::is_none")]
    pub(crate) renderings: Option<u64>,
    /// Whether the server speaks plain HTTP.
    #[serde(rename = "server.insecure", skip_serializing_if = "Option::is_none")]
    pub(crate) insecure: Option<bool>,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct ConfigMap {
    #[serde(rename = "exec.enabled")]
    pub(crate) exec_enabled: bool,
    #[serde(rename = "application.resourceTrackingMethod")]
    pub(crate) resource_tracking_method: String,
    /// Whether the built-in `admin` may sign in.
    #[serde(rename = "admin.enabled", skip_serializing_if = "Option::is_none")]
    pub(crate) admin_enabled: Option<bool>,
    /// Health scripts by kind, and who knows people.
    #[serde(flatten)]
    pub(crate) health: BTreeMap<String, String>,
}

impl ConfigMap {
    /// May the built-in `admin` sign in by a password? Other users of its own nobody makes here.
    pub(crate) fn takes_passwords(&self) -> bool {
        self.admin_enabled != Some(false)
    }
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Rbac {
    #[serde(rename = "policy.default")]
    pub(crate) default: String,
    /// What groups may do.
    #[serde(rename = "policy.csv", skip_serializing_if = "Option::is_none")]
    pub(crate) policy: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Component {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) replicas: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pdb: Option<DisruptionBudget>,
    pub(crate) metrics: Enabled,
    pub(crate) resources: ResourceRequirements,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct RedisHa {
    pub(crate) enabled: bool,
    pub(crate) node_selector: BTreeMap<String, String>,
    pub(crate) tolerations: Vec<Toleration>,
    pub(crate) topology_spread_constraints: Enabled,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) persistent_volume: Option<Enabled>,
    pub(crate) pod_disruption_budget: Unavailable,
    pub(crate) redis: Sized,
    pub(crate) sentinel: Sized,
    pub(crate) split_brain_detection: Sized,
    pub(crate) init: Sized,
    pub(crate) haproxy: Proxy,
}

/// What asks others who people are.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Dex {
    pub(crate) enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) resources: Option<ResourceRequirements>,
}

/// The proxy that finds the Redis that takes writes; it selects and tolerates nodes as Redis does.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Proxy {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) replicas: Option<u32>,
    pub(crate) pod_disruption_budget: Unavailable,
    pub(crate) deployment_strategy: RollingUpdate,
    pub(crate) init: Sized,
    pub(crate) resources: ResourceRequirements,
}

impl super::Values for Values {
    const CHART: &'static str = "argo-cd";
}

impl Chart for Values {
    fn pods(&self) -> Vec<Pods<'_>> {
        let Self { controller, server, repo_server, application_set, redis_ha, .. } = self;
        let component = |name, of: &Component, cpu, memory| {
            Pods::on_base_nodes(name, of.replicas, 1, asked(&of.resources).unwrap_or(Amount::new(cpu, memory)))
        };
        let mut redis = asked(&redis_ha.redis.resources).unwrap_or(Amount::new(200, 256));
        for beside in [&redis_ha.sentinel, &redis_ha.split_brain_detection] {
            redis += asked(&beside.resources).unwrap_or_default();
        }
        let proxy = &redis_ha.haproxy;
        let has_volume = redis_ha.persistent_volume.is_some_and(|volume| volume.enabled);
        let mut pods = vec![
            component("argocd-application-controller", controller, 250, 1024),
            component("argocd-server", server, 50, 256),
            component("argocd-repo-server", repo_server, 100, 512),
            component("argocd-applicationset-controller", application_set, 50, 256),
            // Two of three are a quorum: with a zone lost the third may wait.
            Pods::on_base_nodes("argocd-redis-ha-server", None, 3, redis)
                .apart()
                .quorum(2)
                .volumes(has_volume, &redis_ha.node_selector),
            Pods::on_base_nodes(
                "argocd-redis-ha-haproxy",
                proxy.replicas,
                3,
                asked(&proxy.resources).unwrap_or(Amount::new(100, 128)),
            )
            .apart()
            .quorum(2)
            .rolling("redis-ha.haproxy.deploymentStrategy", &proxy.deployment_strategy, 0),
        ];
        if self.notifications.enabled {
            let each = asked(&self.notifications.resources).unwrap_or_default();
            pods.push(Pods::on_base_nodes("argocd-notifications-controller", None, 1, each));
        }
        pods
    }

    fn kinds(&self) -> Kinds {
        Kinds { cluster: &[], namespaced: &[], elsewhere: &[] }
    }

    fn listens(&self) -> Vec<(&'static str, u64, &'static str)> {
        vec![("tcp", 6379, "Redis"), ("tcp", 26379, "Redis's sentinels"), ("tcp", 8081, "Argo CD's repo server")]
    }

    fn placements(&self) -> Vec<(&'static str, &BTreeMap<String, String>, &[Toleration])> {
        let all = ("", &self.global.node_selector, self.global.tolerations.as_slice());
        let redis = &self.redis_ha;
        let redis = redis.enabled.then_some(("has a Redis that ", &redis.node_selector, redis.tolerations.as_slice()));
        [all].into_iter().chain(redis).collect()
    }
}

impl Values {
    /// Its components: the key of each, the label of its Service, and whether it shows metrics.
    pub(crate) fn metrics(&self) -> Vec<(&'static str, &'static str, bool)> {
        let mut all = vec![
            ("controller", "application-controller", self.controller.metrics.enabled),
            ("server", "server", self.server.metrics.enabled),
            ("repoServer", "repo-server", self.repo_server.metrics.enabled),
            ("applicationSet", "applicationset-controller", self.application_set.metrics.enabled),
        ];
        if self.notifications.enabled {
            let shows = self.notifications.metrics.is_some_and(|metrics| metrics.enabled);
            all.push(("notifications", "notifications-controller", shows));
        }
        all
    }
}

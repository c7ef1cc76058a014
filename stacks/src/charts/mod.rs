//! Charts: their values as structs, and what of a chart's pods, ports and objects nobody sees before it is rendered.
//!
//! A key that is misspelt or misplaced does not compile. A file each: what the chart takes, and below it what it makes of that. Figures
//! are the defaults of the charts' versions that are used here, or what pods are observed to need where they ask for nothing.

pub(crate) mod alertmanager;
pub(crate) mod argocd;
pub(crate) mod argocd_notifications;
pub(crate) mod cert_manager;
pub(crate) mod external_dns;
pub(crate) mod external_secrets;
pub(crate) mod grafana;
pub(crate) mod karpenter;
pub(crate) mod keda;
pub(crate) mod load_balancer_controller;
pub(crate) mod metrics_server;
mod parts;
pub(crate) mod prometheus_stack;

use std::{any::Any, collections::BTreeMap};

use k8s_openapi::{
    api::core::v1::{ResourceRequirements, Toleration, TopologySpreadConstraint},
    apimachinery::pkg::apis::meta::v1::LabelSelector,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value as Json;
use synth_kubernetes::{Amount, IntoField, resources, selector, spread, toleration};

pub(crate) use self::parts::{
    ByGroup, Certified, DisruptionBudget, Enabled, IssuerReference, Kinds, Pace, Pods, RollingUpdate, ServiceAccount,
    Sized, Unavailable,
};
use crate::names::{BASE_NODE_LABEL, BASE_NODE_TAINT};

/// The values of a chart, and what it makes of them.
pub(crate) trait Chart: Any + Send + Sync {
    /// Its pods, but for those that every node has.
    fn pods(&self) -> Vec<Pods<'_>> {
        Vec::new()
    }

    /// The objects that it makes, by kind and namespace.
    fn kinds(&self) -> Kinds;

    /// The ports that pods of other nodes reach: protocol, port, and what is there.
    fn listens(&self) -> Vec<(&'static str, u64, &'static str)> {
        Vec::new()
    }

    /// The ports on which it answers the control plane, and for what.
    fn called(&self) -> Vec<(u64, &'static str)> {
        Vec::new()
    }

    /// Who signs the certificate of its webhooks or of its API, where cert-manager is asked for it.
    fn certified(&self) -> Option<Certified<'_>> {
        None
    }

    /// The service account of pods that do not work without a role of AWS.
    fn needs_role(&self) -> Option<&str> {
        None
    }

    /// The service account of pods that may have one.
    fn may_have_role(&self) -> Option<&str> {
        None
    }

    /// The pods by which the platform scales.
    fn scales_by(&self) -> Option<u64> {
        None
    }

    /// The requests of its pod on every node, if it has one there.
    fn daemon(&self) -> Option<Amount> {
        None
    }

    /// Where the pods go that belong on the base nodes, and how a finding about them begins.
    fn placements(&self) -> Vec<(&'static str, &BTreeMap<String, String>, &[Toleration])> {
        Vec::new()
    }
}

/// A chart's values as a type of their own.
pub(crate) trait Values: Chart + Serialize + DeserializeOwned {
    /// The chart's name.
    const CHART: &'static str;

    /// Values as they are written; what is not there, or `null`, has the chart's default.
    ///
    /// # Panics
    ///
    /// Values are written from the same type, so what does not read is a fault of that type, which no rule may pass over.
    fn read(values: &Json) -> Self {
        let read = Self::deserialize(without_nulls(values));
        read.unwrap_or_else(|error| panic!("the values of {} do not read: {error}", Self::CHART))
    }
}

/// As Helm has it, `null` takes a value away.
fn without_nulls(value: &Json) -> Json {
    match value {
        Json::Object(entries) => {
            let entries = entries.iter().filter(|(_, value)| !value.is_null());
            Json::Object(entries.map(|(key, value)| (key.clone(), without_nulls(value))).collect())
        }
        Json::Array(items) => items.iter().map(without_nulls).collect(),
        Json::Null => Json::Object(serde_json::Map::new()),
        scalar => scalar.clone(),
    }
}

/// The values of any chart that is known.
pub(crate) fn read(chart: &str, values: &Json) -> Option<Box<dyn Chart>> {
    fn boxed<V: Values>(values: &Json) -> Box<dyn Chart> {
        Box::new(V::read(values))
    }
    Some(match chart {
        argocd::Values::CHART => boxed::<argocd::Values>(values),
        cert_manager::Values::CHART => boxed::<cert_manager::Values>(values),
        external_dns::Values::CHART => boxed::<external_dns::Values>(values),
        karpenter::Definitions::CHART => boxed::<karpenter::Definitions>(values),
        karpenter::Values::CHART => boxed::<karpenter::Values>(values),
        external_secrets::Values::CHART => boxed::<external_secrets::Values>(values),
        keda::Values::CHART => boxed::<keda::Values>(values),
        load_balancer_controller::Values::CHART => boxed::<load_balancer_controller::Values>(values),
        metrics_server::Values::CHART => boxed::<metrics_server::Values>(values),
        prometheus_stack::Values::CHART => boxed::<prometheus_stack::Values>(values),
        _ => return None,
    })
}

/// Sends pods to the base nodes.
pub(crate) fn node_selector() -> BTreeMap<String, String> {
    let (key, value) = BASE_NODE_LABEL;
    [(key.to_owned(), value.to_owned())].into()
}

/// Lets pods onto the base nodes.
pub(crate) fn tolerations() -> Vec<Toleration> {
    vec![toleration(BASE_NODE_TAINT)]
}

/// The pods of a release of this chart.
pub(crate) fn release(chart: &str) -> LabelSelector {
    selector("app.kubernetes.io/name", chart)
}

/// An even spread over zones, kept to while all zones have room.
pub(crate) fn over_zones(chart: &str) -> Vec<TopologySpreadConstraint> {
    vec![spread("topology.kubernetes.io/zone", "ScheduleAnyway", release(chart)).into_field()]
}

/// Processor time that is asked for, and memory that is asked for and never exceeded.
pub(crate) fn sized(cpu: &str, memory: &str) -> ResourceRequirements {
    resources().requests([("cpu", cpu), ("memory", memory)]).limits([("memory", memory)]).into_field()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Keys that no environment sets and that rules ask for, by chart.
    fn asked_for() -> [(&'static str, Json); 8] {
        let rollout = json!({ "type": "RollingUpdate", "rollingUpdate": { "maxSurge": 1, "maxUnavailable": "50%" } });
        let budget = json!({ "enabled": true, "maxUnavailable": 1, "minAvailable": "50%" });
        let spec = json!({ "nodeSelector": { "tier": "watching" } });
        [
            (
                "argo-cd",
                json!({
                    "fullnameOverride": "cd",
                    "configs": { "params": { "server.insecure": true } },
                    "redis-ha": { "persistentVolume": { "enabled": true }, "haproxy": { "replicas": 5 } },
                }),
            ),
            (
                "cert-manager",
                json!({ "replicaCount": 3, "strategy": rollout, "webhook": { "securePort": 9444 }, "crds": { "enabled": true } }),
            ),
            ("karpenter", json!({ "strategy": rollout })),
            (
                "aws-load-balancer-controller",
                json!({
                    "webhookBindPort": 9444,
                    "webhookNamespaceSelectors": [{ "key": "tier", "operator": "Exists" }],
                    "enableCertManager": true,
                }),
            ),
            (
                "external-secrets",
                json!({ "replicaCount": 3, "serviceAccount": { "name": "secrets" }, "strategy": rollout }),
            ),
            (
                "keda",
                json!({ "webhooks": { "replicaCount": 3, "port": 9444 }, "service": { "portHttpsTarget": 4443 } }),
            ),
            (
                "metrics-server",
                json!({ "containerPort": 4443, "updateStrategy": rollout, "apiService": { "insecureSkipTLSVerify": false } }),
            ),
            (
                "kube-prometheus-stack",
                json!({
                    "defaultRules": { "create": true, "rules": { "general": false } },
                    "prometheusOperator": { "replicas": 2, "tls": { "internalPort": 8443 } },
                    "prometheus": { "podDisruptionBudget": budget, "prometheusSpec": spec },
                    "alertmanager": { "podDisruptionBudget": budget, "alertmanagerSpec": spec },
                    "grafana": { "fullnameOverride": "panels", "replicas": 2 },
                    "kube-state-metrics": { "replicas": 2 },
                }),
            ),
        ]
    }

    /// The paths at which `written` lacks something of `given`.
    fn lost(given: &Json, written: &Json, path: &str) -> Vec<String> {
        match given {
            Json::Object(entries) => {
                let inner = entries.iter().map(|(key, value)| lost(value, &written[key], &format!("{path}.{key}")));
                inner.flatten().collect()
            }
            value if value == written => Vec::new(),
            _ => vec![path.to_owned()],
        }
    }

    fn again(chart: &str, values: &Json) -> Json {
        fn of<V: Values>(values: &Json) -> Json {
            serde_json::to_value(V::read(values)).expect("values are written as JSON")
        }
        match chart {
            argocd::Values::CHART => of::<argocd::Values>(values),
            cert_manager::Values::CHART => of::<cert_manager::Values>(values),
            karpenter::Values::CHART => of::<karpenter::Values>(values),
            external_secrets::Values::CHART => of::<external_secrets::Values>(values),
            keda::Values::CHART => of::<keda::Values>(values),
            load_balancer_controller::Values::CHART => of::<load_balancer_controller::Values>(values),
            metrics_server::Values::CHART => of::<metrics_server::Values>(values),
            _ => of::<prometheus_stack::Values>(values),
        }
    }

    #[test]
    fn what_rules_ask_for_is_read_under_the_charts_own_keys() {
        for (chart, values) in asked_for() {
            assert_eq!(lost(&values, &again(chart, &values), chart), Vec::<String>::new());
            let path = format!("{}/tests/schemas/charts/{chart}.yaml", env!("CARGO_MANIFEST_DIR"));
            let list = std::fs::read_to_string(&path).expect("each chart has its list of keys");
            let list: Json = serde_norway::from_str(&list).expect("a list is YAML");
            for key in values.as_object().into_iter().flat_map(serde_json::Map::keys) {
                let known = list["keys"][""].as_array().expect("the list has the uppermost keys");
                assert!(known.contains(&key.as_str().into()), "{chart} has no `{key}`");
            }
        }
    }

    #[test]
    fn whoever_tells_of_applications_is_a_pod_of_its_own() {
        let values = argocd::Values::read(&json!({ "notifications": { "enabled": true } }));
        let names: Vec<_> = values.pods().iter().map(|pods| pods.name).collect();
        assert_eq!(names.last(), Some(&"argocd-notifications-controller"));
    }

    #[test]
    fn null_takes_a_value_away() {
        let values = json!({ "replicas": null, "nodeSelector": null, "settings": { "clusterName": null } });
        let read = karpenter::Values::read(&values);
        assert!(read.replicas.is_none() && read.node_selector.is_empty() && read.settings.cluster_name.is_empty());
    }

    #[test]
    #[should_panic(expected = "the values of karpenter do not read")]
    fn values_that_do_not_read_are_a_fault_and_not_passed_over() {
        karpenter::Values::read(&json!({ "replicas": "two" }));
    }

    #[test]
    fn less_than_a_pod_that_may_be_missing_is_none() {
        let rollout = |unavailable: Json| {
            let update = serde_json::from_value(json!({ "rollingUpdate": { "maxUnavailable": unavailable } }));
            let update: RollingUpdate = update.expect("a rollout reads");
            parts::Rollout { key: "strategy", update: &update, missing: 7 }.missing(3)
        };
        assert_eq!(["33%", "34%", "all"].map(|share| rollout(share.into())), [0, 1, 7]);
        assert_eq!([rollout(2.into()), rollout(Json::Null)], [2, 7]);
    }
}

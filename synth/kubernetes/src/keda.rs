//! KEDA's `ScaledObject`, and the autoscaler that KEDA makes of one.
#![expect(missing_docs, reason = "fields are KEDA's, which documents them")]

use std::collections::BTreeMap;

use k8s_openapi::{
    api::autoscaling::v2::{
        ContainerResourceMetricSource, CrossVersionObjectReference, ExternalMetricSource, HorizontalPodAutoscaler,
        HorizontalPodAutoscalerBehavior, HorizontalPodAutoscalerSpec, MetricIdentifier, MetricSpec, MetricTarget,
        ResourceMetricSource,
    },
    apimachinery::pkg::{
        api::resource::Quantity,
        apis::meta::v1::{LabelSelector, ObjectMeta},
    },
};
use serde::{Deserialize, Serialize};

use crate::{Custom, CustomSpec};

/// The label by which KEDA's metrics server knows for which object an autoscaler asks.
pub const OWNER_LABEL: &str = "scaledobject.keda.sh/name";

/// The type of a trigger that asks Prometheus.
pub const PROMETHEUS: &str = "prometheus";

/// The type of a trigger that asks how many messages a queue of SQS holds.
pub const SQS: &str = "aws-sqs-queue";

/// What pods are added by, where that is more than what they use.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ScaledObjectSpec {
    pub scale_target_ref: ScaleTarget,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_replica_count: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_replica_count: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advanced: Option<Advanced>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fallback: Option<Fallback>,
    pub triggers: Vec<Trigger>,
}

impl CustomSpec for ScaledObjectSpec {
    const API_VERSION: &'static str = "keda.sh/v1alpha1";
    const KIND: &'static str = "ScaledObject";
}

/// As whom a trigger asks.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct TriggerAuthenticationSpec {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pod_identity: Option<PodIdentity>,
}

impl TriggerAuthenticationSpec {
    /// With the role that AWS gives the operator's own pods.
    pub fn of_operator() -> Self {
        Self { pod_identity: Some(PodIdentity { provider: AWS.to_owned() }) }
    }
}

impl CustomSpec for TriggerAuthenticationSpec {
    const API_VERSION: &'static str = "keda.sh/v1alpha1";
    const KIND: &'static str = "TriggerAuthentication";
}

/// Whose identity it is; without a role of its own that of the operator.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct PodIdentity {
    pub provider: String,
}

/// The provider of identities of AWS.
pub const AWS: &str = "aws";

/// A `TriggerAuthentication` of the same namespace, by its name.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct AuthenticationRef {
    pub name: String,
}

/// Whose pods there are more or fewer of.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ScaleTarget {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    pub name: String,
}

impl ScaleTarget {
    /// A Deployment.
    pub fn deployment(name: &str) -> Self {
        let (api_version, kind) = (Some("apps/v1".to_owned()), Some("Deployment".to_owned()));
        Self { api_version, kind, name: name.to_owned() }
    }
}

/// How the autoscaler is made.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Advanced {
    pub horizontal_pod_autoscaler_config: AutoscalerConfig,
}

/// What the autoscaler has of its own.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct AutoscalerConfig {
    /// `keda-hpa-` and the object's name where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub behavior: Option<HorizontalPodAutoscalerBehavior>,
}

/// What an external metric is taken for once it could not be had more than so many times in a row.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Fallback {
    pub failure_threshold: u32,
    pub replicas: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub behavior: Option<String>,
}

/// One thing that pods are added by.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Trigger {
    #[serde(rename = "type")]
    pub type_: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metric_type: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub use_cached_metrics: bool,
    pub metadata: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authentication_ref: Option<AuthenticationRef>,
}

impl Trigger {
    /// The processor time that pods use, in percent of what they ask for.
    pub fn cpu(percent: u32) -> Self {
        Self {
            type_: "cpu".to_owned(),
            metric_type: Some("Utilization".to_owned()),
            metadata: [("value".to_owned(), percent.to_string())].into(),
            ..Self::default()
        }
    }

    /// What a Prometheus answers to a query, so much of it for each pod. That it knows nothing is an error, and no zero.
    pub fn prometheus(name: &str, server: &str, query: String, threshold: u32) -> Self {
        let metadata = [
            ("serverAddress", server.to_owned()),
            ("query", query),
            ("threshold", threshold.to_string()),
            ("ignoreNullValues", false.to_string()),
        ];
        Self {
            type_: PROMETHEUS.to_owned(),
            name: Some(name.to_owned()),
            metric_type: Some("AverageValue".to_owned()),
            metadata: metadata.map(|(key, value)| (key.to_owned(), value)).into(),
            ..Self::default()
        }
    }

    /// The messages of a queue of SQS, so many for each pod: those that wait, and those that somebody has taken and not deleted yet,
    /// or pods would go while they still work on the last ones.
    pub fn sqs(name: &str, url: &str, region: &str, messages: u32, authentication: &str) -> Self {
        let metadata = [
            ("queueURL", url.to_owned()),
            ("awsRegion", region.to_owned()),
            ("queueLength", messages.to_string()),
            ("scaleOnInFlight", true.to_string()),
        ];
        Self {
            type_: SQS.to_owned(),
            name: Some(name.to_owned()),
            metric_type: Some("AverageValue".to_owned()),
            metadata: metadata.map(|(key, value)| (key.to_owned(), value)).into(),
            authentication_ref: Some(AuthenticationRef { name: authentication.to_owned() }),
            ..Self::default()
        }
    }

    /// Is it what pods themselves use, which KEDA leaves to the metrics server?
    pub fn is_resource(&self) -> bool {
        ["cpu", "memory"].contains(&self.type_.as_str())
    }

    /// A value of its metadata; empty if there is none.
    pub fn metadata(&self, key: &str) -> &str {
        self.metadata.get(key).map(String::as_str).unwrap_or_default()
    }

    /// The name of the metric that the autoscaler has of it, where it is the trigger at this place.
    pub fn metric_name(&self, index: usize) -> String {
        if self.type_ == SQS {
            let queue = self.metadata("queueURL").rsplit('/').next().unwrap_or_default();
            return format!("s{index}-aws-sqs-{}", queue.replace('.', "-"));
        }
        format!("s{index}-{}", self.type_)
    }

    /// How much there may be for each pod.
    pub fn target(&self) -> &str {
        self.metadata(if self.type_ == SQS { "queueLength" } else { "threshold" })
    }

    fn metric(&self, index: usize, owner: &str) -> MetricSpec {
        let type_ = self.metric_type.clone().unwrap_or_else(|| "AverageValue".to_owned());
        let target = |value: &str| {
            let quantity = || Some(Quantity(value.to_owned()));
            match type_.as_str() {
                "Utilization" => MetricTarget { average_utilization: value.parse().ok(), ..MetricTarget::default() },
                "Value" => MetricTarget { value: quantity(), ..MetricTarget::default() },
                _ => MetricTarget { average_value: quantity(), ..MetricTarget::default() },
            }
        };
        if self.is_resource() {
            let target = MetricTarget { type_: type_.clone(), ..target(self.metadata("value")) };
            let (name, container) = (self.type_.clone(), self.metadata("containerName").to_owned());
            return if container.is_empty() {
                let resource = Some(ResourceMetricSource { name, target });
                MetricSpec { type_: "Resource".to_owned(), resource, ..MetricSpec::default() }
            } else {
                let container_resource = Some(ContainerResourceMetricSource { container, name, target });
                MetricSpec { type_: "ContainerResource".to_owned(), container_resource, ..MetricSpec::default() }
            };
        }
        let target = MetricTarget { type_: type_.clone(), ..target(self.target()) };
        let match_labels = Some([(OWNER_LABEL.to_owned(), owner.to_owned())].into());
        let metric = MetricIdentifier {
            name: self.metric_name(index),
            selector: Some(LabelSelector { match_labels, ..LabelSelector::default() }),
        };
        let external = Some(ExternalMetricSource { metric, target });
        MetricSpec { type_: "External".to_owned(), external, ..MetricSpec::default() }
    }
}

impl Custom<ScaledObjectSpec> {
    /// The autoscaler that KEDA makes of it, as its operator 2.21.0 does (`controllers/keda/hpa.go`): a metric of each trigger, by
    /// their types' names in alphabetical order. What is not read of one here, it does not have: labels and annotations.
    pub fn autoscaler(&self) -> HorizontalPodAutoscaler {
        let Self { metadata, spec } = self;
        let own = metadata.name.clone().unwrap_or_default();
        let config = spec.advanced.as_ref().map(|advanced| &advanced.horizontal_pod_autoscaler_config);
        let number = |of: Option<u32>, default| of.map_or(default, |of| i32::try_from(of).unwrap_or(i32::MAX));
        let mut metrics: Vec<_> =
            spec.triggers.iter().enumerate().map(|(index, trigger)| trigger.metric(index, &own)).collect();
        metrics.sort_by(|one, other| one.type_.cmp(&other.type_));
        let target = &spec.scale_target_ref;
        HorizontalPodAutoscaler {
            metadata: ObjectMeta {
                name: Some(config.and_then(|of| of.name.clone()).unwrap_or_else(|| format!("keda-hpa-{own}"))),
                namespace: metadata.namespace.clone(),
                ..ObjectMeta::default()
            },
            spec: HorizontalPodAutoscalerSpec {
                behavior: config.and_then(|of| of.behavior.clone()),
                max_replicas: number(spec.max_replica_count, 100),
                metrics: Some(metrics),
                min_replicas: Some(number(spec.min_replica_count, 1).max(1)),
                scale_target_ref: CrossVersionObjectReference {
                    api_version: target.api_version.clone().or_else(|| Some("apps/v1".to_owned())),
                    kind: target.kind.clone().unwrap_or_else(|| "Deployment".to_owned()),
                    name: target.name.clone(),
                },
            },
            status: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_autoscaler_has_a_metric_of_each_trigger_sorted_as_the_operator_does() {
        let triggers = vec![
            Trigger::cpu(60),
            Trigger::prometheus("requests", "http://p", "a".to_owned(), 900),
            Trigger::prometheus("in-flight", "http://p", "b".to_owned(), 165),
            Trigger::sqs("queue", "https://sqs.eu-north-1.amazonaws.com/1/orders.fifo", "eu-north-1", 20, "web"),
        ];
        let spec = ScaledObjectSpec {
            scale_target_ref: ScaleTarget::deployment("web"),
            max_replica_count: Some(24),
            triggers,
            ..ScaledObjectSpec::default()
        };
        let metadata = ObjectMeta { name: Some("web".to_owned()), ..ObjectMeta::default() };
        let made = Custom { metadata, spec }.autoscaler();
        assert_eq!(made.metadata.name.as_deref(), Some("keda-hpa-web"));
        assert_eq!((made.spec.min_replicas, made.spec.max_replicas), (Some(1), 24));
        let named = |of: &MetricSpec| match (&of.external, &of.resource) {
            (Some(of), _) => {
                let owner = of.metric.selector.clone().and_then(|of| of.match_labels).unwrap_or_default();
                let each = of.target.average_value.clone().unwrap_or_default().0;
                format!("{} of {}: {each}", of.metric.name, owner[OWNER_LABEL])
            }
            (_, Some(of)) => format!("{}: {:?} %", of.name, of.target.average_utilization),
            _ => String::new(),
        };
        let metrics: Vec<_> = made.spec.metrics.iter().flatten().map(named).collect();
        let expected = [
            "s1-prometheus of web: 900",
            "s2-prometheus of web: 165",
            "s3-aws-sqs-orders-fifo of web: 20",
            "cpu: Some(60) %",
        ];
        assert_eq!(metrics, expected);
    }
}

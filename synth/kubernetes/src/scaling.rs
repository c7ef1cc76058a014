//! How many pods there are: autoscalers, disruption budgets, quotas.

use k8s_openapi::{
    api::{
        autoscaling::v2::{
            CrossVersionObjectReference, HPAScalingPolicy, HPAScalingRules, HorizontalPodAutoscalerBehavior,
            HorizontalPodAutoscalerSpec, MetricSpec, MetricTarget, ResourceMetricSource,
        },
        core::v1::{LimitRangeItem, LimitRangeSpec, ResourceQuotaSpec},
        policy::v1::PodDisruptionBudgetSpec,
    },
    apimachinery::pkg::{api::resource::Quantity, apis::meta::v1::LabelSelector, util::intstr::IntOrString},
};

use crate::draft::{Draft, IntoField, fields};

fields! {
    HorizontalPodAutoscalerSpec {
        behavior: HorizontalPodAutoscalerBehavior, max_replicas: (i32), min_replicas: i32, metrics: [MetricSpec],
    }
    HPAScalingRules { policies: [HPAScalingPolicy], select_policy: String, stabilization_window_seconds: i32 }
    PodDisruptionBudgetSpec {
        max_unavailable: IntOrString, selector: LabelSelector, unhealthy_pod_eviction_policy: String,
    }
    ResourceQuotaSpec { hard: {Quantity} }
    LimitRangeItem { default: {Quantity}, default_request: {Quantity}, min: {Quantity} }
}

/// Scales a Deployment.
pub fn scaler_spec(deployment: &str) -> Draft<HorizontalPodAutoscalerSpec> {
    let scale_target_ref = CrossVersionObjectReference {
        api_version: Some("apps/v1".to_owned()),
        kind: "Deployment".to_owned(),
        name: deployment.to_owned(),
    };
    Draft(HorizontalPodAutoscalerSpec { scale_target_ref, ..HorizontalPodAutoscalerSpec::default() })
}

/// How fast pods are added and taken away.
pub fn behavior(
    up: impl IntoField<HPAScalingRules>,
    down: impl IntoField<HPAScalingRules>,
) -> HorizontalPodAutoscalerBehavior {
    HorizontalPodAutoscalerBehavior { scale_down: Some(down.into_field()), scale_up: Some(up.into_field()) }
}

/// Pods are added when they use more than this percentage of the processor time that they ask for.
pub fn cpu_utilization(percent: u32) -> MetricSpec {
    let target = MetricTarget {
        type_: "Utilization".to_owned(),
        average_utilization: Some(percent.into_field()),
        ..MetricTarget::default()
    };
    MetricSpec {
        type_: "Resource".to_owned(),
        resource: Some(ResourceMetricSource { name: "cpu".to_owned(), target }),
        ..MetricSpec::default()
    }
}

/// How fast the number of pods changes in one direction.
pub fn scaling_rules() -> Draft<HPAScalingRules> {
    Draft(HPAScalingRules::default())
}

/// At most this percentage of the pods in so many seconds.
pub fn percent_policy(value: i32, period_seconds: i32) -> HPAScalingPolicy {
    HPAScalingPolicy { type_: "Percent".to_owned(), value, period_seconds }
}

/// At most this number of pods in so many seconds.
pub fn pods_policy(value: i32, period_seconds: i32) -> HPAScalingPolicy {
    HPAScalingPolicy { type_: "Pods".to_owned(), value, period_seconds }
}

/// How many pods may leave at once.
pub fn disruption_budget_spec() -> Draft<PodDisruptionBudgetSpec> {
    Draft(PodDisruptionBudgetSpec::default())
}

/// The most that a namespace may ask for in all.
pub fn quota_spec() -> Draft<ResourceQuotaSpec> {
    Draft(ResourceQuotaSpec::default())
}

/// Defaults and bounds of each container.
pub fn limit_range_spec(container: impl FnOnce(Draft<LimitRangeItem>) -> Draft<LimitRangeItem>) -> LimitRangeSpec {
    let item = LimitRangeItem { type_: "Container".to_owned(), ..LimitRangeItem::default() };
    LimitRangeSpec { limits: vec![container(Draft(item)).into_field()] }
}

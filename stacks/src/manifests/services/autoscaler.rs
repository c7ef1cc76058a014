//! How many pods of a service there are: by what they use as Kubernetes does it, by what arrives through KEDA.

use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscalerBehavior;
use synth_kubernetes::{
    Manifests, behavior, cpu_utilization, custom, horizontal_pod_autoscaler,
    keda::{Advanced, AutoscalerConfig, Fallback, ScaleTarget, ScaledObjectSpec, Trigger},
    percent_policy, pods_policy, scaler_spec, scaling_rules,
};

use crate::{
    manifests::observability::{in_flight_of, request_rate_of},
    settings::{ScaleOn, Service, Settings},
};

/// Answers that KEDA may miss in a row before it takes the fallback for the metric: with the next one a minute is over. The
/// autoscaler asks every 15 seconds, and KEDA by itself every 30 while the autoscaler has no answer; each miss counts.
const FAILURES: u32 = 6;

/// Puts into the service's folder what says how many pods it has.
#[track_caller]
pub(super) fn define(name: &str, service: &Service, settings: &Settings, folder: &Manifests) {
    if service.scales_on_traffic() {
        scaled_object(name, service, settings, folder);
    } else {
        autoscaler(name, service, &settings.services.namespace, folder);
    }
}

#[track_caller]
fn autoscaler(name: &str, service: &Service, namespace: &str, folder: &Manifests) {
    horizontal_pod_autoscaler(name)
        .in_namespace(namespace)
        .spec(
            scaler_spec(name)
                .min_replicas(service.min_replicas)
                .max_replicas(service.max_replicas)
                .metrics([cpu_utilization(service.target_cpu_utilization.get().into())])
                .behavior(pace()),
        )
        .add_to(folder, "horizontal-pod-autoscaler");
}

/// KEDA polls nothing by itself where there is always a pod and Prometheus answers: the autoscaler that it makes asks for each
/// metric every 15 seconds, and KEDA asks Prometheus then. That is why there is neither a polling interval nor a cache.
#[track_caller]
fn scaled_object(name: &str, service: &Service, settings: &Settings, folder: &Manifests) {
    let spec = ScaledObjectSpec {
        scale_target_ref: ScaleTarget::deployment(name),
        min_replica_count: Some(service.min_replicas),
        max_replica_count: Some(service.max_replicas),
        advanced: Some(Advanced {
            // The name that it has without KEDA: alerts and panels go on, and where one follows the other there is never a second.
            horizontal_pod_autoscaler_config: AutoscalerConfig { name: Some(name.to_owned()), behavior: Some(pace()) },
        }),
        fallback: Some(fallback(service)),
        triggers: service.scale_on.iter().map(|of| trigger(name, service, settings, *of)).collect(),
    };
    custom(name, spec).in_namespace(&settings.services.namespace).add_to(folder, "scaled-object");
}

fn trigger(name: &str, service: &Service, settings: &Settings, scale_on: ScaleOn) -> Trigger {
    let asked =
        |query, threshold| Trigger::prometheus(scale_on.as_str(), &settings.prometheus_address(), query, threshold);
    match scale_on {
        ScaleOn::Cpu => Trigger::cpu(service.target_cpu_utilization.get().into()),
        ScaleOn::Requests => asked(request_rate_of(settings, name), service.target_requests_per_second),
        ScaleOn::InFlight => asked(in_flight_of(settings, name), service.target_in_flight),
    }
}

/// Whoever sees nothing takes nobody away, and has what half of the greatest load needs.
fn fallback(service: &Service) -> Fallback {
    Fallback {
        failure_threshold: FAILURES,
        replicas: service.max_replicas.div_ceil(2).max(service.min_replicas),
        behavior: Some("currentReplicasIfHigher".to_owned()),
    }
}

/// Twice as many pods each 15 seconds, and a tenth fewer each minute once five minutes needed no more.
fn pace() -> HorizontalPodAutoscalerBehavior {
    behavior(
        scaling_rules()
            .stabilization_window_seconds(0)
            .policies([percent_policy(100, 15), pods_policy(4, 15)])
            .select_policy("Max"),
        scaling_rules().stabilization_window_seconds(300).policies([percent_policy(10, 60)]).select_policy("Max"),
    )
}

//! How many pods of a service there are: by what they use as Kubernetes does it, by what arrives through KEDA.

use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscalerBehavior;
use synth_kubernetes::{
    Manifests, behavior, cpu_utilization, custom, horizontal_pod_autoscaler,
    keda::{Advanced, AutoscalerConfig, Fallback, ScaleTarget, ScaledObjectSpec, Trigger, TriggerAuthenticationSpec},
    percent_policy, pods_policy, scaler_spec, scaling_rules,
};

use crate::{
    manifests::observability::{in_flight_of, request_rate_of},
    names::SYNC_WAVE,
    settings::{Percent, ScaleOn, Service, Settings, Worker, WorkerScaleOn},
};

/// Answers that KEDA may miss in a row before it takes the fallback for the metric: with the next one a minute is over. The
/// autoscaler asks every 15 seconds, and KEDA by itself every 30 while the autoscaler has no answer; each miss counts.
const FAILURES: u32 = 6;

/// Puts into the service's folder what says how many pods it has.
#[track_caller]
pub(super) fn define(name: &str, service: &Service, settings: &Settings, folder: &Manifests) {
    let replicas = (service.min_replicas, service.max_replicas);
    if service.scales_on_traffic() {
        let triggers = service.scale_on.iter().map(|of| trigger(name, service, settings, *of));
        scaled_object(name, replicas, triggers.collect(), settings, folder);
    } else {
        autoscaler(name, replicas, service.target_cpu_utilization, &settings.services.namespace, folder);
    }
}

/// Puts into a worker's folder what says how many pods it has.
#[track_caller]
pub(super) fn of_worker(name: &str, worker: &Worker, settings: &Settings, folder: &Manifests) {
    let replicas = (worker.min_replicas, worker.max_replicas);
    let Some(queue) = worker.queue.as_ref().filter(|_| worker.scales_on_queue()) else {
        return autoscaler(name, replicas, worker.target_cpu_utilization, &settings.services.namespace, folder);
    };
    let triggers = worker.scale_on.iter().map(|of| match of {
        WorkerScaleOn::Cpu => Trigger::cpu(worker.target_cpu_utilization.get().into()),
        WorkerScaleOn::Queue => {
            let (url, region) = (settings.queue_url(queue), settings.aws.region.name);
            Trigger::sqs(of.as_str(), &url, region, worker.target_messages, name)
        }
    });
    scaled_object(name, replicas, triggers.collect(), settings, folder);
    custom(name, TriggerAuthenticationSpec::of_operator())
        .in_namespace(&settings.services.namespace)
        // KEDA refuses what it may not ask.
        .annotation(SYNC_WAVE, "-1")
        .add_to(folder, "trigger-authentication");
}

#[track_caller]
fn autoscaler(name: &str, (fewest, most): (u32, u32), percent: Percent, namespace: &str, folder: &Manifests) {
    horizontal_pod_autoscaler(name)
        .in_namespace(namespace)
        .spec(
            scaler_spec(name)
                .min_replicas(fewest)
                .max_replicas(most)
                .metrics([cpu_utilization(percent.get().into())])
                .behavior(pace()),
        )
        .add_to(folder, "horizontal-pod-autoscaler");
}

/// KEDA polls nothing by itself where there is always a pod and Prometheus answers: the autoscaler that it makes asks for each
/// metric every 15 seconds, and KEDA asks Prometheus then, or AWS. That is why there is neither a polling interval nor a cache.
#[track_caller]
fn scaled_object(
    name: &str,
    (fewest, most): (u32, u32),
    triggers: Vec<Trigger>,
    settings: &Settings,
    folder: &Manifests,
) {
    let spec = ScaledObjectSpec {
        scale_target_ref: ScaleTarget::deployment(name),
        min_replica_count: Some(fewest),
        max_replica_count: Some(most),
        advanced: Some(Advanced {
            // The name that it has without KEDA: alerts and panels go on, and where one follows the other there is never a second.
            horizontal_pod_autoscaler_config: AutoscalerConfig { name: Some(name.to_owned()), behavior: Some(pace()) },
        }),
        fallback: Some(fallback(fewest, most)),
        triggers,
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
fn fallback(fewest: u32, most: u32) -> Fallback {
    Fallback {
        failure_threshold: FAILURES,
        replicas: most.div_ceil(2).max(fewest),
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

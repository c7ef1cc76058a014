//! What tests give an autoscaler.

use std::{fs, path::PathBuf};

use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use serde_json::{Value as Json, json};
use synth_twin::{
    hpa::{
        Autoscaler, Decision, Reading, Replicas,
        conditions::{Condition, Reason},
        pod::{Phase, PodState, Readiness, Sample, Status, Usage},
    },
    time::{Span, Time},
};

pub(crate) fn data(path: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/hpa").join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// An object with this `spec`.
pub(crate) fn object(spec: &Json) -> HorizontalPodAutoscaler {
    let reference = json!({ "apiVersion": "apps/v1", "kind": "Deployment", "name": "web" });
    let mut spec = spec.clone();
    spec["scaleTargetRef"] = reference;
    serde_json::from_value(json!({ "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "spec": spec }))
        .expect("it is an object")
}

pub(crate) fn autoscaler(spec: &Json) -> Autoscaler {
    Autoscaler::new(&object(spec)).expect("it is accepted")
}

/// CPU at so many percent.
pub(crate) fn cpu(percent: i32) -> Json {
    resource("cpu", &json!({ "type": "Utilization", "averageUtilization": percent }))
}

pub(crate) fn resource(name: &str, target: &Json) -> Json {
    json!({ "type": "Resource", "resource": { "name": name, "target": target } })
}

pub(crate) fn external(target: &Json) -> Json {
    json!({ "type": "External", "external": { "metric": { "name": "requests" }, "target": target } })
}

pub(crate) fn object_metric(target: &Json) -> Json {
    let described = json!({ "apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "name": "web" });
    json!({ "type": "Object", "object": { "metric": { "name": "requests" }, "describedObject": described, "target": target } })
}

pub(crate) fn pods_metric(target: &str) -> Json {
    let target = json!({ "type": "AverageValue", "averageValue": target });
    json!({ "type": "Pods", "pods": { "metric": { "name": "in_flight" }, "target": target } })
}

pub(crate) fn at(seconds: f64) -> Time {
    Time::seconds(seconds)
}

/// Where tests' single computations take place.
pub(crate) fn now() -> Time {
    at(10_000.0)
}

pub(crate) fn ago(seconds: f64) -> Time {
    now() - Span::seconds(seconds)
}

/// A pod that has long been ready.
pub(crate) fn old() -> PodState {
    let ready = Some(Readiness { status: Status::True, since: ago(5_000.0) });
    PodState { phase: Phase::Running, deleting: false, started: Some(ago(5_003.0)), ready }
}

/// A pod that waits for a node.
pub(crate) fn pending() -> PodState {
    PodState { phase: Phase::Pending, deleting: false, started: None, ready: None }
}

/// So many thousandths of a request of 500, over the last whole window.
pub(crate) fn used(value: i64) -> Sample {
    let usage = Some(Usage { value, at: ago(5.0), window: Span::whole_seconds(15) });
    Sample { request: Some(500), usage }
}

/// No metric.
pub(crate) fn nothing() -> Sample {
    Sample { request: Some(500), usage: None }
}

/// Each so often.
pub(crate) fn times<T: Copy>(parts: &[(usize, T)]) -> Vec<T> {
    parts.iter().flat_map(|(count, part)| std::iter::repeat_n(*part, *count)).collect()
}

/// The decision of a fresh autoscaler.
pub(crate) fn decide(spec: &Json, replicas: i32, pods: &[(usize, PodState, Sample)]) -> Decision {
    let states: Vec<_> = pods.iter().map(|(count, pod, _)| (*count, *pod)).collect();
    let samples: Vec<_> = pods.iter().map(|(count, _, sample)| (*count, *sample)).collect();
    let asked = Replicas { asked: replicas, there: replicas };
    autoscaler(spec).sync(now(), asked, &times(&states), &[Reading::Pods(&times(&samples))])
}

/// What a single metric proposes.
pub(crate) fn proposed(metric: &Json, replicas: i32, pods: &[(usize, PodState, Sample)]) -> Result<i32, String> {
    let spec = json!({ "minReplicas": 1, "maxReplicas": 1000, "metrics": [metric] });
    let decision = decide(&spec, replicas, pods);
    let [proposal] = decision.proposals.as_slice() else { panic!("one metric, not {:?}", decision.proposals) };
    proposal.as_ref().map(|proposal| proposal.replicas).map_err(|invalid| invalid.to_string())
}

/// What a single value proposes: in thousandths, with `status.replicas`.
pub(crate) fn of_value(metric: &Json, value: i64, replicas: Replicas, pods: &[PodState]) -> i32 {
    let mut autoscaler = autoscaler(&json!({ "minReplicas": 1, "maxReplicas": 1000, "metrics": [metric] }));
    let decision = autoscaler.sync(now(), replicas, pods, &[Reading::Value(value)]);
    decision.proposals[0].as_ref().expect("it is valid").replicas
}

/// One for each hundred.
pub(crate) fn each_hundred() -> Json {
    external(&json!({ "type": "AverageValue", "averageValue": "100" }))
}

#[expect(clippy::unnecessary_wraps, reason = "a condition may be missing")]
pub(crate) fn condition(holds: bool, reason: Reason) -> Option<Condition> {
    Some(Condition { holds, reason })
}

//! Vectors that the controller's own code gave: one JSON object a line.
//!
//! A line with `steps` is a timeline: what is proposed, and what comes of it within windows, policies and bounds. A line with `pods` is
//! a single computation: pods and their samples to a number of replicas, or to an error.

use std::collections::BTreeMap;

use k8s_openapi::api::autoscaling::v2::{
    HPAScalingRules, HorizontalPodAutoscaler, HorizontalPodAutoscalerBehavior, HorizontalPodAutoscalerSpec,
};
use serde::Deserialize;
use serde_json::Value as Json;

use crate::{
    hpa::{
        Autoscaler,
        pod::{PodState, Readiness, Sample, Usage},
        proposal::{Each, Question},
        settings::{Flags, Tolerances},
    },
    replay::{Difference, File, Malformed, Report},
    time::{Span, Time},
};

#[derive(Deserialize)]
struct Timeline {
    #[serde(rename = "Min")]
    min: i32,
    #[serde(rename = "Max")]
    max: i32,
    #[serde(rename = "scaleUp")]
    scale_up: Option<HPAScalingRules>,
    #[serde(rename = "scaleDown")]
    scale_down: Option<HPAScalingRules>,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    t: f64,
    proposed: i32,
    current: i32,
    desired: i32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Computation {
    current_replicas: i32,
    target: i64,
    #[serde(rename = "TolUp")]
    up: f64,
    #[serde(rename = "TolDown")]
    down: f64,
    pods: Vec<PodGiven>,
    /// The series of a value, in thousandths.
    #[serde(default)]
    values: Vec<i64>,
    status_replicas: Option<i32>,
    replicas: i32,
    observed: i64,
    error: Option<String>,
}

/// Times are seconds before the computation.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PodGiven {
    phase: String,
    #[serde(default)]
    deleting: bool,
    started_ago: Option<f64>,
    ready: Option<String>,
    ready_changed_ago: Option<f64>,
    usage: Option<i64>,
    metric_ago: Option<f64>,
    window: Option<f64>,
    request: Option<i64>,
}

/// Computes every vector of a file, and reports for each kind, in the order of their names, how many agree.
pub fn replay(file: File) -> Result<Vec<Report>, Malformed> {
    let mut reports = BTreeMap::new();
    for (index, text) in file.text.lines().enumerate().filter(|(_, text)| !text.trim().is_empty()) {
        let line = index + 1;
        let malformed = |problem: &dyn std::fmt::Display| Malformed::line(file.path, line, problem);
        let vector: Json = serde_json::from_str(text).map_err(|error| malformed(&error))?;
        let Some(kind) = vector["kind"].as_str().map(str::to_owned) else {
            return Err(malformed(&"has no `kind`"));
        };
        let difference = if vector.get("steps").is_some() {
            timeline(serde_json::from_value(vector).map_err(|error| malformed(&error))?)
        } else {
            computation(&kind, serde_json::from_value(vector).map_err(|error| malformed(&error))?)
        };
        let difference = difference.map_err(|problem| malformed(&problem))?;
        let difference = difference.map(|[given, recorded, decided]| {
            let file = file.path.to_owned();
            Difference { file, line, given, recorded, decided }
        });
        reports.entry(kind.clone()).or_insert_with(|| Report::new(kind)).count(difference);
    }
    if reports.is_empty() {
        return Err(Malformed::file(file.path, "holds no vector"));
    }
    Ok(reports.into_values().collect())
}

/// What was given, recorded and decided where a timeline first differs.
fn timeline(said: Timeline) -> Result<Option<[String; 3]>, String> {
    let behavior = match (said.scale_up, said.scale_down) {
        (None, None) => None,
        (scale_up, scale_down) => Some(HorizontalPodAutoscalerBehavior { scale_up, scale_down }),
    };
    let (min_replicas, max_replicas) = (Some(said.min), said.max);
    let spec = HorizontalPodAutoscalerSpec { min_replicas, max_replicas, behavior, ..Default::default() };
    let object = HorizontalPodAutoscaler { spec, ..Default::default() };
    let mut autoscaler = Autoscaler::new(&object).map_err(|refused| refused.to_string())?;
    let mut first = None;
    let mut before = f64::NEG_INFINITY;
    for step in said.steps {
        if !step.t.is_finite() || step.t < before {
            return Err(format!("the step at {} is not after that at {before}", step.t));
        }
        before = step.t;
        let now = Time::seconds(step.t);
        autoscaler.found(now, step.current);
        let desired = autoscaler.limit(now, step.current, step.proposed).desired;
        if desired != step.desired && first.is_none() {
            let given = format!("at {} s {} proposed for {}", step.t, step.proposed, step.current);
            first = Some([given, step.desired.to_string(), desired.to_string()]);
        }
        // What follows is compared with what the controller then had before it.
        if step.desired != step.current {
            autoscaler.rescaled(now, step.current, step.desired);
        }
    }
    Ok(first)
}

fn computation(kind: &str, said: Computation) -> Result<Option<[String; 3]>, String> {
    if said.target < 1 {
        return Err(format!("a target of {} is not positive", said.target));
    }
    let read = said.pods.iter().map(pod).collect::<Result<Vec<_>, _>>()?;
    let (pods, samples): (Vec<_>, Vec<_>) = read.into_iter().unzip();
    let tolerances = Tolerances { up: said.up, down: said.down };
    let flags = &Flags::default();
    let question = |cpu| Question { now: Time::ZERO, current: said.current_replicas, tolerances, cpu, flags };
    let value = said.values.iter().fold(0, |sum: i64, value| sum.saturating_add(*value));
    let computed = match kind {
        "resource-utilization" => question(true).of_pods(utilization(said.target)?, &pods, &samples),
        "resource-utilization-memory" => question(false).of_pods(utilization(said.target)?, &pods, &samples),
        "resource-average-value" => question(true).of_pods(Each::AverageValue(said.target), &pods, &samples),
        "pods-average-value" => question(false).of_pods(Each::AverageValue(said.target), &pods, &samples),
        "object-value" | "external-value" => question(false).of_total(said.target, value, &pods),
        "object-average-value" | "external-average-value" => {
            let Some(status) = said.status_replicas else { return Err("has no `statusReplicas`".to_owned()) };
            Ok(question(false).of_average(said.target, value, status))
        }
        _ => return Err(format!("`{kind}` is no kind that is known")),
    };
    let (replicas, observed, error) = match computed {
        Ok(proposal) => (proposal.replicas, proposal.utilization.map_or(proposal.value, i64::from), None),
        Err(invalid) => (0, 0, Some(invalid.to_string())),
    };
    if (replicas, observed, &error) == (said.replicas, said.observed, &said.error) {
        return Ok(None);
    }
    let shown = |replicas: i32, observed: i64, error: Option<String>| match error {
        Some(error) => format!("`{error}`"),
        None => format!("{replicas} at {observed}"),
    };
    let given = format!("{} pods for {} replicas at a target of {}", pods.len(), said.current_replicas, said.target);
    Ok(Some([given, shown(said.replicas, said.observed, said.error), shown(replicas, observed, error)]))
}

fn utilization(target: i64) -> Result<Each, String> {
    i32::try_from(target).map(Each::Utilization).map_err(|_| format!("a target of {target} % is none"))
}

fn pod(said: &PodGiven) -> Result<(PodState, Sample), String> {
    let ago = |seconds: f64| Time::ZERO - Span::seconds(seconds);
    let phase = said.phase.parse()?;
    let started = said.started_ago.map(ago);
    let status = said.ready.as_deref().map(str::parse).transpose()?;
    let ready = match (status, said.ready_changed_ago) {
        (Some(status), Some(changed)) => Some(Readiness { status, since: ago(changed) }),
        (None, _) => None,
        (Some(_), None) => return Err("a pod has `ready` without `readyChangedAgo`".to_owned()),
    };
    let usage = match (said.usage, said.metric_ago, said.window) {
        (None, ..) => None,
        (Some(value), Some(at), Some(window)) => Some(Usage { value, at: ago(at), window: Span::seconds(window) }),
        (Some(_), ..) => return Err("a pod has `usage` without `metricAgo` and `window`".to_owned()),
    };
    let state = PodState { phase, deleting: said.deleting, started, ready };
    Ok((state, Sample { request: said.request, usage }))
}

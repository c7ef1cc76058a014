//! `curves.json`: what each recorded autoscaler's settings were.

use std::collections::BTreeMap;

use k8s_openapi::{
    api::autoscaling::v2::{
        HorizontalPodAutoscaler, HorizontalPodAutoscalerBehavior, HorizontalPodAutoscalerSpec, MetricSpec,
        MetricTarget, ResourceMetricSource,
    },
    apimachinery::pkg::api::resource::Quantity,
};
use serde_json::Value as Json;

use crate::{
    hpa::{
        Autoscaler,
        settings::{Flags, Source},
    },
    quantity,
    replay::{File, Malformed},
    time::Span,
};

/// The recorded form's own, where `curves.json` says nothing.
const REQUEST: i64 = 500;
const TARGET: i32 = 60;
const MIN: i32 = 3;
const MAX: i32 = 24;

/// A recorded autoscaler.
pub(super) struct Recorded {
    /// The autoscaler, before its first sync.
    pub(super) autoscaler: Autoscaler,
    /// What a pod asks for, in thousandths of a vCPU.
    pub(super) request: i64,
    /// Its controller knew it for longer than its windows before the first recorded sync. What it remembered then is not recorded.
    pub(super) older: Option<bool>,
}

const MINIMUM: [&str; 3] = ["min", "minReplicas", "min_replicas"];
const MAXIMUM: [&str; 3] = ["max", "maxReplicas", "max_replicas"];
const TARGETS: [&str; 8] = [
    "target",
    "averageUtilization",
    "targetCPUUtilizationPercentage",
    "target_utilization",
    "target_percent",
    "target_cpu",
    "cpu_target",
    "utilization",
];
const REQUESTS: [&str; 5] = ["request", "request_m", "request_cpu", "cpu_request", "cpu_request_m"];

/// Where a setting is looked for: in the curve, in its `hpa` and `extra`, and beside `curves`, where it holds for all.
struct Said<'a>([Option<&'a Json>; 4]);

impl<'a> Said<'a> {
    fn get(&self, names: &[&str]) -> Option<&'a Json> {
        let found = self.0.iter().flatten().find_map(|place| names.iter().find_map(|name| place.get(name)));
        found.filter(|value| !value.is_null())
    }

    fn whole(&self, names: &[&str], default: i32) -> Result<i32, String> {
        let Some(value) = self.get(names) else { return Ok(default) };
        let whole = value.as_i64().and_then(|value| i32::try_from(value).ok());
        whole.ok_or_else(|| format!("`{}` is {value}, not a whole number", names[0]))
    }
}

/// Reads the settings of every curve.
pub(super) fn read(file: File) -> Result<BTreeMap<String, Recorded>, Malformed> {
    let all: Json =
        serde_json::from_str(file.text).map_err(|error| Malformed::line(file.path, error.line(), &error))?;
    let Some(curves) = all["curves"].as_object() else {
        return Err(Malformed::file(file.path, "has no object `curves`"));
    };
    let read = |(name, curve): (&String, &Json)| {
        let said = Said([Some(curve), curve.get("hpa"), curve.get("extra"), Some(&all)]);
        let recorded = recorded(&said).map_err(|problem| {
            let key = format!("\"{name}\"");
            let line = file.text.lines().position(|line| line.contains(&key)).map(|index| index + 1);
            Malformed { line, ..Malformed::file(file.path, format!("`{name}`: {problem}")) }
        })?;
        Ok((name.clone(), recorded))
    };
    curves.iter().map(read).collect()
}

fn recorded(said: &Said) -> Result<Recorded, String> {
    let is_written = |hpa: &&Json| hpa.get("spec").is_some() || hpa.get("scaleTargetRef").is_some();
    let object = match said.get(&["hpa"]).filter(is_written) {
        Some(whole) => written(whole)?,
        None => object(said)?,
    };
    let autoscaler = Autoscaler::with(&object, flags(said)?).map_err(|refused| refused.to_string())?;
    match autoscaler.settings().metrics.as_slice() {
        [metric] if metric.source == (Source::Resource { name: "cpu".to_owned() }) => {}
        _ => return Err("it scales on something other than `cpu` alone, of which nothing is recorded".to_owned()),
    }
    let request = said.get(&REQUESTS).map_or(Ok(REQUEST), milli)?;
    let older = match said.get(&["older"]) {
        None => None,
        Some(value) => Some(value.as_bool().ok_or_else(|| format!("`older` is {value}, neither true nor false"))?),
    };
    Ok(Recorded { autoscaler, request, older })
}

/// An object as `kubectl get hpa -o json` prints it, or its `spec` alone.
fn written(whole: &Json) -> Result<HorizontalPodAutoscaler, String> {
    let spec = whole.get("spec").unwrap_or(whole).clone();
    let spec = serde_json::from_value(spec).map_err(|error| format!("`hpa`: {error}"))?;
    Ok(HorizontalPodAutoscaler { spec, ..Default::default() })
}

fn object(said: &Said) -> Result<HorizontalPodAutoscaler, String> {
    let target = match said.get(&TARGETS) {
        None => utilization(TARGET),
        Some(value) => target(value)?,
    };
    let resource = ResourceMetricSource { name: "cpu".to_owned(), target };
    let metric = MetricSpec { type_: "Resource".to_owned(), resource: Some(resource), ..Default::default() };
    let spec = HorizontalPodAutoscalerSpec {
        min_replicas: Some(said.whole(&MINIMUM, MIN)?),
        max_replicas: said.whole(&MAXIMUM, MAX)?,
        metrics: Some(vec![metric]),
        behavior: said.get(&["behavior", "behaviour"]).map(behavior).transpose()?,
        ..Default::default()
    };
    Ok(HorizontalPodAutoscaler { spec, ..Default::default() })
}

/// A number is a percentage, a text one with `%` or else a quantity for each pod.
fn target(value: &Json) -> Result<MetricTarget, String> {
    let wrong = || format!("`target` is {value}, neither a percentage nor a quantity");
    if let Some(text) = value.as_str() {
        if let Some(percent) = text.strip_suffix('%') {
            return percent.trim().parse().map(utilization).map_err(|_| wrong());
        }
        let average_value = Some(Quantity(text.to_owned()));
        return Ok(MetricTarget { type_: "AverageValue".to_owned(), average_value, ..Default::default() });
    }
    let percent = value.as_i64().and_then(|percent| i32::try_from(percent).ok());
    percent.map(utilization).ok_or_else(wrong)
}

fn utilization(percent: i32) -> MetricTarget {
    MetricTarget { type_: "Utilization".to_owned(), average_utilization: Some(percent), ..Default::default() }
}

/// A tolerance may be written as a number, too.
fn behavior(said: &Json) -> Result<HorizontalPodAutoscalerBehavior, String> {
    let mut said = said.clone();
    for half in ["scaleUp", "scaleDown"] {
        if let Some(tolerance) = said.get_mut(half).and_then(|rules| rules.get_mut("tolerance"))
            && tolerance.is_number()
        {
            *tolerance = Json::String(tolerance.to_string());
        }
    }
    serde_json::from_value(said).map_err(|error| format!("`behavior`: {error}"))
}

/// Thousandths: a number of them, or a quantity.
fn milli(value: &Json) -> Result<i64, String> {
    let read = match value.as_str() {
        Some(text) => quantity::thousandths(text),
        None => value.as_i64(),
    };
    read.filter(|request| *request > 0).ok_or_else(|| format!("`request` is {value}, no quantity of vCPU"))
}

/// The controller's flags: seconds, by their names without `horizontal-pod-autoscaler-`, and the tolerance.
fn flags(said: &Said) -> Result<Flags, String> {
    let mut flags = Flags::default();
    let Some(named) = said.get(&["flags"]) else { return Ok(flags) };
    let Some(named) = named.as_object() else { return Err("`flags` is no object".to_owned()) };
    for (name, value) in named {
        let Some(number) = value.as_f64().filter(|number| *number >= 0.0) else {
            return Err(format!("`flags`: `{name}` is {value}, not a number of 0 or more"));
        };
        match name.as_str() {
            "sync-period" => flags.sync_period = Span::seconds(number),
            "tolerance" => flags.tolerance = number,
            "downscale-stabilization" => flags.downscale_stabilization = Span::seconds(number),
            "cpu-initialization-period" => flags.cpu_initialization = Span::seconds(number),
            "initial-readiness-delay" => flags.initial_readiness = Span::seconds(number),
            _ => return Err(format!("`flags`: `{name}` is none of the autoscaler's")),
        }
    }
    Ok(flags)
}

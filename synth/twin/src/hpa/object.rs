//! Reads a `HorizontalPodAutoscaler`, with what the API server adds where it says nothing, and refuses what the API server refuses.

use k8s_openapi::api::autoscaling::v2::{
    HPAScalingPolicy, HPAScalingRules, HorizontalPodAutoscaler, HorizontalPodAutoscalerBehavior, MetricSpec,
    MetricTarget,
};

use crate::{
    hpa::settings::{
        Behavior, Flags, Metric, Policy, Refused, Rules, Select, Settings, Source, Step, Target, Tolerances,
    },
    quantity::{Decimal, thousandths},
    time::Span,
};

fn refused<T>(field: impl Into<String>, problem: impl Into<String>) -> Result<T, Refused> {
    Err(Refused { field: field.into(), problem: problem.into() })
}

impl Settings {
    /// Reads an object. What the API server would refuse is refused here.
    pub fn read(object: &HorizontalPodAutoscaler, flags: &Flags) -> Result<Self, Refused> {
        let spec = &object.spec;
        let (min, max) = (spec.min_replicas.unwrap_or(1), spec.max_replicas);
        if min < 1 {
            return refused(
                "spec.minReplicas",
                format!("is {min}: less than 1 needs the gate `HPAScaleToZero`, which is off"),
            );
        }
        if max < min {
            return refused("spec.maxReplicas", format!("is {max}, less than the {min} of `minReplicas`"));
        }
        let metrics = match spec.metrics.as_deref() {
            None | Some([]) => vec![default_metric()],
            Some(metrics) => metrics.iter().enumerate().map(metric).collect::<Result<_, _>>()?,
        };
        let said = spec.behavior.as_ref();
        let tolerances = if flags.configurable_tolerance { tolerances(said, flags)? } else { tolerances(None, flags)? };
        let behavior = said.map(|behavior| read_behavior(behavior, flags)).transpose()?;
        Ok(Self { min, max, metrics, behavior, tolerances })
    }
}

/// What the API server gives an object without metrics: `autoscaling.DefaultCPUUtilization`.
fn default_metric() -> Metric {
    Metric { source: Source::Resource { name: "cpu".to_owned() }, target: Target::Utilization(80) }
}

fn metric((index, said): (usize, &MetricSpec)) -> Result<Metric, Refused> {
    let field = format!("spec.metrics[{index}]");
    let of = |part: &str| format!("{field}.{part}");
    let missing =
        || Refused { field: of("type"), problem: format!("is `{}`, whose part is missing or unknown", said.type_) };
    let (source, target) = match said.type_.as_str() {
        "Resource" => {
            let part = said.resource.as_ref().ok_or_else(missing)?;
            let target = of_resource(&part.target, &of("resource.target"))?;
            (Source::Resource { name: part.name.clone() }, target)
        }
        "ContainerResource" => {
            let part = said.container_resource.as_ref().ok_or_else(missing)?;
            let target = of_resource(&part.target, &of("containerResource.target"))?;
            (Source::ContainerResource { name: part.name.clone(), container: part.container.clone() }, target)
        }
        "Pods" => {
            let part = said.pods.as_ref().ok_or_else(missing)?;
            let field = of("pods.target");
            let Some(target) = average(&part.target, &field)? else { return refused(field, "has no `averageValue`") };
            (Source::Pods { metric: part.metric.name.clone() }, target)
        }
        "Object" => {
            let part = said.object.as_ref().ok_or_else(missing)?;
            let field = of("object.target");
            let target = match part.target.type_.as_str() {
                "Value" => value(&part.target, &field)?,
                "AverageValue" => average(&part.target, &field)?,
                _ => None,
            };
            let Some(target) = target else {
                return refused(field, "has no value of its type, `Value` or `AverageValue`");
            };
            let (kind, name) = (part.described_object.kind.clone(), part.described_object.name.clone());
            (Source::Object { metric: part.metric.name.clone(), kind, name }, target)
        }
        "External" => {
            let part = said.external.as_ref().ok_or_else(missing)?;
            let field = of("external.target");
            let target = match (average(&part.target, &field)?, value(&part.target, &field)?) {
                (Some(_), Some(_)) => return refused(field, "has both `value` and `averageValue`"),
                (Some(target), None) | (None, Some(target)) => target,
                (None, None) => return refused(field, "has neither `value` nor `averageValue`"),
            };
            (Source::External { metric: part.metric.name.clone() }, target)
        }
        _ => return Err(missing()),
    };
    Ok(Metric { source, target })
}

fn of_resource(target: &MetricTarget, field: &str) -> Result<Target, Refused> {
    match (average(target, field)?, target.average_utilization) {
        (Some(_), Some(_)) => refused(field, "has both `averageValue` and `averageUtilization`"),
        (Some(target), None) => Ok(target),
        (None, Some(percent)) if percent >= 1 => Ok(Target::Utilization(percent)),
        (None, Some(percent)) => {
            refused(format!("{field}.averageUtilization"), format!("is {percent}, not greater than 0"))
        }
        (None, None) => refused(field, "has neither `averageUtilization` nor `averageValue`"),
    }
}

fn average(target: &MetricTarget, field: &str) -> Result<Option<Target>, Refused> {
    let said = target.average_value.as_ref().map(|said| said.0.as_str());
    Ok(positive(said, &format!("{field}.averageValue"))?.map(Target::AverageValue))
}

fn value(target: &MetricTarget, field: &str) -> Result<Option<Target>, Refused> {
    let said = target.value.as_ref().map(|said| said.0.as_str());
    Ok(positive(said, &format!("{field}.value"))?.map(Target::Value))
}

fn positive(said: Option<&str>, field: &str) -> Result<Option<i64>, Refused> {
    let Some(said) = said else { return Ok(None) };
    match thousandths(said) {
        Some(value) if value > 0 => Ok(Some(value)),
        Some(_) => refused(field, format!("is `{said}`, which is not positive")),
        None => refused(field, format!("is `{said}`, which is no quantity that a controller can compute with")),
    }
}

fn tolerances(said: Option<&HorizontalPodAutoscalerBehavior>, flags: &Flags) -> Result<Tolerances, Refused> {
    let read = |rules: Option<&HPAScalingRules>, half: &str| {
        let Some(said) = rules.and_then(|rules| rules.tolerance.as_ref()) else { return Ok(flags.tolerance) };
        match Decimal::read(&said.0).map(Decimal::approximate) {
            Some(value) if value >= 0.0 => Ok(value),
            _ => {
                refused(format!("spec.behavior.{half}.tolerance"), format!("is `{}`, not a share of 0 or more", said.0))
            }
        }
    };
    Ok(Tolerances {
        up: read(said.and_then(|said| said.scale_up.as_ref()), "scaleUp")?,
        down: read(said.and_then(|said| said.scale_down.as_ref()), "scaleDown")?,
    })
}

fn read_behavior(said: &HorizontalPodAutoscalerBehavior, flags: &Flags) -> Result<Behavior, Refused> {
    let period = Span::whole_seconds(15);
    let percent = Policy { step: Step::Percent(100), period };
    let up = Rules {
        window: Span::ZERO,
        select: Select::Max,
        policies: vec![Policy { step: Step::Pods(4), period }, percent],
    };
    let down = Rules { window: flags.downscale_stabilization, select: Select::Max, policies: vec![percent] };
    Ok(Behavior {
        up: rules(said.scale_up.as_ref(), up, "spec.behavior.scaleUp")?,
        down: rules(said.scale_down.as_ref(), down, "spec.behavior.scaleDown")?,
    })
}

fn rules(said: Option<&HPAScalingRules>, mut rules: Rules, field: &str) -> Result<Rules, Refused> {
    let Some(said) = said else { return Ok(rules) };
    if let Some(seconds) = said.stabilization_window_seconds {
        if !(0..=3600).contains(&seconds) {
            return refused(
                format!("{field}.stabilizationWindowSeconds"),
                format!("is {seconds}, not within 0 and 3600"),
            );
        }
        rules.window = Span::whole_seconds(seconds.into());
    }
    match said.select_policy.as_deref() {
        None => {}
        Some("Max") => rules.select = Select::Max,
        Some("Min") => rules.select = Select::Min,
        Some("Disabled") => rules.select = Select::Disabled,
        Some(other) => {
            return refused(format!("{field}.selectPolicy"), format!("is `{other}`, not `Max`, `Min` or `Disabled`"));
        }
    }
    if let Some(policies) = &said.policies {
        if policies.is_empty() {
            return refused(format!("{field}.policies"), "is empty");
        }
        let read = |(index, said)| policy(said, &format!("{field}.policies[{index}]"));
        rules.policies = policies.iter().enumerate().map(read).collect::<Result<_, _>>()?;
    }
    Ok(rules)
}

fn policy(said: &HPAScalingPolicy, field: &str) -> Result<Policy, Refused> {
    if said.value < 1 {
        return refused(format!("{field}.value"), format!("is {}, not greater than 0", said.value));
    }
    if !(1..=1800).contains(&said.period_seconds) {
        return refused(format!("{field}.periodSeconds"), format!("is {}, not within 1 and 1800", said.period_seconds));
    }
    let step = match said.type_.as_str() {
        "Pods" => Step::Pods(said.value),
        "Percent" => Step::Percent(said.value),
        other => return refused(format!("{field}.type"), format!("is `{other}`, not `Pods` or `Percent`")),
    };
    Ok(Policy { step, period: Span::whole_seconds(said.period_seconds.into()) })
}

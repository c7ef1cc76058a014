//! The horizontal pod autoscaler, as the controller of Kubernetes 1.36 decides.
//!
//! An [`Autoscaler`] is made from the object that is written, and asked once a sync. It is given what the controller would have read:
//! the scaled object's replicas, the pods, and each metric's samples; how old those are is the affair of [`crate::metrics`].

pub mod conditions;
pub mod limits;
mod object;
pub mod pod;
pub mod proposal;
pub mod settings;

use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;

use crate::{
    hpa::{
        conditions::{Condition, Conditions, Reason},
        limits::{Limited, Memory},
        pod::{PodState, Sample},
        proposal::{Each, Invalid, Proposal, Question},
        settings::{Flags, Metric, Refused, Settings, Source, Target},
    },
    time::Time,
};

/// An autoscaler, with what its controller remembers of it.
#[derive(Clone, Debug)]
pub struct Autoscaler {
    settings: Settings,
    flags: Flags,
    memory: Memory,
    conditions: Conditions,
}

/// The replicas of the scaled object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replicas {
    /// `spec.replicas`: what is asked for.
    pub asked: i32,
    /// `status.replicas`: pods that are there and not told to go.
    pub there: i32,
}

/// What the controller reads of one metric.
#[derive(Clone, Copy, Debug)]
pub enum Reading<'a> {
    /// Of pods, in their order: for `Resource`, `ContainerResource` and `Pods`.
    Pods(&'a [Sample]),
    /// A value in thousandths: for `Object`, and for `External`, where it is the sum of its series.
    Value(i64),
    /// Nothing.
    None,
}

/// What comes of a sync.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// The replicas that are asked for from here on.
    pub desired: i32,
    /// What each metric proposes, in the object's order. Empty where none was asked: out of bounds, or at 0 replicas.
    pub proposals: Vec<Result<Proposal, Invalid>>,
    /// The metric whose proposal was taken.
    pub metric: Option<usize>,
    /// The status afterwards.
    pub conditions: Conditions,
}

impl Decision {
    /// The proposal that was taken, before any limit.
    pub fn proposed(&self) -> Option<i32> {
        let taken = self.proposals.get(self.metric?)?.as_ref().ok()?;
        Some(taken.replicas)
    }

    /// The first metric's use of what pods ask for, in percent.
    pub fn utilization(&self) -> Option<i32> {
        self.proposals.first()?.as_ref().ok()?.utilization
    }
}

impl Autoscaler {
    /// Reads an object, as a controller with the default flags would. What the API server refuses is refused.
    pub fn new(object: &HorizontalPodAutoscaler) -> Result<Self, Refused> {
        Self::with(object, Flags::default())
    }

    /// Reads an object, as a controller with these flags would.
    pub fn with(object: &HorizontalPodAutoscaler, flags: Flags) -> Result<Self, Refused> {
        Ok(Self::of(Settings::read(object, &flags)?, flags))
    }

    /// An autoscaler of these settings.
    pub fn of(settings: Settings, flags: Flags) -> Self {
        Self { settings, flags, memory: Memory::default(), conditions: Conditions::default() }
    }

    /// Its settings, complete.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Its controller's flags: the next sync begins [`Flags::sync_period`] after this one ended.
    pub fn flags(&self) -> &Flags {
        &self.flags
    }

    /// One sync. What it wants is taken as done.
    ///
    /// `pods` are those of the scaled object's selector; `readings` are in the order of the settings' metrics.
    pub fn sync(&mut self, now: Time, replicas: Replicas, pods: &[PodState], readings: &[Reading]) -> Decision {
        let mut decision = self.decide(now, replicas, pods, readings);
        if decision.desired != replicas.asked {
            decision.conditions = self.rescaled(now, replicas.asked, decision.desired);
        }
        decision
    }

    /// The first half of a sync: what is wanted. The scaled object is not changed yet.
    pub fn decide(&mut self, now: Time, replicas: Replicas, pods: &[PodState], readings: &[Reading]) -> Decision {
        let current = replicas.asked;
        self.conditions.able_to_scale = Some(Condition { holds: true, reason: Reason::SucceededGetScale });
        self.memory.found(now, current);
        if current == 0 {
            self.conditions.scaling_active = Some(Condition { holds: false, reason: Reason::ScalingDisabled });
            return self.decision(0, Vec::new(), None);
        }
        let within = current.clamp(self.settings.min, self.settings.max);
        if within != current {
            return self.decision(within, Vec::new(), None);
        }
        let ask = |(index, metric): (usize, &Metric)| {
            let reading = readings.get(index).copied().unwrap_or(Reading::None);
            self.ask(now, replicas, pods, metric, reading)
        };
        let proposals: Vec<_> = self.settings.metrics.iter().enumerate().map(ask).collect();
        let first_invalid = proposals.iter().position(Result::is_err);
        let (largest, metric) = largest(&proposals);
        if let Some(invalid) = first_invalid
            && (metric.is_none() || largest < current)
        {
            let reason = failure(&self.settings.metrics[invalid].source);
            self.conditions.scaling_active = Some(Condition { holds: false, reason });
            return self.decision(current, proposals, None);
        }
        self.conditions.scaling_active = Some(Condition { holds: true, reason: Reason::ValidMetricFound });
        let desired = self.limit(now, current, largest.max(0)).desired;
        self.decision(desired, proposals, metric)
    }

    /// Follows a proposal as far as windows, policies and bounds allow, and remembers it.
    pub fn limit(&mut self, now: Time, current: i32, proposed: i32) -> Limited {
        let window = self.flags.downscale_stabilization;
        let limited = self.memory.limit(now, &self.settings, window, current, proposed);
        self.conditions.able_to_scale = Some(limited.able_to_scale);
        self.conditions.scaling_limited = Some(limited.scaling_limited);
        limited
    }

    /// The second half of a sync: the scaled object was changed. Returns the status afterwards.
    pub fn rescaled(&mut self, now: Time, from: i32, to: i32) -> Conditions {
        self.conditions.able_to_scale = Some(Condition { holds: true, reason: Reason::SucceededRescale });
        if let Some(behavior) = &self.settings.behavior {
            self.memory.scaled(now, behavior, from, to);
        }
        self.conditions
    }

    /// Takes it for older than its windows, with nothing proposed within them: its next sync is not its first.
    pub fn forgets_its_start(&mut self) {
        self.memory.forgets_its_start();
    }

    /// Remembers what it finds at its first sync; at later ones nothing.
    pub fn found(&mut self, now: Time, current: i32) {
        self.memory.found(now, current);
    }

    fn decision(&self, desired: i32, proposals: Vec<Result<Proposal, Invalid>>, metric: Option<usize>) -> Decision {
        Decision { desired, proposals, metric, conditions: self.conditions }
    }

    fn ask(
        &self,
        now: Time,
        replicas: Replicas,
        pods: &[PodState],
        metric: &Metric,
        reading: Reading,
    ) -> Result<Proposal, Invalid> {
        let (tolerances, flags) = (self.settings.tolerances, &self.flags);
        let question = Question { now, current: replicas.asked, tolerances, cpu: metric.source.is_cpu(), flags };
        match (metric.target, reading) {
            (_, Reading::Pods(samples)) if samples.iter().all(|sample| sample.usage.is_none()) => {
                Err(Invalid::Unavailable(nothing(&metric.source)))
            }
            (Target::Utilization(percent), Reading::Pods(samples)) => {
                question.of_pods(Each::Utilization(percent), pods, samples)
            }
            (Target::AverageValue(target), Reading::Pods(samples)) => {
                question.of_pods(Each::AverageValue(target), pods, samples)
            }
            (Target::AverageValue(target), Reading::Value(value)) => {
                Ok(question.of_average(target, value, replicas.there))
            }
            (Target::Value(target), Reading::Value(value)) => question.of_total(target, value, pods),
            (_, Reading::Pods(_) | Reading::Value(_) | Reading::None) => {
                Err(Invalid::Unavailable(nothing(&metric.source)))
            }
        }
    }
}

/// The largest of valid proposals, and whose it is. The controller takes 0 for none yet, so a later one replaces it whatever it is.
fn largest(proposals: &[Result<Proposal, Invalid>]) -> (i32, Option<usize>) {
    let (mut largest, mut metric) = (0, None);
    for (index, proposal) in proposals.iter().enumerate() {
        if let Ok(proposal) = proposal
            && (largest == 0 || proposal.replicas > largest)
        {
            (largest, metric) = (proposal.replicas, Some(index));
        }
    }
    (largest, metric)
}

fn failure(source: &Source) -> Reason {
    match source {
        Source::Resource { .. } => Reason::FailedGetResourceMetric,
        Source::ContainerResource { .. } => Reason::FailedGetContainerResourceMetric,
        Source::Pods { .. } => Reason::FailedGetPodsMetric,
        Source::Object { .. } => Reason::FailedGetObjectMetric,
        Source::External { .. } => Reason::FailedGetExternalMetric,
    }
}

/// What the controller says where an API has nothing of a metric.
fn nothing(source: &Source) -> String {
    let (kind, name) = match source {
        Source::Resource { name } | Source::ContainerResource { name, .. } => ("resource", name),
        Source::Pods { metric } | Source::Object { metric, .. } => ("custom", metric),
        Source::External { metric } => ("external", metric),
    };
    format!("unable to get metric {name}: no metrics returned from {kind} metrics API")
}

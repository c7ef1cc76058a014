//! What an autoscaler's status says of itself.

use std::fmt;

/// `status.conditions`, as they stand after a sync. What a sync says nothing of stays as it was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Conditions {
    /// `AbleToScale`.
    pub able_to_scale: Option<Condition>,
    /// `ScalingActive`.
    pub scaling_active: Option<Condition>,
    /// `ScalingLimited`.
    pub scaling_limited: Option<Condition>,
}

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Condition {
    /// Its status is `True`, or else `False`.
    pub holds: bool,
    /// Why.
    pub reason: Reason,
}

/// Written as `kubectl` shows it: `True:ReadyForNewScale`.
impl fmt::Display for Condition {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{:?}", if self.holds { "True" } else { "False" }, self.reason)
    }
}

/// The controller's own names of reasons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It found the scaled object, and then came no farther.
    SucceededGetScale,
    /// No window holds what is proposed.
    ReadyForNewScale,
    /// A lower proposal within `scaleUp`'s window holds it.
    ScaleUpStabilized,
    /// A higher proposal within `scaleDown`'s window holds it.
    ScaleDownStabilized,
    /// It changed the number of replicas.
    SucceededRescale,
    /// A metric gave a proposal.
    ValidMetricFound,
    /// The scaled object has 0 replicas.
    ScalingDisabled,
    /// A metric of this kind gave none, and nothing was done.
    FailedGetResourceMetric,
    /// Likewise.
    FailedGetContainerResourceMetric,
    /// Likewise.
    FailedGetPodsMetric,
    /// Likewise.
    FailedGetObjectMetric,
    /// Likewise.
    FailedGetExternalMetric,
    /// Neither policy nor bound holds it.
    DesiredWithinRange,
    /// `scaleUp`'s policies hold it; without `behavior`, twice as many or 4.
    ScaleUpLimit,
    /// `scaleDown`'s policies hold it.
    ScaleDownLimit,
    /// `maxReplicas` holds it.
    TooManyReplicas,
    /// `minReplicas` holds it.
    TooFewReplicas,
}

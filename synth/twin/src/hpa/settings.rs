//! What an autoscaler goes by: its object's settings, complete, and its controller's flags.

use std::fmt;

use crate::time::Span;

/// Flags of kube-controller-manager and its gates. A managed control plane such as EKS has the defaults.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Flags {
    /// `--horizontal-pod-autoscaler-sync-period`: from the end of one sync to the start of the next.
    pub sync_period: Span,
    /// `--horizontal-pod-autoscaler-tolerance`, as a share, for a direction that names none.
    pub tolerance: f64,
    /// `--horizontal-pod-autoscaler-downscale-stabilization`, where `scaleDown` names no window.
    pub downscale_stabilization: Span,
    /// `--horizontal-pod-autoscaler-cpu-initialization-period`.
    pub cpu_initialization: Span,
    /// `--horizontal-pod-autoscaler-initial-readiness-delay`.
    pub initial_readiness: Span,
    /// The gate `HPAConfigurableTolerance`, which is on from 1.35: without it `behavior`'s tolerances are not looked at.
    pub configurable_tolerance: bool,
}

impl Default for Flags {
    /// Those of Kubernetes 1.36.
    fn default() -> Self {
        Self {
            sync_period: Span::whole_seconds(15),
            tolerance: 0.1,
            downscale_stabilization: Span::whole_seconds(300),
            cpu_initialization: Span::whole_seconds(300),
            initial_readiness: Span::whole_seconds(30),
            configurable_tolerance: true,
        }
    }
}

/// An autoscaler's settings, complete.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// `minReplicas`.
    pub min: i32,
    /// `maxReplicas`.
    pub max: i32,
    /// What it looks at.
    pub metrics: Vec<Metric>,
    /// How fast it may go; without it another way is taken, which is not the same as that of the defaults.
    pub behavior: Option<Behavior>,
    /// How far from its target a metric may be before anything is done.
    pub tolerances: Tolerances,
}

/// How far from its target a metric may be, as shares of the target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tolerances {
    /// Above.
    pub up: f64,
    /// Below.
    pub down: f64,
}

impl Tolerances {
    /// Is this ratio of use to target too near 1 to do anything?
    pub fn bear(self, ratio: f64) -> bool {
        1.0 - self.down <= ratio && ratio <= 1.0 + self.up
    }
}

/// One of `metrics`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metric {
    /// Where it comes from.
    pub source: Source,
    /// What it should be.
    pub target: Target,
}

/// Where a metric comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "Kubernetes' own names")]
pub enum Source {
    Resource { name: String },
    ContainerResource { name: String, container: String },
    Pods { metric: String },
    Object { metric: String, kind: String, name: String },
    External { metric: String },
}

impl Source {
    /// Is it processor time? Of its samples those of young pods are doubted.
    pub fn is_cpu(&self) -> bool {
        matches!(self, Self::Resource { name } | Self::ContainerResource { name, .. } if name == "cpu")
    }
}

/// What a metric should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A percentage of what pods ask for.
    Utilization(i32),
    /// For each pod, in thousandths.
    AverageValue(i64),
    /// In all, in thousandths.
    Value(i64),
}

/// `behavior`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Behavior {
    /// `scaleUp`.
    pub up: Rules,
    /// `scaleDown`.
    pub down: Rules,
}

/// One half of `behavior`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// `stabilizationWindowSeconds`.
    pub window: Span,
    /// `selectPolicy`.
    pub select: Select,
    /// How much in how long.
    pub policies: Vec<Policy>,
}

impl Rules {
    /// The longest period of its policies.
    pub fn longest(&self) -> Span {
        self.policies.iter().map(|policy| policy.period).max().unwrap_or_default()
    }
}

/// `selectPolicy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Select {
    /// The policy that allows the most.
    Max,
    /// The policy that allows the least.
    Min,
    /// Never in this direction.
    Disabled,
}

/// One of `policies`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// How much.
    pub step: Step,
    /// `periodSeconds`.
    pub period: Span,
}

/// How much a policy allows within its period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// So many pods.
    Pods(i32),
    /// So many in a hundred of those at the period's start.
    Percent(i32),
}

/// Why an object is refused: by the API server, or since it needs a gate that is off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The field, such as `spec.maxReplicas`.
    pub field: String,
    /// What is wrong with it.
    pub problem: String,
}

impl fmt::Display for Refused {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "`{}` {}", self.field, self.problem)
    }
}

impl std::error::Error for Refused {}

//! What the controller sees of pods: their state, and what the metrics API says of them.

use std::str::FromStr;

use crate::{
    pods::Pod,
    time::{Span, Time},
};

/// A pod, as the controller's list has it. Its times are whole seconds, as the API server writes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PodState {
    /// `status.phase`.
    pub phase: Phase,
    /// It has a `deletionTimestamp`.
    pub deleting: bool,
    /// `status.startTime`: when its kubelet took it.
    pub started: Option<Time>,
    /// The condition `Ready`, where there is one.
    pub ready: Option<Readiness>,
}

/// `status.phase`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "Kubernetes' own names")]
pub enum Phase {
    Pending,
    Running,
    Succeeded,
    Failed,
    Unknown,
}

impl FromStr for Phase {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        [Self::Pending, Self::Running, Self::Succeeded, Self::Failed, Self::Unknown]
            .into_iter()
            .find(|phase| format!("{phase:?}") == name)
            .ok_or_else(|| format!("`{name}` is no phase of a pod"))
    }
}

/// The condition `Ready`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Readiness {
    /// Its status.
    pub status: Status,
    /// `lastTransitionTime`.
    pub since: Time,
}

/// A condition's status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "Kubernetes' own names")]
pub enum Status {
    True,
    False,
    Unknown,
}

impl FromStr for Status {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        [Self::True, Self::False, Self::Unknown]
            .into_iter()
            .find(|status| format!("{status:?}") == name)
            .ok_or_else(|| format!("`{name}` is no status of a condition"))
    }
}

impl PodState {
    /// A simulated pod, if it is not gone. It runs from its container's start on, and none fails.
    pub fn of(pod: &Pod) -> Option<Self> {
        if pod.gone.is_some() {
            return None;
        }
        let status = if pod.ready.is_some() { Status::True } else { Status::False };
        Some(Self {
            phase: if pod.started.is_some() { Phase::Running } else { Phase::Pending },
            deleting: pod.deleting.is_some(),
            started: pod.node.map(|(_, bound)| bound.whole_second()),
            ready: pod.ready_changed.map(|since| Readiness { status, since: since.whole_second() }),
        })
    }
}

/// What the metrics API says of a pod, and what the pod asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sample {
    /// What it asks for in thousandths, of this resource and, where the metric names one, of this container.
    pub request: Option<i64>,
    /// What it used; none where the API has nothing of it, or lacks one of its containers.
    pub usage: Option<Usage>,
}

/// A pod's use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// In thousandths, rounded up.
    pub value: i64,
    /// `timestamp`: the end of the window, a whole second.
    pub at: Time,
    /// `window`: the span that it is the mean of.
    pub window: Span,
}

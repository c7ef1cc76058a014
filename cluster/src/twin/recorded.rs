//! What a run was, the real one's or the twin's.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// A real run.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Recording {
    /// The environment of the fixtures.
    pub(super) environment: String,
    /// The minor version of Kubernetes.
    pub(super) kubernetes: String,
    /// Milliseconds since 1970 at its zero, a whole second.
    pub(super) zero: i64,
    /// The curve, as it was given.
    pub(super) curve: String,
    /// When each Deployment was applied.
    pub(super) applied: BTreeMap<String, f64>,
    /// Each autoscaler's syncs.
    pub(super) syncs: BTreeMap<String, Vec<Sync>>,
    /// When metrics-server read every node, in seconds.
    pub(super) scrapes: Vec<f64>,
    /// What was seen, about five times a second.
    pub(super) states: Vec<State>,
    /// Pods, claims and commands, in the form of `synth simulate replay --karpenter`.
    pub(super) karpenter: Json,
}

/// A look of an autoscaler.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Sync {
    /// When it began.
    pub(super) at: f64,
    /// When it asked for metrics, if it did.
    pub(super) asked: Option<f64>,
    /// The Deployment's replicas.
    pub(super) before: i32,
    /// And afterwards.
    pub(super) after: i32,
}

/// A moment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct State {
    /// Seconds since the zero.
    pub(super) at: f64,
    /// A pod waits or is not ready, or a node comes or goes.
    pub(super) moving: bool,
    /// By name.
    pub(super) services: BTreeMap<String, Pods>,
    /// How many of each kind: pool, type and zone.
    pub(super) nodes: BTreeMap<String, usize>,
}

/// The pods of a service.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Pods {
    /// `spec.replicas`.
    pub(super) desired: usize,
    /// How many do not leave.
    pub(super) there: usize,
    /// Those that are ready.
    pub(super) ready: usize,
    /// Those that are ready, by zone.
    pub(super) zones: BTreeMap<String, usize>,
}

/// The last moment up to one.
pub(super) fn state(states: &[State], second: f64) -> Option<&State> {
    states.iter().rev().find(|state| state.at <= second)
}

/// A kind of node, as it is counted and shown.
pub(super) fn kind(pool: &str, instance_type: &str, zone: &str) -> String {
    format!("{instance_type} {pool} {}", letter(zone))
}

/// The letter of a zone.
pub(super) fn letter(zone: &str) -> &str {
    zone.get(zone.len().saturating_sub(1)..).unwrap_or_default()
}

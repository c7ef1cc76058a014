//! A recording, as it is written: one JSON object a scenario.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::time::{Span, Time};

/// A recording.
#[derive(Debug, Deserialize)]
pub(super) struct Recording {
    pub(super) scenario: String,
    #[serde(default)]
    pub(super) settings: Vec<String>,
    #[serde(default)]
    pub(super) kubelet: BTreeMap<String, f64>,
    pub(super) start_utc: String,
    pub(super) objects: Vec<Value>,
    pub(super) workloads: BTreeMap<String, Value>,
    pub(super) timeline: Vec<Value>,
    pub(super) seconds: f64,
    pub(super) claims: Vec<Claim>,
    #[serde(default)]
    pub(super) disruptions: Vec<Command>,
    /// What Karpenter's log said: when, what, and numbers.
    #[serde(default)]
    pub(super) log: Vec<Vec<Value>>,
    #[serde(default)]
    pub(super) pods: Vec<Pod>,
    #[serde(default)]
    pub(super) lists: BTreeMap<String, String>,
}

/// A claim, as it was seen.
#[derive(Debug, Deserialize)]
pub(super) struct Claim {
    pub(super) id: String,
    pub(super) pool: String,
    pub(super) created: f64,
    #[serde(default)]
    pub(super) requests: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) requirements: BTreeMap<String, Value>,
    #[serde(default)]
    pub(super) types: String,
    #[serde(default)]
    pub(super) types_count: usize,
    pub(super) fleet: Option<Fleet>,
    pub(super) instance: Option<Instance>,
    pub(super) launched: Option<f64>,
    pub(super) registered: Option<f64>,
    pub(super) initialized: Option<f64>,
    pub(super) tainted: Option<f64>,
    pub(super) deleting: Option<f64>,
    pub(super) gone: Option<f64>,
    #[serde(default)]
    pub(super) conditions: Vec<(f64, String, String, String)>,
}

/// The call that bought it.
#[derive(Debug, Deserialize)]
pub(super) struct Fleet {
    pub(super) t: f64,
    pub(super) capacity_type: String,
    pub(super) types: String,
    pub(super) types_count: usize,
    pub(super) overrides: usize,
    pub(super) zones: String,
}

/// What came of it.
#[derive(Debug, Deserialize)]
pub(super) struct Instance {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) zone: String,
    pub(super) capacity_type: String,
}

/// A command of disruption.
#[derive(Debug, Deserialize)]
pub(super) struct Command {
    pub(super) t: f64,
    pub(super) reason: String,
    pub(super) savings: f64,
    pub(super) decision: String,
    pub(super) pods: usize,
    pub(super) nodes: Vec<String>,
    #[serde(default)]
    pub(super) replacements: Vec<Replacement>,
}

/// What takes the place of its nodes.
#[derive(Debug, Deserialize)]
pub(super) struct Replacement {
    pub(super) capacity_type: String,
    pub(super) types_count: usize,
    #[serde(default)]
    pub(super) cheapest: Vec<String>,
}

/// A pod: its group, when it was made, first found unschedulable, bound, onto which claim, and deleted.
#[derive(Debug, Deserialize)]
pub(super) struct Pod(
    pub(super) String,
    pub(super) f64,
    pub(super) Option<f64>,
    pub(super) Option<f64>,
    pub(super) Option<String>,
    pub(super) Option<f64>,
);

impl Recording {
    /// Moves the recording in time, so that its zero is so many seconds later.
    pub(super) fn shift(&mut self, by: f64) {
        let later = |at: &mut Option<f64>| *at = at.map(|at| at + by);
        self.seconds += by;
        for action in &mut self.timeline {
            if let Some(at) = action["t"].as_f64() {
                action["t"] = Value::from(at + by);
            }
        }
        for entry in &mut self.log {
            if let Some(at) = entry.first_mut() {
                *at = Value::from(at.as_f64().unwrap_or(0.0) + by);
            }
        }
        for claim in &mut self.claims {
            claim.created += by;
            claim.fleet.iter_mut().for_each(|fleet| fleet.t += by);
            for at in [
                &mut claim.launched,
                &mut claim.registered,
                &mut claim.initialized,
                &mut claim.tainted,
                &mut claim.deleting,
                &mut claim.gone,
            ] {
                later(at);
            }
            claim.conditions.iter_mut().for_each(|condition| condition.0 += by);
        }
        self.disruptions.iter_mut().for_each(|command| command.t += by);
        for pod in &mut self.pods {
            pod.1 += by;
            [&mut pod.2, &mut pod.3, &mut pod.5].into_iter().for_each(later);
        }
    }

    /// What Karpenter's log says of simulations that bought something: when each began, of how many pods, and how long it took.
    pub(super) fn simulations(&self) -> Vec<(Time, usize, Span)> {
        let at = |entry: &[Value]| entry.first().and_then(Value::as_f64).map_or(Time::ZERO, Time::seconds);
        let is = |entry: &[Value], what: &str| entry.get(1).is_some_and(|is| is == what);
        let pods = |entry: &[Value]| entry[2..].iter().filter_map(Value::as_u64).sum::<u64>();
        let (mut begun, mut all) = (None, Vec::new());
        for entry in &self.log {
            if is(entry, "simulate") {
                begun = Some((at(entry), usize::try_from(pods(entry)).unwrap_or(0)));
            } else if is(entry, "new-claims")
                && let Some((since, pods)) = begun.take()
            {
                all.push((since, pods, at(entry) - since));
            }
        }
        all
    }

    /// The types of a list.
    pub(super) fn list(&self, name: &str) -> Vec<&str> {
        self.lists.get(name).map(|names| names.split_whitespace().collect()).unwrap_or_default()
    }

    /// The claim of an id.
    pub(super) fn claim(&self, id: &str) -> Option<usize> {
        self.claims.iter().position(|claim| claim.id == id)
    }
}

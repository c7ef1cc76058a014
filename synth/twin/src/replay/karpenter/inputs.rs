//! What of a recording is an input: the pace of a busy machine, and lots.
//!
//! - Pods are made, and first looked at by the scheduler, when the recording says; a pod whose binding came later than its node, since
//!   kube-scheduler backs off up to ten seconds, is bound then. Which pod of a group is which goes by the order in which they were made.
//! - Controllers have seen a change of replicas when the first recorded pod of the group is made, or deleted where there are to be
//!   fewer, at the latest after 1.5 s; evictions that are allowed take as long as recorded, at most two seconds.
//! - A claim that resembles a recorded one takes as long as that to be bought, to boot, to be ready, and to be gone in the end; a
//!   simulation that buys takes until its claims were recorded, at most six seconds.
//! - A simulation that bought something takes, from its list of pods to its count of where others are, as long as Karpenter's log says.
//! - Karpenter notes 0.3 s later that a pod came to a node, or is told to go from it.
//! - Looks of the disruption loop that took their time, since a recording says nothing of that, are those of `looks.csv`.
//! - Karpenter draws lots among equally good zones and orders equal pods by chance: up to 2,000 draws are tried for one that leads to the
//!   recorded claims. Each is one that Karpenter could have made.
//! - What was bound within 50 ms, which is how exact the moments are, was bound in an order that led to the recorded nodes, if one does.
//! - Of nodes that score the same, a pod gets the recorded one; of nodes that are equal to Karpenter, the recorded one goes; of pods that are
//!   equal to their `ReplicaSet`, likewise. What is not equal is never chosen for the recording's sake.
//! - Where the second of the wall clock began is read off the conditions; when the disruption loop looked, off the commands, into whose
//!   step it falls up to five seconds late. That it looks at all, and what it finds, is the twin's.
//! - When a node was found consolidatable or drifted is that of its condition, where the twin's own is within 2.5 s of it, or the change that
//!   it drifted by was up to 70 s before.

mod pace;

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use super::{
    looks::Look,
    recording::{Claim as Recorded, Recording},
};
use crate::{
    catalogue::CAPACITY_TYPE,
    engine::Whose,
    karpenter::{Claim, Plan, Pool},
    pods::{NodeId, ZONE},
    quantity,
    time::{Span, Time},
};

/// Recorded and simulated moments that are this close are one.
const CLOSE: Span = Span::whole_seconds(4);
/// A pod that could be bound is not kept waiting longer than kube-scheduler backs off: ten seconds, up to whole ones.
const BACKS_OFF: Span = Span::whole_seconds(12);
/// An eviction that is allowed takes at most this long, with what the API server tries again.
const EVICTS: Span = Span::whole_seconds(2);
/// Controllers have seen a change of replicas by then.
const REACTS: Span = Span(1500);
/// Moments of a recording are those at which things were seen, as exact as this.
const SEEN: Span = Span(50);
/// Karpenter notes so long after that a pod came or went.
const NOTES: Span = Span(300);
/// A simulation of some hundred pods takes as long as this.
const THINKS: Span = Span::whole_seconds(6);
/// So many draws are tried.
const DRAWS: u64 = 2000;
/// A pod of a group that is being scaled is made at the latest after this.
const SCALES: Span = Span::whole_seconds(100);

/// The pace of a recording.
pub(super) struct Inputs {
    recording: Rc<Recording>,
    simulations: Vec<(Time, usize, Span)>,
    looks: Vec<Look>,
    pools: Vec<Pool>,
    /// The recorded pods of each group, by their places.
    pods: BTreeMap<String, Vec<usize>>,
    /// The recorded claim that each simulated node is.
    of: Vec<Option<usize>>,
    taken: Vec<bool>,
    /// Recorded pods whose deletion is a simulated one's.
    evicted: BTreeSet<usize>,
}

impl Inputs {
    pub(super) fn new(recording: Rc<Recording>, pools: Vec<Pool>, looks: Vec<Look>) -> Self {
        let mut pods: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (place, pod) in recording.pods.iter().enumerate() {
            pods.entry(pod.0.clone()).or_default().push(place);
        }
        let made = |place: &usize| recording.pods[*place].1;
        for group in pods.values_mut() {
            group.sort_by(|one, other| made(one).total_cmp(&made(other)));
        }
        Self {
            simulations: recording.simulations(),
            looks,
            pools,
            pods,
            of: Vec::new(),
            taken: vec![false; recording.claims.len()],
            evicted: BTreeSet::new(),
            recording,
        }
    }

    fn pod(&self, whose: Whose<'_>) -> Option<&super::recording::Pod> {
        self.pods.get(whose.workload)?.get(whose.ordinal).map(|place| &self.recording.pods[*place])
    }

    fn recorded(&self, node: NodeId) -> Option<&Recorded> {
        self.of.get(node.0).copied().flatten().map(|place| &self.recording.claims[place])
    }

    fn seconds(&self, name: &str, default: f64) -> Span {
        Span::seconds(self.recording.kubelet.get(name).copied().unwrap_or(default))
    }

    /// Is the group being scaled?
    fn scales(&self, group: &str, now: Time) -> bool {
        self.recording.timeline.iter().any(|action| {
            let named = action["group"].as_str().or(action["name"].as_str()) == Some(group);
            let at = Time::seconds(action["t"].as_f64().unwrap_or(-1e6));
            named && action["replicas"].is_number() && at <= now && now - at < Span(500)
        })
    }

    /// Is the group given fewer pods about now?
    fn shrinks(&self, group: &str, now: Time) -> bool {
        let named = |action: &&serde_json::Value| action["group"].as_str().or(action["name"].as_str()) == Some(group);
        let scaled = self.recording.timeline.iter().filter(named).filter_map(|action| {
            let at = action["t"].as_f64().map(Time::seconds)?;
            (at <= now).then_some((at, action["replicas"].as_u64()?))
        });
        let mut scaled: Vec<_> = scaled.collect();
        scaled.sort_unstable();
        scaled.last_chunk().is_some_and(|[(_, before), (_, after)]| after < before)
    }

    /// When the first pod of a recorded claim was bound.
    fn first_bound(&self, claim: &str) -> Option<f64> {
        let pods = self.recording.pods.iter().filter(|pod| pod.4.as_deref() == Some(claim));
        pods.filter_map(|pod| pod.3).min_by(f64::total_cmp)
    }

    /// When a recorded node was ready: once its first pod was bound, and at the latest when Karpenter had seen it.
    fn is_ready(&self, claim: &Recorded) -> Option<f64> {
        let first = self.first_bound(&claim.id);
        let usual = claim.launched.map(|at| at + (self.seconds("boot", 8.0) + self.seconds("ready", 2.0)).in_seconds());
        match (first, claim.initialized) {
            (Some(first), Some(seen)) => Some((first + 0.003).min(seen)),
            (None, Some(seen)) => Some(seen),
            (first, None) => first.or(usual),
        }
    }

    /// Recorded claims of about now that are nobody's yet.
    fn near(&self, now: Time) -> Vec<usize> {
        let near = |place: &usize| {
            let after = Time::seconds(self.recording.claims[*place].created) - now;
            !self.taken[*place] && (-500..=THINKS.0).contains(&after.0)
        };
        (0..self.recording.claims.len()).filter(near).collect()
    }

    /// How little a plan resembles these recorded claims.
    fn unlike_plan(&self, plan: &Plan, mut near: Vec<usize>, now: Time) -> i64 {
        let mut wrong = 0;
        for claim in &plan.claims {
            let alike = (0..near.len()).min_by_key(|at| unlike(&self.recording.claims[near[*at]], claim, now));
            match alike {
                Some(at) => wrong += unlike(&self.recording.claims[near.remove(at)], claim, now) / 100_000,
                None => wrong += 10,
            }
        }
        wrong + 10 * i64::try_from(near.len()).unwrap_or(0)
    }
}

/// From a recorded step to the next: as long as it took, or until the recorded moment where the twin is about there.
fn until(from: Option<f64>, to: Option<f64>, now: Time, default: Span) -> Span {
    let Some((from, to)) = from.zip(to) else { return default };
    let (from, to) = (Time::seconds(from), Time::seconds(to));
    let since = if (from - now).0.abs() <= CLOSE.0 { now } else { from };
    Span((to - since).0.max(0))
}

/// Where a second of the wall clock begins, after a whole one of the recording's: conditions that come of a wait come
/// shortly after it.
pub(super) fn second(recording: &Recording) -> f64 {
    let conditions = recording.claims.iter().flat_map(|claim| &claim.conditions);
    let waited = conditions.filter(|(_, kind, status, _)| kind == "Consolidatable" && status == "True");
    let parts: Vec<i64> = waited.map(|(at, ..)| Time::seconds(*at).0.rem_euclid(1000)).collect();
    let after = |begin: i64| parts.iter().map(|part| (part - begin).rem_euclid(1000)).sum::<i64>();
    let begin =
        parts.iter().copied().min_by_key(|begin| after(*begin)).map_or(0, |begin| (begin - 10).rem_euclid(1000));
    Span(begin).in_seconds()
}

/// When the disruption loop first looks: ten seconds apart from the look that the first command came of.
pub(super) fn first_look(recording: &Recording) -> Time {
    let first = recording.disruptions.iter().min_by(|one, other| one.t.total_cmp(&other.t));
    Time(Time::seconds(first.map_or(5.0, looked)).0.rem_euclid(10_000))
}

/// When the look was that a command came of: consolidation waits fifteen seconds after it.
fn looked(command: &super::recording::Command) -> f64 {
    if command.reason == "drifted" { command.t - 0.05 } else { command.t - 15.05 }
}

/// How much a simulated claim resembles a recorded one: the less the number, the more.
fn unlike(recorded: &Recorded, claim: &Claim, now: Time) -> i64 {
    let text = |key: &str| recorded.requests.get(key).map(String::as_str).unwrap_or_default();
    let cpu = quantity::thousandths(text("cpu")).unwrap_or(0) != claim.requests.cpu;
    let memory = quantity::whole(text("memory")).unwrap_or(0) != claim.requests.memory;
    let values = |key: &str| {
        let own = claim.requirements.get(key).and_then(|rule| rule.values());
        let theirs = recorded.requirements.get(key).and_then(|values| values.as_array());
        own.zip(theirs).is_some_and(|(own, theirs)| {
            own.len() != theirs.len() || theirs.iter().any(|value| !own.iter().any(|own| value == own.as_str()))
        })
    };
    let types = recorded.types_count != claim.types.len();
    let wrong = i64::from(cpu)
        + i64::from(memory)
        + 2 * i64::from(values(ZONE))
        + i64::from(values(CAPACITY_TYPE))
        + i64::from(types);
    wrong * 100_000 + (Time::seconds(recorded.created) - now).0.abs()
}

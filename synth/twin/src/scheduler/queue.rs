//! Pods that wait for the scheduler: who is next, and when one that no node took is tried again.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use super::outcome::Attempt;
use crate::{
    pods::PodId,
    time::{Span, Time},
};

/// A pod that failed waits this long at first, twice as long after each failure (`podInitialBackoffSeconds`'s default).
const BACK_OFF: Span = Span::whole_seconds(1);
/// But never longer than this (`podMaxBackoffSeconds`'s default).
const LONGEST: Span = Span::whole_seconds(10);
/// And is tried again without any reason after this (`podMaxInUnschedulablePodsDuration`'s default; looked at every 30 s).
const FORGOTTEN: Span = Span::whole_seconds(300);

/// Milliseconds.
const SECOND: i64 = 1000;

/// What happened in the cluster that may give room to a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A node joined.
    NodeAdded,
    /// A node's labels, taints or size changed, such as once it is ready.
    NodeChanged,
    /// A node is gone.
    NodeGone,
    /// A pod was bound.
    PodBound,
    /// A pod that had a node is gone.
    PodGone,
}

/// Pods that wait.
#[derive(Clone, Debug, Default)]
pub struct Queue {
    pods: BTreeMap<PodId, Entry>,
    /// By priority, then by when they came or failed last.
    active: BTreeSet<Turn>,
    /// By the end of their back-off, then likewise.
    backing_off: BTreeSet<(Time, Turn)>,
}

/// Whose turn it is: by priority, then by when a pod came or failed last.
type Turn = (Reverse<i64>, Time, PodId);

#[derive(Clone, Debug)]
struct Entry {
    priority: i64,
    failures: u32,
    /// When it came, or failed last.
    since: Time,
    refused_by: BTreeSet<&'static str>,
    place: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Active,
    BackingOff(Time),
    Parked,
    Tried,
}

impl Queue {
    /// A new pod waits.
    pub fn add(&mut self, pod: PodId, priority: i64, now: Time) {
        let entry = Entry { priority, failures: 0, since: now, refused_by: BTreeSet::new(), place: Place::Active };
        self.active.insert(turn(pod, &entry));
        self.pods.insert(pod, entry);
    }

    /// Who is tried next: one that is active, or else the one whose back-off ends first, even before it does.
    pub fn take(&mut self, now: Time) -> Option<PodId> {
        self.pass(now);
        let active = self.active.pop_first().map(|(_, _, pod)| pod);
        // kube-scheduler does not idle while a pod backs off (`SchedulerPopFromBackoffQ`, on from 1.33).
        let pod = active.or_else(|| self.backing_off.pop_first().map(|(_, (_, _, pod))| pod))?;
        if let Some(entry) = self.pods.get_mut(&pod) {
            entry.place = Place::Tried;
        }
        Some(pod)
    }

    /// No node took a pod: it waits for something to happen.
    pub fn failed(&mut self, attempt: &Attempt, now: Time) {
        if let Some(entry) = self.pods.get_mut(&attempt.pod) {
            entry.failures += 1;
            entry.since = now;
            entry.refused_by = attempt.by_filter().into_keys().collect();
            entry.place = Place::Parked;
        }
    }

    /// A pod waits no longer: it was bound, or deleted.
    pub fn remove(&mut self, pod: PodId) {
        self.leave(pod);
        self.pods.remove(&pod);
    }

    /// Something happened: pods that it may give room to are tried again once their back-off is over.
    pub fn happened(&mut self, event: Event, now: Time) {
        let parked = self.pods.iter().filter(|(_, entry)| entry.place == Place::Parked);
        // Without any node, nobody refused it.
        let waits = |entry: &Entry| entry.refused_by.is_empty() || entry.refused_by.iter().any(|by| minds(by, event));
        let moved: Vec<_> = parked.filter(|(_, entry)| waits(entry)).map(|(pod, _)| *pod).collect();
        for pod in moved {
            self.again(pod, now);
        }
    }

    /// When something is due by itself, if nothing happens before: the beginning of time where a pod can be taken at once.
    pub fn next(&self) -> Option<Time> {
        let active = (!self.active.is_empty() || !self.backing_off.is_empty()).then_some(Time(i64::MIN));
        let parked = self.pods.values().filter(|entry| entry.place == Place::Parked);
        active.or_else(|| parked.map(|entry| entry.since + FORGOTTEN).min())
    }

    /// How many pods wait.
    pub fn len(&self) -> usize {
        self.pods.len()
    }

    /// Waits none?
    pub fn is_empty(&self) -> bool {
        self.pods.is_empty()
    }

    /// Lets time pass.
    fn pass(&mut self, now: Time) {
        let parked = self.pods.iter().filter(|(_, entry)| entry.place == Place::Parked);
        let forgotten: Vec<_> =
            parked.filter(|(_, entry)| entry.since + FORGOTTEN <= now).map(|(pod, _)| *pod).collect();
        for pod in forgotten {
            self.again(pod, now);
        }
        while let Some((_, turn)) = self.backing_off.first().copied().filter(|(until, _)| *until <= now) {
            self.backing_off.pop_first();
            self.active.insert(turn);
            if let Some(entry) = self.pods.get_mut(&turn.2) {
                entry.place = Place::Active;
            }
        }
    }

    fn again(&mut self, pod: PodId, now: Time) {
        let Some(entry) = self.pods.get_mut(&pod) else { return };
        // Back-offs end with the whole second in which they do, so that pods of one second are sorted by priority.
        let end = entry.since + back_off(entry.failures);
        let until = Time((end.0.div_euclid(SECOND) + 1) * SECOND);
        if until > now {
            entry.place = Place::BackingOff(until);
            self.backing_off.insert((until, turn(pod, entry)));
        } else {
            entry.place = Place::Active;
            self.active.insert(turn(pod, entry));
        }
    }

    fn leave(&mut self, pod: PodId) {
        let Some(entry) = self.pods.get(&pod) else { return };
        match entry.place {
            Place::Active => drop(self.active.remove(&turn(pod, entry))),
            Place::BackingOff(until) => drop(self.backing_off.remove(&(until, turn(pod, entry)))),
            Place::Parked | Place::Tried => {}
        }
    }
}

fn turn(pod: PodId, entry: &Entry) -> Turn {
    (Reverse(entry.priority), entry.since, pod)
}

/// How long a pod waits after so many failures.
fn back_off(failures: u32) -> Span {
    let doubled = BACK_OFF.0 << failures.saturating_sub(1).min(16);
    Span(doubled.min(LONGEST.0))
}

/// May an event change the mind of a filter?
fn minds(filter: &str, event: Event) -> bool {
    match event {
        Event::NodeAdded | Event::NodeChanged => true,
        Event::NodeGone | Event::PodBound => filter == "PodTopologySpread",
        Event::PodGone => ["NodeResourcesFit", "PodTopologySpread", "InterPodAffinity"].contains(&filter),
    }
}

//! Whether both runs agree: replicas within one sync, nodes and zones where the real run had settled.

use std::collections::BTreeMap;

use super::{
    curve::Curve,
    model::Run,
    recorded::{Recording, State, state},
};

/// The real run has settled when nothing moved for so many seconds.
const QUIET: f64 = 10.0;

/// What was compared.
#[derive(Debug, Default)]
pub(super) struct Compared {
    /// Of each service.
    pub(super) services: BTreeMap<String, Replicas>,
    /// Moments before the load changes, and the end.
    pub(super) points: Vec<Point>,
}

/// A service's replicas, sync by sync.
#[derive(Debug, Default)]
pub(super) struct Replicas {
    /// Syncs in all.
    pub(super) syncs: usize,
    /// After which both have the same.
    pub(super) equal: usize,
    /// After which the twin has what the real one had a sync earlier or later, or between.
    pub(super) within: usize,
    /// Seconds in which as many pods were ready, of all.
    pub(super) ready: (usize, usize),
}

/// A moment at which nodes and zones are compared.
#[derive(Debug)]
pub(super) struct Point {
    pub(super) real: State,
    pub(super) twin: State,
    /// Had the real run settled?
    pub(super) settled: bool,
}

impl Compared {
    /// Do they agree? Where nothing settled, nothing is known.
    pub(super) fn agrees(&self) -> bool {
        let replicas = self.services.values().all(|of| of.syncs > 0 && of.within == of.syncs);
        let mut settled = self.points.iter().filter(|point| point.settled).peekable();
        replicas && settled.peek().is_some() && settled.all(Point::agrees)
    }
}

impl Point {
    /// Are nodes by pool, type and zone, and each service's ready pods by zone the same?
    pub(super) fn agrees(&self) -> bool {
        let zones = |state: &State| state.services.values().map(|of| of.zones.clone()).collect::<Vec<_>>();
        self.real.nodes == self.twin.nodes && zones(&self.real) == zones(&self.twin)
    }
}

/// Compares them.
pub(super) fn compare(recording: &Recording, twin: &Run) -> Compared {
    let mut compared = Compared::default();
    for (service, syncs) in &recording.syncs {
        let real: Vec<i32> = syncs.iter().map(|sync| sync.after).collect();
        let own = twin.replicas.get(service).map(Vec::as_slice).unwrap_or_default();
        let mut replicas = of_syncs(&real, own);
        replicas.ready = ready(service, &recording.states, &twin.states);
        compared.services.insert(service.clone(), replicas);
    }
    if let Ok(curve) = Curve::read(&recording.curve) {
        compared.points = curve.changes().filter_map(|change| point(recording, twin, change)).collect();
    }
    compared
}

fn of_syncs(real: &[i32], twin: &[i32]) -> Replicas {
    let mut replicas = Replicas { syncs: real.len(), ..Replicas::default() };
    for (place, after) in twin.iter().enumerate().take(real.len()) {
        let near = &real[place.saturating_sub(1)..(place + 2).min(real.len())];
        let between = near.iter().min() <= Some(after) && Some(after) <= near.iter().max();
        replicas.equal += usize::from(*after == real[place]);
        replicas.within += usize::from(between);
    }
    replicas
}

fn ready(service: &str, real: &[State], twin: &[State]) -> (usize, usize) {
    let of = |state: &State| state.services.get(service).map(|of| of.ready);
    let (mut equal, mut all, mut next) = (0, 0, 0.0);
    for moment in real {
        if moment.at >= next {
            next = moment.at.floor() + 1.0;
            all += 1;
            equal += usize::from(state(twin, moment.at).and_then(of) == of(moment));
        }
    }
    (equal, all)
}

/// The last moments before a change of the load.
fn point(recording: &Recording, twin: &Run, change: f64) -> Option<Point> {
    let real = recording.states.iter().rev().find(|state| state.at < change)?;
    let quiet = recording.states.iter().filter(|state| state.at <= real.at && state.at >= real.at - QUIET);
    let settled = quiet.clone().all(|state| !state.moving && state.nodes == real.nodes);
    Some(Point { real: real.clone(), twin: state(&twin.states, real.at)?.clone(), settled })
}

#[cfg(test)]
mod tests {
    use super::{Compared, Point, State, of_syncs};

    #[test]
    fn replicas_may_come_one_sync_sooner_or_later() {
        let real = [3, 3, 6, 10, 10, 10];
        let within = |twin: &[i32]| of_syncs(&real, twin).within;
        assert_eq!(within(&real), 6);
        assert_eq!((within(&[3, 6, 10, 10, 10, 10]), within(&[3, 3, 3, 6, 10, 10])), (6, 6));
        assert_eq!(within(&[3, 3, 3, 3, 6, 10]), 4);
        assert_eq!(within(&[3, 3, 6, 11, 11, 11]), 3);
        assert_eq!(within(&[3, 3]), 2);
    }

    #[test]
    fn a_run_that_never_settled_or_never_synced_agrees_with_nothing() {
        assert!(!Compared::default().agrees());
        let point = |settled| Point { real: State::default(), twin: State::default(), settled };
        assert!(!Compared { points: vec![point(false)], ..Compared::default() }.agrees());
        assert!(Compared { points: vec![point(false), point(true)], ..Compared::default() }.agrees());
        let nodes = [("c6g.large spot a".to_owned(), 1)].into();
        let other = State { nodes, ..State::default() };
        let differs = Point { real: State::default(), twin: other, settled: true };
        assert!(!Compared { points: vec![point(true), differs], ..Compared::default() }.agrees());
    }
}

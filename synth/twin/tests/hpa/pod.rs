//! A simulated pod, as the controller sees it.

use std::sync::Arc;

use synth_twin::{
    hpa::pod::{Phase, PodState, Readiness, Status},
    pods::{NodeId, Pod, Template},
    time::Time,
};

use crate::given::at;

fn created() -> Pod {
    Pod::new(Arc::new(Template::default()), at(1.2))
}

#[test]
fn a_pod_is_seen_from_its_creation_until_it_is_gone() {
    let waits = PodState { phase: Phase::Pending, deleting: false, started: None, ready: None };
    assert_eq!(PodState::of(&created()), Some(waits));
    let bound = Pod { node: Some((NodeId(0), at(3.9))), ready_changed: Some(at(3.9)), ..created() };
    let ready = |status, since| Some(Readiness { status, since });
    let pulls = PodState { started: Some(at(3.0)), ready: ready(Status::False, at(3.0)), ..waits };
    assert_eq!(PodState::of(&bound), Some(pulls));
    let started = Pod { started: Some(at(6.5)), ..bound };
    let runs = PodState { phase: Phase::Running, ..pulls };
    assert_eq!(PodState::of(&started), Some(runs));
    let ready_pod = Pod { ready: Some(at(9.999)), ready_changed: Some(at(9.999)), ..started };
    let serves = PodState { ready: ready(Status::True, at(9.0)), ..runs };
    assert_eq!(PodState::of(&ready_pod), Some(serves));
    let deleting = Pod { deleting: Some(at(20.0)), ..ready_pod };
    assert_eq!(PodState::of(&deleting), Some(PodState { deleting: true, ..serves }));
    assert_eq!(PodState::of(&Pod { gone: Some(at(30.0)), ..deleting }), None);
}

#[test]
fn whole_seconds_are_cut_off_before_the_zero_too() {
    assert_eq!([1_999, 1_000, 0, -1, -1_000].map(|at| Time(at).whole_second().0), [1_000, 1_000, 0, -1_000, -1_000]);
}

//! Who is tried next, and when again.

use std::sync::Arc;

use synth_twin::{
    pods::PodId,
    scheduler::{Attempt, Event, Queue},
    time::Time,
};

use crate::world::{World, asking, by_zone, node, spread};

fn second(second: f64) -> Time {
    Time::seconds(second)
}

/// A failure for want of room.
fn failure(pod: usize) -> Attempt {
    let mut world = World::new(vec![node("n1", "a", 100, 100)]);
    let id = world.waiting(&Arc::new(asking("a", 200, 1)));
    Attempt { pod: PodId(pod), ..world.tried(id) }
}

#[test]
fn the_higher_priority_is_first_and_then_the_earlier() {
    let mut queue = Queue::default();
    for (pod, priority, at) in [(0, 0, 0.0), (1, 100, 1.0), (2, 0, 0.5), (3, 100, 0.9)] {
        queue.add(PodId(pod), priority, second(at));
    }
    let order: Vec<_> = std::iter::from_fn(|| queue.take(second(2.0))).map(|pod| pod.0).collect();
    assert_eq!(order, [3, 1, 0, 2]);
}

#[test]
fn a_pod_that_failed_waits_for_what_may_help_it() {
    let mut queue = Queue::default();
    queue.add(PodId(0), 0, second(0.0));
    assert_eq!(queue.take(second(0.0)), Some(PodId(0)));
    queue.failed(&failure(0), second(0.0));
    assert_eq!(queue.take(second(1.0)), None);
    queue.happened(Event::PodBound, second(1.0));
    assert_eq!(queue.take(second(1.0)), None, "that one more is bound makes no room");
    queue.happened(Event::PodGone, second(1.5));
    assert_eq!(queue.take(second(1.5)), Some(PodId(0)));
    queue.remove(PodId(0));
    assert!(queue.is_empty());
}

#[test]
fn a_bound_pod_may_help_one_that_a_spread_refused() {
    let mut world = World::new(vec![node("n1", "a", 1000, 1000)]);
    let template = spread(asking("a", 1, 1), synth_twin::pods::Spread { min_domains: Some(2), ..by_zone("a") });
    world.running(&template, 0, 0, 1);
    let id = world.waiting(&template);
    let attempt = world.tried(id);
    let mut queue = Queue::default();
    queue.add(id, 0, second(0.0));
    queue.take(second(0.0));
    queue.failed(&attempt, second(0.0));
    queue.happened(Event::PodBound, second(5.0));
    assert_eq!(queue.take(second(5.0)), Some(id));
}

#[test]
fn with_nothing_else_to_do_a_back_off_is_not_waited_for_but_others_come_first() {
    let mut queue = Queue::default();
    queue.add(PodId(0), 1000, second(0.0));
    queue.take(second(0.0));
    queue.failed(&failure(0), second(0.0));
    queue.happened(Event::NodeAdded, second(0.1));
    queue.add(PodId(1), 0, second(0.2));
    assert_eq!(queue.take(second(0.2)), Some(PodId(1)), "the back-off ends with the second 1");
    assert_eq!(queue.take(second(0.2)), Some(PodId(0)));
}

#[test]
fn back_offs_double_from_one_second_to_ten_and_end_with_a_whole_second() {
    let mut queue = Queue::default();
    queue.add(PodId(0), 1000, second(0.0));
    let mut now = 0.0;
    for wait in [1.0, 2.0, 4.0, 8.0, 10.0, 10.0] {
        assert_eq!(queue.take(second(now)), Some(PodId(0)));
        queue.failed(&failure(0), second(now));
        queue.happened(Event::NodeAdded, second(now));
        // One of no priority is tried before it until its back-off is over, and after it from then on.
        let end = (now + wait).floor() + 1.0;
        for (at, first) in [(end - 0.01, PodId(1)), (end, PodId(0))] {
            let mut queue = queue.clone();
            queue.add(PodId(1), 0, second(at));
            assert_eq!(queue.take(second(at)), Some(first), "at {at} after {now}");
        }
        now = end;
    }
}

#[test]
fn after_five_minutes_a_pod_is_tried_again_without_a_reason() {
    let mut queue = Queue::default();
    queue.add(PodId(0), 0, second(0.0));
    queue.take(second(0.0));
    queue.failed(&failure(0), second(1.0));
    assert_eq!(queue.next(), Some(second(301.0)));
    assert_eq!(queue.take(second(300.9)), None);
    assert_eq!(queue.take(second(301.0)), Some(PodId(0)));
}

#[test]
fn a_pod_that_is_deleted_is_not_tried() {
    let mut queue = Queue::default();
    for pod in 0..3 {
        queue.add(PodId(pod), 0, second(0.0));
    }
    queue.remove(PodId(1));
    queue.take(second(0.0));
    queue.failed(&failure(0), second(0.0));
    queue.happened(Event::NodeChanged, second(0.0));
    queue.remove(PodId(0));
    assert_eq!(queue.len(), 1);
    let order: Vec<_> = std::iter::from_fn(|| queue.take(second(9.0))).map(|pod| pod.0).collect();
    assert_eq!(order, [2]);
}

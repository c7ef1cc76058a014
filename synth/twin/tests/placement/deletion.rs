//! How many pods a `ReplicaSet` makes, and which it deletes.

use std::sync::Arc;

use synth_twin::{
    pods::{NodeId, Pod, PodId, Template},
    replicaset::{BURST, Change, change, first_to_go},
    time::Time,
};

use crate::world::{asking, pod};

/// At the second 100,000 of the simulation.
const NOW: Time = Time(100_000_000);

/// A ready pod on a node, since so many seconds before now.
fn ready(node: usize, age: i64) -> Pod {
    let since = Some(Time(NOW.0 - age * 1000));
    Pod { node: Some((NodeId(node), Time::ZERO)), started: since, ready: since, ..pod(&Arc::new(asking("a", 1, 1))) }
}

fn costing(pod: Pod, deletion_cost: i64) -> Pod {
    Pod { template: Arc::new(Template { deletion_cost, ..(*pod.template).clone() }), ..pod }
}

/// The order in which they go, all of one set, with their places as ids.
fn order(pods: &[Pod]) -> Vec<usize> {
    let all: Vec<_> = (0..pods.len()).map(PodId).collect();
    first_to_go(pods, &all, &all, NOW, |id| id.0 as u128).into_iter().map(|id| id.0).collect()
}

#[test]
fn one_look_makes_or_deletes_500_pods_at_most() {
    assert_eq!(change(3, 3), Change::Nothing);
    assert_eq!(change(7, 3), Change::Create(4));
    assert_eq!(change(3, 7), Change::Delete(4));
    assert_eq!(change(2000, 0), Change::Create(BURST));
    assert_eq!(change(0, 2000), Change::Delete(BURST));
}

#[test]
fn unassigned_then_pending_then_not_ready_then_ready() {
    let mut pods = vec![ready(0, 9), ready(1, 9), ready(2, 9), ready(3, 9)];
    pods[1].ready = None;
    pods[2].ready = None;
    pods[2].started = None;
    pods[3] = Pod { node: None, started: None, ready: None, ..pods[3].clone() };
    assert_eq!(order(&pods), [3, 2, 1, 0]);
}

#[test]
fn a_low_deletion_cost_goes_before_a_doubled_up_or_younger_pod_and_after_one_that_is_not_ready() {
    let mut pods =
        vec![ready(0, 90_000), ready(0, 9), costing(ready(1, 90_000), -1), costing(ready(1, 9), 7), ready(2, 9)];
    pods[4].ready = None;
    pods[4] = costing(pods[4].clone(), 100);
    assert_eq!(order(&pods), [4, 2, 1, 0, 3]);
}

#[test]
fn the_more_of_them_are_on_a_node_the_sooner_they_go_however_old_they_are() {
    let pods = [ready(0, 90_000), ready(0, 80_000), ready(0, 20), ready(1, 60_000), ready(1, 5), ready(2, 1)];
    // Ranks 3, 3, 3, 2, 2, 1; within a rank the younger by bucket: 20 s is 2³⁴ ns, 80,000 and 90,000 s are 2⁴⁶ both: by id.
    assert_eq!(order(&pods), [2, 0, 1, 4, 3, 5]);
}

#[test]
fn pods_of_the_deployments_other_sets_count_even_if_they_are_not_ready_but_not_if_they_leave() {
    let mut pods = vec![ready(0, 90_000), ready(1, 5), ready(0, 5)];
    pods[2].ready = None;
    let own = [PodId(0), PodId(1)];
    let all = [PodId(0), PodId(1), PodId(2)];
    let order = |pods: &[Pod]| first_to_go(pods, &own, &all, NOW, |id| id.0 as u128);
    assert_eq!(order(&pods), [PodId(0), PodId(1)]);
    pods[2].deleting = Some(NOW);
    assert_eq!(order(&pods), [PodId(1), PodId(0)]);
}

#[test]
fn ages_are_compared_by_powers_of_two_of_their_nanoseconds() {
    // 8.589 s are 2³³ ns: 8 s is in 2³², 9 s and 17 s in 2³³, 18 s in 2³⁴.
    assert_eq!(order(&[ready(0, 9), ready(1, 8)]), [1, 0]);
    assert_eq!(order(&[ready(0, 17), ready(1, 9)]), [0, 1], "one bucket: by id");
    assert_eq!(order(&[ready(0, 18), ready(1, 17)]), [1, 0]);
    assert_eq!(order(&[ready(0, 9), ready(1, -1)]), [1, 0], "ready a moment after now is youngest");
}

#[test]
fn of_one_second_the_more_restarts_go_first_and_then_the_later_made() {
    let mut pods = [ready(0, 100), ready(1, 100), ready(2, 100), ready(3, 100)];
    pods[1].restarts = 2;
    pods[2].restarts = 1;
    pods[0].created = Time(NOW.0 - 200_000);
    pods[3].created = Time(NOW.0 - 3_000_000);
    for index in [1, 2] {
        pods[index].created = Time(NOW.0 - 3_000_000);
    }
    assert_eq!(order(&pods), [1, 2, 0, 3]);
}

#[test]
fn milliseconds_of_one_second_are_one_moment() {
    let at =
        |millisecond: i64, restarts| Pod { ready: Some(Time(NOW.0 - 5000 + millisecond)), restarts, ..ready(0, 0) };
    assert_eq!(order(&[at(0, 0), at(999, 1)]), [1, 0], "by restarts");
    assert_eq!(order(&[at(0, 1), at(999, 0)]), [0, 1]);
}

/// The seed's run: two pods on the old node, the newer one 400 s ready, and one on each of two nodes that were bought later.
#[test]
fn the_seeds_four_pods_go_doubled_up_first_and_then_youngest() {
    let mut pods = vec![ready(0, 40_000), ready(0, 400), ready(1, 340), ready(2, 120)];
    let mut gone = Vec::new();
    while pods.iter().any(|pod| pod.deleting.is_none()) {
        let own: Vec<_> = (0..pods.len()).map(PodId).filter(|id| pods[id.0].deleting.is_none()).collect();
        let first = first_to_go(&pods, &own, &own, NOW, |id| id.0 as u128)[0];
        pods[first.0].deleting = Some(NOW);
        gone.push(first.0);
    }
    // The newer of the two on one node; then 120 s (2³⁶) before 340 s (2³⁸); then 340 s before 40,000 s (2⁴⁵).
    assert_eq!(gone, [1, 3, 2, 0]);
}

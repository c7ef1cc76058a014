//! The `ReplicaSet` controller: how many pods it makes or deletes at once, and which it deletes first.
//!
//! Sources: `pkg/controller/controller_utils.go` and `pkg/controller/replicaset` of Kubernetes 1.36.

use std::{cmp::Ordering, collections::BTreeMap};

use crate::{
    pods::{NodeId, Pod, PodId},
    time::Time,
};

/// Most pods that one look makes or deletes (`BurstReplicas`).
pub const BURST: usize = 500;

/// What a `ReplicaSet` does about its number of pods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing: it has as many as it should.
    Nothing,
    /// It makes so many.
    Create(usize),
    /// It deletes so many of [`first_to_go`].
    Delete(usize),
}

/// What one look of a `ReplicaSet` with so many active pods does that should have `replicas`.
pub fn change(replicas: usize, active: usize) -> Change {
    match replicas.cmp(&active) {
        Ordering::Equal => Change::Nothing,
        Ordering::Greater => Change::Create((replicas - active).min(BURST)),
        Ordering::Less => Change::Delete((active - replicas).min(BURST)),
    }
}

/// Does a pod count as its `ReplicaSet`'s? What leaves does not.
pub fn is_active(pod: &Pod) -> bool {
    pod.deleting.is_none() && pod.gone.is_none()
}

/// The pods of a `ReplicaSet` in the order in which it would delete them.
///
/// `own` are its active pods, `related` all pods of its Deployment's `ReplicaSet`s, its own among them: a pod goes sooner the more of
/// those are on its node. Pods of one bucket of age go by their unique ids, which are chance: `uid` gives them.
pub fn first_to_go(
    pods: &[Pod],
    own: &[PodId],
    related: &[PodId],
    now: Time,
    uid: impl Fn(PodId) -> u128,
) -> Vec<PodId> {
    let mut doubled: BTreeMap<Option<NodeId>, usize> = BTreeMap::new();
    for id in related.iter().filter(|id| is_active(&pods[id.0])) {
        *doubled.entry(place(&pods[id.0])).or_default() += 1;
    }
    let ranked = |id: &PodId| (*id, doubled.get(&place(&pods[id.0])).copied().unwrap_or_default());
    let mut order: Vec<_> = own.iter().map(ranked).collect();
    let by_state = |pod: &Pod| (pod.node.is_some(), pod.started.is_some(), pod.ready.is_some());
    let compare = |(one, one_doubled): (PodId, usize), (other, other_doubled): (PodId, usize)| {
        let (a, b) = (&pods[one.0], &pods[other.0]);
        let by_uid = || uid(one).cmp(&uid(other));
        by_state(a)
            .cmp(&by_state(b))
            .then_with(|| a.template.deletion_cost.cmp(&b.template.deletion_cost))
            .then_with(|| other_doubled.cmp(&one_doubled))
            .then_with(|| match a.ready.zip(b.ready) {
                Some((a, b)) => younger(a, b, now).unwrap_or_else(by_uid),
                None => Ordering::Equal,
            })
            .then_with(|| b.restarts.cmp(&a.restarts))
            .then_with(|| younger(a.created, b.created, now).unwrap_or_else(by_uid))
    };
    // The rules are no total order: of pods of one bucket, some are told apart by their ids and some by their restarts. Each is
    // moved forward as far as it comes before its neighbour, which is how the controller sorts up to twelve.
    for end in 1..order.len() {
        let mut at = end;
        while at > 0 && compare(order[at], order[at - 1]) == Ordering::Less {
            order.swap(at, at - 1);
            at -= 1;
        }
    }
    order.into_iter().map(|(id, _)| id).collect()
}

fn place(pod: &Pod) -> Option<NodeId> {
    pod.node.map(|(node, _)| node)
}

/// Which of two moments makes a pod go sooner: the later one, if their ages differ on a logarithmic scale. `Equal` is the same second,
/// `None` the same bucket.
fn younger(one: Time, other: Time, now: Time) -> Option<Ordering> {
    // The API server keeps whole seconds.
    let second = |time: Time| time.0.div_euclid(1000);
    if second(one) == second(other) {
        return Some(Ordering::Equal);
    }
    match bucket(second(one), now).cmp(&bucket(second(other), now)) {
        Ordering::Equal => None,
        unequal => Some(unequal),
    }
}

/// The logarithm of an age in nanoseconds, to the base 2 and without its fraction; of one that is to come, -1.
fn bucket(second: i64, now: Time) -> i64 {
    let nanoseconds = i128::from(now.0 - second * 1000) * 1_000_000;
    u128::try_from(nanoseconds).ok().and_then(u128::checked_ilog2).map_or(-1, i64::from)
}

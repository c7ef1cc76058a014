//! A `Deployment`'s rolling update: how many pods each of its revisions shall have.

use super::{Engine, cluster::Owner};
use crate::{pods::Pod, time::Time};

impl Engine {
    /// Says how many pods each revision of a workload shall have now.
    pub(super) fn roll_on(&mut self, workload: usize) {
        let now = self.now;
        let owner = &mut self.cluster.owners[workload];
        let [.., _, _] = owner.sets.as_slice() else {
            owner.sets[0].replicas = owner.seen;
            return;
        };
        let newest = owner.sets.len() - 1;
        let old: usize = owner.sets[..newest].iter().map(|set| set.replicas).sum();
        if old == 0 {
            owner.sets[newest].replicas = owner.seen;
            return;
        }
        grow(owner, newest);
        shrink(owner, newest, &self.cluster.pods, now);
    }
}

/// The newest revision grows as far as the surge lets it.
fn grow(owner: &mut Owner, newest: usize) {
    let all: usize = owner.sets.iter().map(|set| set.replicas).sum();
    let most = owner.seen + whole(owner.rollout.surge.up(signed(owner.seen)));
    let set = &mut owner.sets[newest];
    if set.replicas > owner.seen {
        set.replicas = owner.seen;
    }
    set.replicas += most.saturating_sub(all).min(owner.seen - set.replicas);
}

/// The old ones shrink as far as enough pods stay available: first those that are not, then the oldest.
fn shrink(owner: &mut Owner, newest: usize, pods: &[Pod], now: Time) {
    let min_ready = owner.min_ready();
    let unavailable = {
        let most = owner.rollout.unavailable.down(signed(owner.seen));
        // Both may not be nothing, or nothing would ever move.
        let none = most == 0 && owner.rollout.surge.up(signed(owner.seen)) == 0;
        whole(if none { 1 } else { most })
    };
    let least = owner.seen.saturating_sub(unavailable);
    let available = |set: &super::cluster::Set| {
        set.live(pods).filter(|id| pods[id.0].ready.is_some_and(|at| now - at >= min_ready)).count()
    };
    let ready: Vec<usize> = owner.sets.iter().map(available).collect();
    let all: usize = owner.sets.iter().map(|set| set.replicas).sum();
    let new_unready = owner.sets[newest].replicas.saturating_sub(ready[newest]);
    let mut spare = all.saturating_sub(least + new_unready);
    for (set, ready) in owner.sets[..newest].iter_mut().zip(&ready) {
        let unready = set.replicas.saturating_sub(*ready).min(spare);
        set.replicas -= unready;
        spare -= unready;
    }
    let mut spare = ready.iter().sum::<usize>().saturating_sub(least);
    for (set, ready) in owner.sets[..newest].iter_mut().zip(&ready) {
        let fewer = set.replicas.min(*ready).min(spare);
        set.replicas -= fewer;
        spare -= fewer;
    }
}

fn signed(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn whole(number: i64) -> usize {
    usize::try_from(number).unwrap_or(0)
}

//! What stands against nodes for pods that wait: it is asked of the very simulation that found none, with one limit less each time.

use std::sync::Arc;

use super::{Engine, Kind, event::Limit};
use crate::{
    catalogue::Unavailable,
    karpenter::{Pool, View, provision::Question},
    pods::PodId,
};

impl Engine {
    /// Says of each kind of pods for which nothing can be bought what stands against it.
    pub(super) fn say_wants(&mut self, unschedulable: &[PodId]) {
        let mut pods: Vec<PodId> = Vec::new();
        for id in unschedulable {
            let template = |id: &PodId| Arc::as_ptr(&self.cluster.pods[id.0].template);
            if !pods.iter().any(|known| template(known) == template(id)) {
                pods.push(*id);
            }
        }
        for pod in pods {
            for limit in self.wants(pod) {
                self.log(Kind::Wants(pod, limit));
            }
        }
    }

    /// What stands against a node for this pod by itself; nothing where it would get one, or where none would do.
    fn wants(&self, pod: PodId) -> Vec<Limit> {
        let Some(karpenter) = &self.karpenter else { return Vec::new() };
        let view = Self::view(self.now, &self.cluster, karpenter);
        let fits = |pools: &[Pool], unavailable: &Unavailable| {
            let view = View { pools, unavailable, ..view };
            Question { pods: &[pod], ..Question::default() }.answer(view).unschedulable.is_empty()
        };
        if fits(view.pools, view.unavailable) {
            return Vec::new();
        }
        let without = |drop: fn(&mut Pool)| {
            let mut pools = view.pools.to_vec();
            pools.iter_mut().for_each(drop);
            fits(&pools, view.unavailable)
        };
        if without(|pool| pool.limit_cpu = None) {
            return vec![Limit::Cpu];
        }
        if without(|pool| pool.limit_memory = None) {
            return vec![Limit::Memory];
        }
        if without(|pool| (pool.limit_cpu, pool.limit_memory, pool.limit_nodes) = (None, None, None)) {
            return vec![Limit::Pools];
        }
        if fits(view.pools, &Unavailable::default()) {
            let lately = |at| self.now - at <= Unavailable::HOLDS + Unavailable::CLEANED;
            return self.refusals.iter().filter(|(_, at)| lately(**at)).map(|(limit, _)| *limit).collect();
        }
        Vec::new()
    }
}

//! In which order pods are tried.

use std::collections::{HashMap, VecDeque};

use crate::{karpenter::View, pods::PodId, random::mix};

/// Pods that still have no place. One that fails goes to the end, until all in turn have failed.
pub(super) struct Queue {
    pods: VecDeque<PodId>,
    /// How long the queue was when a pod went to its end.
    failed: HashMap<PodId, usize>,
}

impl Queue {
    /// The largest first: by processor time, then by memory, then by the second of creation. Karpenter goes by UID, which is chance,
    /// where all of these are equal; here by number, or by lots that are not 0.
    pub(super) fn new(view: View<'_>, pods: &[PodId], lots: u64) -> Self {
        let mut pods = pods.to_vec();
        pods.sort_by_key(|id| {
            let pod = &view.pods[id.0];
            let asked = pod.template.requests;
            (-asked.cpu, -asked.memory, pod.created.0.div_euclid(1000), lot(*id, lots), *id)
        });
        Self { pods: pods.into(), failed: HashMap::new() }
    }

    pub(super) fn pop(&mut self) -> Option<PodId> {
        let next = self.pods.front()?;
        // Nothing has changed since it last failed.
        if self.failed.get(next) == Some(&self.pods.len()) {
            return None;
        }
        self.pods.pop_front()
    }

    pub(super) fn push(&mut self, pod: PodId) {
        self.pods.push_back(pod);
        self.failed.insert(pod, self.pods.len());
    }

    pub(super) fn left(self) -> Vec<PodId> {
        self.pods.into()
    }
}

/// Where a pod stands among its like.
fn lot(PodId(id): PodId, lots: u64) -> u64 {
    if lots == 0 { 0 } else { mix(lots ^ mix(id as u64)) }
}

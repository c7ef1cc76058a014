//! Which nodes hold a workload's image: the score `ImageLocality`.

use std::collections::{BTreeMap, BTreeSet};

use super::MOST;
use crate::{pods::NodeId, resources::MEBIBYTE};

/// Images below this count for nothing (kube-scheduler: `minThreshold`, 23 MiB).
const LEAST_SIZE: i64 = 23 * MEBIBYTE;
/// And above this for no more (`maxContainerThreshold`, 1,000 MiB).
const MOST_SIZE: i64 = 1000 * MEBIBYTE;

/// The images that nodes hold, by workload.
#[derive(Clone, Debug, Default)]
pub(super) struct Images {
    all: BTreeMap<String, (i64, BTreeSet<NodeId>)>,
}

impl Images {
    pub(super) fn pulled(&mut self, workload: &str, node: NodeId, bytes: i64) {
        let image = self.all.entry(workload.to_owned()).or_default();
        image.0 = bytes;
        image.1.insert(node);
    }

    pub(super) fn score(&self, workload: &str, node: NodeId, nodes: usize) -> i64 {
        match self.all.get(workload) {
            Some((bytes, on)) if on.contains(&node) => image_locality(*bytes, on.len(), nodes),
            _ => 0,
        }
    }
}

/// What an image of so many bytes is worth on a node that holds it, by how many of all nodes do.
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "as kube-scheduler reckons")]
pub fn image_locality(bytes: i64, holding: usize, nodes: usize) -> i64 {
    let share = holding as f64 / nodes.max(1) as f64;
    let worth = (bytes as f64 * share) as i64;
    MOST * (worth.clamp(LEAST_SIZE, MOST_SIZE) - LEAST_SIZE) / (MOST_SIZE - LEAST_SIZE)
}

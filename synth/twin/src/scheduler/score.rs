//! How well each node that takes a pod does so: the scores of kube-scheduler, each up to 100, and their weights.

use super::{
    MOST,
    cluster::{Cluster, as_scored},
    images::Images,
    kinds::Kind,
    nearness::{pod_affinity, spread},
};
use crate::{
    pods::{Node, NodeId},
    resources::Resources,
};

/// What a node scores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Score {
    /// The node.
    pub node: NodeId,
    /// All parts by their weights.
    pub total: i64,
    /// What it is made of.
    pub parts: Parts,
}

/// The single scores, each from 0 to 100, before they are weighed. Their names are the plugins'.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// `TaintToleration`: few taints `PreferNoSchedule`.
    pub taints: i64,
    /// `NodeAffinity`: preferred node affinity.
    pub node_affinity: i64,
    /// `PodTopologySpread`: few of its like in the domain.
    pub spread: i64,
    /// `InterPodAffinity`: few pods that one would rather keep away from.
    pub pod_affinity: i64,
    /// `NodeResourcesFit`, by `LeastAllocated`: much room.
    pub room: i64,
    /// `NodeResourcesBalancedAllocation`: CPU and memory used alike.
    pub balance: i64,
    /// `ImageLocality`: the image is there.
    pub image: i64,
}

impl Parts {
    /// The plugins' weights in the default profile, 1.36.
    fn weighed(&self) -> i64 {
        3 * self.taints
            + 2 * self.node_affinity
            + 2 * self.spread
            + 2 * self.pod_affinity
            + self.room
            + self.balance
            + self.image
    }
}

/// Scores the nodes that take a pod.
pub(super) fn scores(cluster: &Cluster, nodes: &[Node], kind: Kind, taking: &[NodeId], images: &Images) -> Vec<Score> {
    let template = cluster.kinds.template(kind);
    let facts = |node: &NodeId| cluster.facts(kind, *node);
    let mut taints: Vec<_> = taking.iter().map(|node| facts(node).disliked).collect();
    to_most(&mut taints);
    let mut preferred: Vec<_> = taking.iter().map(|node| facts(node).preferred).collect();
    to_most(&mut preferred);
    let spread = spread(cluster, kind, taking);
    let pod_affinity = pod_affinity(cluster, kind, taking);
    let scored = as_scored(template);
    let of = |(index, node): (usize, &NodeId)| {
        let (room, allocatable) = (&cluster.rooms[node.0], nodes[node.0].allocatable);
        let parts = Parts {
            taints: MOST - taints[index],
            node_affinity: preferred[index],
            spread: spread[index],
            pod_affinity: pod_affinity[index],
            room: least_allocated(room.scored + scored, allocatable),
            balance: balanced(room.requested, template.requests, allocatable),
            image: images.score(&template.workload, *node, cluster.order().len()),
        };
        Score { node: *node, total: parts.weighed(), parts }
    };
    taking.iter().enumerate().map(of).collect()
}

/// Stretches scores so that the highest becomes the most; none do where all are nothing.
fn to_most(scores: &mut [i64]) {
    let highest = scores.iter().copied().max().unwrap_or_default();
    if highest > 0 {
        for score in scores {
            *score = *score * MOST / highest;
        }
    }
}

/// The mean of the shares of CPU and memory that would be left, in whole hundredths.
pub fn least_allocated(requested: Resources, allocatable: Resources) -> i64 {
    let pairs = [(requested.cpu, allocatable.cpu), (requested.memory, allocatable.memory)];
    let known = pairs.iter().filter(|(_, all)| *all > 0);
    let left = known.clone().map(|&(used, all)| if used > all { 0 } else { (all - used) * MOST / all });
    let many = i64::try_from(known.count()).unwrap_or(2);
    left.sum::<i64>().checked_div(many).unwrap_or_default()
}

/// How alike CPU and memory are used, and whether the pod makes them more so.
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "as kube-scheduler reckons")]
pub fn balanced(requested: Resources, asked: Resources, allocatable: Resources) -> i64 {
    if asked.cpu == 0 && asked.memory == 0 {
        return 0;
    }
    let even = |used: Resources| {
        let pairs = [(used.cpu, allocatable.cpu), (used.memory, allocatable.memory)];
        let shares: Vec<_> =
            pairs.iter().filter(|(_, all)| *all > 0).map(|(used, all)| (*used as f64 / *all as f64).min(1.0)).collect();
        let deviation = if let [cpu, memory] = shares[..] { ((cpu - memory) / 2.0).abs() } else { 0.0 };
        ((1.0 - deviation) * MOST as f64) as i64
    };
    let (before, after) = (even(requested), even(requested + asked));
    MOST / 2 + (MOST / 2 + after - before) / 2
}

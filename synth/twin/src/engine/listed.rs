//! What a simulation of Karpenter's begins with: the pods that it is about, and the cluster as it was, where it takes its time.

use super::cluster::Cluster;
use crate::{
    karpenter::{
        There, View,
        disrupt::{self, Sight},
    },
    pods::{Node, NodeId, Pod, PodId},
};

/// The pods that a simulation is about.
#[derive(Debug)]
pub(super) struct Listed {
    /// Those that wait, and then those of nodes that go.
    pub(super) pods: Vec<PodId>,
    /// How many of them wait.
    pub(super) pending: usize,
    /// The nodes that go.
    pub(super) marked: Vec<NodeId>,
    /// The cluster of that moment, where it is another by the time it is looked at.
    pub(super) seen: Option<Seen>,
}

impl Listed {
    pub(super) fn of(sight: Sight<'_>) -> Self {
        let mut pods: Vec<PodId> = disrupt::pending(sight.view).collect();
        let pending = pods.len();
        let (leaving, marked) = disrupt::leaving(sight);
        pods.extend(leaving);
        Self { pods, pending, marked, seen: None }
    }
}

/// Pods and nodes as they were.
#[derive(Debug)]
pub(super) struct Seen {
    pods: Vec<Pod>,
    nodes: Vec<Node>,
    pods_there: Vec<PodId>,
    nodes_there: Vec<NodeId>,
}

impl Seen {
    pub(super) fn of(cluster: &Cluster) -> Self {
        Self {
            pods: cluster.pods.clone(),
            nodes: cluster.nodes.clone(),
            pods_there: cluster.pods_there.clone(),
            nodes_there: cluster.nodes_there.clone(),
        }
    }

    /// What is seen now, with pods and nodes as they were.
    pub(super) fn view<'a>(&'a self, now: View<'a>) -> View<'a> {
        let there = Some(There { pods: &self.pods_there, nodes: &self.nodes_there });
        View { pods: &self.pods, nodes: &self.nodes, there, ..now }
    }
}

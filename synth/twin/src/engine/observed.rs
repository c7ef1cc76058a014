//! What an observer reads of a simulation.

use super::{Engine, Event};
use crate::{
    karpenter::{
        Claim,
        launch::{Choice, Fleet},
    },
    pods::{Node, NodeId, Pod, PodId},
    time::Time,
};

impl Engine {
    /// The moment that it has come to.
    pub fn now(&self) -> Time {
        self.now
    }

    /// When something is due next, if nobody acts from outside.
    pub fn next(&self) -> Option<Time> {
        self.due.next()
    }

    /// Every pod there ever was.
    pub fn pods(&self) -> &[Pod] {
        &self.cluster.pods
    }

    /// Every node and claim there ever was.
    pub fn nodes(&self) -> &[Node] {
        &self.cluster.nodes
    }

    /// The pods of a node that are not gone.
    pub fn pods_on(&self, node: NodeId) -> &[PodId] {
        &self.cluster.on_node[node.0]
    }

    /// The pods of a workload that are not gone, of all its revisions.
    pub fn pods_of(&self, workload: usize) -> impl Iterator<Item = PodId> {
        self.cluster.owners[workload].sets.iter().flat_map(|set| set.pods.iter().copied())
    }

    /// What Karpenter asked for when it made the claim of a node.
    pub fn claim_of(&self, node: NodeId) -> Option<&Claim> {
        self.cluster.claims[node.0].as_ref()
    }

    /// What AWS was asked for when the claim was bought.
    pub fn fleet_of(&self, node: NodeId) -> Option<&Fleet> {
        self.cluster.fleets[node.0].as_ref()
    }

    /// The place of a node among those of a recording, where one is replayed.
    pub fn recorded_as(&self, node: NodeId) -> Option<usize> {
        self.pace.recorded_as(node)
    }

    /// What can be bought.
    pub fn catalogue(&self) -> &crate::catalogue::Catalogue {
        &self.cluster.catalogue
    }

    /// How AWS chooses among what it has; the cheapest at first.
    pub fn choose(&mut self, choice: Choice) {
        self.choice = choice;
    }

    /// What happened so far.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// What happened since it was last asked.
    pub fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    /// Has a pod a node and no address?
    pub fn lacks_address(&self, pod: PodId) -> bool {
        self.cluster.about[pod.0].addressed == Some(false)
    }

    /// Does a quota hold a workload's pods back?
    pub fn is_over_quota(&self, workload: usize) -> bool {
        self.cluster.owners[workload].held
    }
}

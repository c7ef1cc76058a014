//! What became of pods and nodes in a run of the experiment.

use crate::{
    engine::Departure,
    karpenter::{Reason, Version},
    pods::{NodeId, PodId},
    replay::seed::Step,
    time::{Span, Time},
};

/// A run with the printed CPU as input. Its times are the age of the proxy's autoscaler.
#[derive(Clone, Debug, PartialEq)]
pub struct Printed {
    /// Whose Karpenter.
    pub version: Version,
    /// The minute of the first row.
    pub first: Time,
    /// Where in its 15 s the sync of that minute is.
    pub sync: Span,
    /// The zones.
    pub zones: Vec<String>,
    /// Every sync of the proxy's autoscaler from the first row on.
    pub steps: Vec<Step>,
    /// Every sync of the mock's.
    pub mock_steps: Vec<Step>,
    /// Pods of both services, in the order in which they were made.
    pub pods: Vec<PodStory>,
    /// Karpenter's nodes, in the order in which they were bought.
    pub nodes: Vec<NodeStory>,
    /// What Karpenter's disruption did.
    pub commands: Vec<Command>,
    /// What there was, once a second from the first row on.
    pub seconds: Vec<Counts>,
}

/// A pod.
#[derive(Clone, Debug, PartialEq)]
pub struct PodStory {
    /// Its place in the engine.
    pub id: PodId,
    /// Its `Deployment`.
    pub service: &'static str,
    /// When it was made.
    pub created: Time,
    /// Its node, and since when.
    pub bound: Option<(NodeId, Time)>,
    /// When it was ready.
    pub ready: Option<Time>,
    /// Why it was told to go, and when.
    pub told: Option<(Departure, Time)>,
}

/// A node of Karpenter's.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeStory {
    /// Its place in the engine.
    pub id: NodeId,
    /// Its zone.
    pub zone: String,
    /// When it was bought.
    pub bought: Time,
    /// When Karpenter had seen that it is ready.
    pub ready: Option<Time>,
    /// When it was told to go.
    pub told: Option<Time>,
    /// When it was gone.
    pub gone: Option<Time>,
}

/// A command of Karpenter's disruption.
#[derive(Clone, Debug, PartialEq)]
pub struct Command {
    /// When it was carried out.
    pub at: Time,
    /// Why.
    pub reason: Reason,
    /// The nodes that go.
    pub nodes: Vec<NodeId>,
    /// Pods that have to move.
    pub pods: usize,
}

/// Nodes of Karpenter's and ready pods of the proxy, in each zone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Nodes that are paid for.
    pub nodes: Vec<u32>,
    /// Pods that are not told to go.
    pub pods: Vec<u32>,
}

/// A change of the proxy's replicas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decided {
    /// The sync.
    pub at: Time,
    /// The next one, which finds it done: a row is printed then.
    pub found: Time,
    /// Replicas before.
    pub from: i32,
    /// Replicas after.
    pub to: i32,
}

impl Printed {
    pub(super) fn new(version: Version, (first, sync): (Time, Span), zones: Vec<String>) -> Self {
        Self {
            version,
            first,
            sync,
            zones,
            steps: Vec::new(),
            mock_steps: Vec::new(),
            pods: Vec::new(),
            nodes: Vec::new(),
            commands: Vec::new(),
            seconds: Vec::new(),
        }
    }

    /// Every change of the proxy's replicas.
    pub fn decided(&self) -> Vec<Decided> {
        let pairs = self.steps.windows(2).filter(|pair| pair[0].decision.desired != pair[0].replicas);
        let decided = |pair: &[Step]| {
            let (step, next) = (&pair[0], &pair[1]);
            Decided { at: step.at, found: next.at, from: step.replicas, to: step.decision.desired }
        };
        pairs.map(decided).collect()
    }

    /// The sync that a row of this time is taken for.
    pub fn step(&self, at: Time) -> Option<&Step> {
        self.steps.iter().find(|step| step.at >= at + self.sync)
    }

    /// Pods of a service.
    pub fn pods_of(&self, service: &str) -> impl Iterator<Item = &PodStory> {
        self.pods.iter().filter(move |pod| pod.service == service)
    }

    /// A node by its place among Karpenter's, from 1 on.
    pub fn number(&self, id: NodeId) -> Option<usize> {
        self.nodes.iter().position(|node| node.id == id).map(|place| place + 1)
    }

    /// The pods that were on a node at a time and not told to go.
    pub fn on(&self, node: NodeId, at: Time) -> impl Iterator<Item = &PodStory> {
        self.pods.iter().filter(move |pod| {
            pod.bound.is_some_and(|(on, since)| on == node && since <= at) && pod.told.is_none_or(|(_, told)| told > at)
        })
    }

    /// The pods that took the place of those of a command, and their nodes.
    pub fn moved(&self, command: &Command) -> Vec<(&PodStory, NodeId)> {
        let evicted = |pod: &&PodStory| {
            let left = |(node, _): (NodeId, Time)| command.nodes.contains(&node);
            pod.bound.is_some_and(left)
                && pod.told.is_some_and(|(why, at)| why == Departure::Evicted && at >= command.at)
        };
        let replaced = |gone: &PodStory| {
            let told = gone.told.map(|(_, at)| at)?;
            let next = self.pods_of(gone.service).find(|pod| pod.created >= told)?;
            Some((next, next.bound?.0))
        };
        self.pods.iter().filter(evicted).filter_map(replaced).collect()
    }
}

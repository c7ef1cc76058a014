//! How long things take that no controller decides, and which of several equals is taken.
//!
//! A replay sets them from a recording; otherwise they are settings, the same each time or drawn from a seed.

use std::collections::BTreeMap;

use crate::{
    engine::chance::Chance,
    karpenter::{Claim, Plan},
    pods::{Node, NodeId, Pod},
    time::{Span, Time},
};

/// A pod by its workload, and how many were made of that before it.
#[derive(Clone, Copy, Debug)]
pub struct Whose<'a> {
    /// The workload, without its revision.
    pub workload: &'a str,
    /// How many of its pods were made before.
    pub ordinal: usize,
}

/// What chance or a machine's speed decides in a real cluster.
pub trait Pace {
    /// The place of a node among those of a recording, where one is replayed.
    fn recorded_as(&self, _: NodeId) -> Option<usize> {
        None
    }
    /// From a change of a workload's replicas until its controllers have seen it.
    fn react(&mut self, workload: &str, now: Time) -> Span;
    /// From a controller's wish for a pod to the pod.
    fn create(&mut self, whose: Whose<'_>, now: Time) -> Span;
    /// From the pod to the scheduler's first look at it.
    fn look(&mut self, whose: Whose<'_>, now: Time) -> Span;
    /// The moment before which the scheduler does not get to bind it, which would be to one of these nodes.
    fn bind(&mut self, whose: Whose<'_>, best: &[NodeId], now: Time) -> Time;
    /// From its binding to its container's start, the image's pull within.
    fn start(&mut self, whose: Whose<'_>) -> Span;
    /// From its start to ready.
    fn ready(&mut self, whose: Whose<'_>) -> Span;
    /// From the moment at which it is told to go until it is gone; not longer than its grace.
    fn stop(&mut self, whose: Whose<'_>, pod: &Pod) -> Span;
    /// Which of these nodes of equal score it gets.
    fn tie(&mut self, whose: Whose<'_>, equals: &[NodeId], nodes: &[Node]) -> NodeId;
    /// From an eviction that a budget allows to the pod's deletion, where another of the same budget is under way or else not.
    fn evict(&mut self, whose: Whose<'_>, node: NodeId, conflicts: bool, now: Time) -> Span;
    /// Where it stands among equals that its workload could delete: the lowest go first.
    fn uid(&mut self, whose: Whose<'_>, node: Option<NodeId>, now: Time) -> u64;
    /// Karpenter chooses by lots among equally good zones, and which of equal pods comes first: a plan for any number but 0 is one that it
    /// would make.
    fn draw(&mut self, now: Time, plan: &dyn Fn(u64) -> Plan) -> Plan;
    /// From the list of the nodes and of the pods that wait, so many, to the count of where others are: what happens between is in that alone.
    fn list(&mut self, _: usize, _: Time) -> Span {
        Span::ZERO
    }
    /// How long a simulation of so many pods takes.
    fn think(&mut self, pods: usize, now: Time) -> Span;
    /// A claim was made.
    fn claimed(&mut self, node: NodeId, claim: &Claim, now: Time);
    /// From the claim to the call that buys it.
    fn order(&mut self, node: NodeId, now: Time) -> Span;
    /// From the call to the instance.
    fn launch(&mut self, node: NodeId, now: Time) -> Span;
    /// From the instance to the kubelet's registration.
    fn boot(&mut self, node: NodeId, now: Time) -> Span;
    /// From there to ready.
    fn prepare(&mut self, node: NodeId, now: Time) -> Span;
    /// From there until Karpenter has seen it.
    fn notice(&mut self, node: NodeId, now: Time) -> Span;
    /// From the moment at which a pod comes to a node or is told to go until Karpenter notes it: no time, unless it is known.
    fn note(&mut self, _: NodeId, _: Time) -> Span {
        Span::ZERO
    }
    /// From the moment at which a node could be consolidated until Karpenter has noticed.
    fn ripen(&mut self, node: NodeId, at: Time) -> Span;
    /// From the termination of the instance until it is gone.
    fn vanish(&mut self, node: NodeId) -> Span;
    /// From there, once it is asked for, until node and claim are.
    fn finish(&mut self, node: NodeId, now: Time) -> Span;
    /// From a change of the pool, or else of the image, until the node is found to have drifted.
    fn drift(&mut self, node: NodeId, image: bool, now: Time) -> Span;
    /// How long a look of the disruption loop takes that tries each node: no time, unless it is known.
    fn lasts(&mut self, _: Time) -> Span {
        Span::ZERO
    }
    /// How long the disruption loop pauses when it did nothing: its own pause, and what a pass takes.
    fn pause(&mut self, pause: Span, now: Time) -> Span;
    /// Where a node stands among equals that Karpenter could take away: the lowest go first.
    fn rank(&mut self, node: NodeId) -> i64;
}

/// A span that is drawn: always at least `least`; half are below `median`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Draw {
    /// Seconds.
    pub least: f64,
    /// Seconds; without a spread, each time.
    pub median: f64,
    /// Standard deviation of the logarithm of what is beyond the least; 0 is no chance at all.
    pub spread: f64,
}

impl Draw {
    /// The same each time, in seconds.
    pub const fn fixed(seconds: f64) -> Self {
        Self { least: 0.0, median: seconds, spread: 0.0 }
    }

    /// A span.
    pub fn draw(self, chance: &mut Chance) -> Span {
        if self.spread == 0.0 {
            return Span::seconds(self.median);
        }
        Span::seconds(self.least + (self.median - self.least) * (self.spread * chance.normal()).exp())
    }
}

/// Settings of how long things take.
#[derive(Clone, Debug)]
pub struct Delays {
    /// A controller's reaction.
    pub create: Draw,
    /// The scheduler's.
    pub look: Draw,
    /// Sandbox, network, image and container.
    pub start: Draw,
    /// From start to ready, the first probe within.
    pub ready: Draw,
    /// How long a pod takes to stop.
    pub stop: Draw,
    /// From a claim to the call.
    pub order: Draw,
    /// From the call to the instance.
    pub launch: Draw,
    /// From the instance to its kubelet's registration.
    pub boot: Draw,
    /// From there to ready.
    pub prepare: Draw,
    /// From there until Karpenter has seen it: its controller sleeps a second after each change.
    pub notice: Draw,
    /// From an instance's termination until it is gone.
    pub vanish: Draw,
}

impl Default for Delays {
    /// Medians as measured: launch to registration 28 s (p90 40 s, at least 18 s) and 4 to 10 s to ready on EKS, 30 to 60 s of
    /// shutting down; a controller's reaction 10 to 50 ms.
    fn default() -> Self {
        Self {
            create: Draw { least: 0.01, median: 0.03, spread: 0.3 },
            look: Draw::fixed(0.005),
            start: Draw { least: 0.5, median: 2.0, spread: 0.4 },
            ready: Draw::fixed(1.0),
            stop: Draw::fixed(30.0),
            order: Draw { least: 0.1, median: 0.2, spread: 0.3 },
            launch: Draw { least: 1.0, median: 1.5, spread: 0.3 },
            boot: Draw { least: 18.0, median: 28.0, spread: 0.62 },
            prepare: Draw { least: 4.0, median: 6.0, spread: 0.5 },
            notice: Draw { least: 0.05, median: 0.5, spread: 0.5 },
            vanish: Draw { least: 30.0, median: 40.0, spread: 0.5 },
        }
    }
}

/// A pace by settings and a seed.
#[derive(Clone, Debug)]
pub struct Seeded {
    delays: Delays,
    seed: u64,
    streams: BTreeMap<String, Chance>,
}

impl Seeded {
    /// What these settings say; equal seeds give equal spans.
    pub fn new(delays: Delays, seed: u64) -> Self {
        Self { delays, seed, streams: BTreeMap::new() }
    }

    /// The lots of a workload, or of Karpenter, are its own: one more pod of another one draws no other lots for it.
    fn of(&mut self, name: &str) -> &mut Chance {
        if !self.streams.contains_key(name) {
            // FNV-1a: equal names are equal on every machine.
            let own = name.bytes().fold(0xCBF2_9CE4_8422_2325, |hash: u64, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
            });
            self.streams.insert(name.to_owned(), Chance::new(self.seed ^ own));
        }
        self.streams.get_mut(name).expect("it was put there")
    }
}

/// Whose lots those of nodes are.
const NODES: &str = "karpenter";

impl Pace for Seeded {
    fn react(&mut self, name: &str, _: Time) -> Span {
        self.delays.create.draw(self.of(name))
    }

    fn create(&mut self, whose: Whose<'_>, _: Time) -> Span {
        self.delays.create.draw(self.of(whose.workload))
    }

    fn look(&mut self, whose: Whose<'_>, _: Time) -> Span {
        self.delays.look.draw(self.of(whose.workload))
    }

    fn bind(&mut self, _: Whose<'_>, _: &[NodeId], now: Time) -> Time {
        now
    }

    fn start(&mut self, whose: Whose<'_>) -> Span {
        self.delays.start.draw(self.of(whose.workload))
    }

    fn ready(&mut self, whose: Whose<'_>) -> Span {
        self.delays.ready.draw(self.of(whose.workload))
    }

    fn stop(&mut self, whose: Whose<'_>, _: &Pod) -> Span {
        self.delays.stop.draw(self.of(whose.workload))
    }

    fn tie(&mut self, whose: Whose<'_>, equals: &[NodeId], _: &[Node]) -> NodeId {
        equals[self.of(whose.workload).below(equals.len())]
    }

    /// The API server tries again after half a second (`EvictionsRetry`).
    fn evict(&mut self, _: Whose<'_>, _: NodeId, conflicts: bool, _: Time) -> Span {
        if conflicts { Span(500) } else { Span::ZERO }
    }

    fn uid(&mut self, whose: Whose<'_>, _: Option<NodeId>, _: Time) -> u64 {
        self.of(whose.workload).next()
    }

    fn draw(&mut self, _: Time, plan: &dyn Fn(u64) -> Plan) -> Plan {
        plan(self.of(NODES).next() | 1)
    }

    /// As measured: a twentieth of a second, and 5 to 10 s for 1800 pods.
    fn think(&mut self, pods: usize, _: Time) -> Span {
        Span(50 + 3 * i64::try_from(pods).unwrap_or(0))
    }

    fn claimed(&mut self, _: NodeId, _: &Claim, _: Time) {}

    fn order(&mut self, _: NodeId, _: Time) -> Span {
        self.delays.order.draw(self.of(NODES))
    }

    fn launch(&mut self, _: NodeId, _: Time) -> Span {
        self.delays.launch.draw(self.of(NODES))
    }

    fn boot(&mut self, _: NodeId, _: Time) -> Span {
        self.delays.boot.draw(self.of(NODES))
    }

    fn prepare(&mut self, _: NodeId, _: Time) -> Span {
        self.delays.prepare.draw(self.of(NODES))
    }

    fn notice(&mut self, _: NodeId, _: Time) -> Span {
        self.delays.notice.draw(self.of(NODES))
    }

    fn ripen(&mut self, _: NodeId, _: Time) -> Span {
        Span(20)
    }

    fn vanish(&mut self, _: NodeId) -> Span {
        self.delays.vanish.draw(self.of(NODES))
    }

    fn finish(&mut self, _: NodeId, _: Time) -> Span {
        Span(500)
    }

    /// A pool is seen at once; an image within the minute for which its name's meaning is remembered.
    fn drift(&mut self, _: NodeId, image: bool, _: Time) -> Span {
        if image { Span::seconds(60.0) } else { Span::seconds(0.1) }
    }

    fn pause(&mut self, pause: Span, _: Time) -> Span {
        pause
    }

    fn rank(&mut self, node: NodeId) -> i64 {
        i64::try_from(node.0).unwrap_or(i64::MAX)
    }
}

//! The cluster as discrete events: controllers, scheduler, kubelets and Karpenter over pods and nodes.
//!
//! Time goes from event to event, in whole milliseconds; nothing is done where nothing happens. Outside parties (an autoscaler, faults) act
//! through [`Engine`]'s methods between two [`Engine::run_until`], and read pods, nodes and [`Engine::events`].

pub mod chance;
pub mod event;
pub mod pace;
pub mod world;

mod account;
mod budgets;
mod buying;
mod cluster;
mod disruption;
mod kubelet;
mod leader;
mod leaving;
mod listed;
mod nodes;
mod observed;
mod outside;
mod queue;
mod rollout;
mod scheduling;
mod wants;
mod workloads;

pub use event::{Cause, Departure, Disruption, Event, Kind, Limit};
pub use outside::Shortage;
pub use pace::{Delays, Draw, Pace, Seeded, Whose};
pub use world::{Bounds, Keeps, PodBudget, Quota, Rollout, Workload, World};

use std::collections::BTreeMap;

use crate::{
    karpenter::{
        Claim, There, View,
        controller::Controller,
        disrupt::{Command, Search},
        launch::Choice,
        memory::Clock,
    },
    network::Addresses,
    pods::{NodeId, PodId},
    scheduler::{self, Scheduler, Ties},
    time::{Span, Time},
};

use cluster::Cluster;
use queue::Queue;

/// A simulation under way.
pub struct Engine {
    now: Time,
    due: Queue<Happening>,
    cluster: Cluster,
    scheduler: Scheduler,
    waiting: scheduler::Queue,
    /// When the scheduler looks next.
    cycle_at: Option<Time>,
    karpenter: Option<Controller>,
    leader: Option<leader::Leader>,
    running: Vec<Running>,
    /// When a pod of each budget was last evicted.
    evicted: BTreeMap<usize, Time>,
    pace: Box<dyn Pace>,
    shortages: Vec<Shortage>,
    addresses: Addresses,
    /// When AWS last refused something, for what.
    refusals: BTreeMap<Limit, Time>,
    choice: Choice,
    names: usize,
    looks: u64,
    events: Vec<Event>,
}

/// A command of Karpenter's that waits for its replacements.
struct Running {
    command: Command,
    replacements: Vec<NodeId>,
    began: Time,
    over: bool,
}

/// What is to happen.
#[derive(Debug)]
enum Happening {
    /// A workload's controller looks.
    Sync(usize),
    /// A workload's controller has seen that it is scaled.
    Scaled(usize, usize),
    /// A pod that a controller asked for is there.
    Created { workload: usize, set: usize, ordinal: usize },
    /// A pod gets to the scheduler.
    Queued(PodId),
    /// The scheduler looks.
    Cycle,
    /// A pod whose binding the scheduler did not get to is tried again.
    Bindable(PodId),
    /// A pod without an address asks for one again.
    Addressed(PodId),
    /// A container starts.
    Started(PodId),
    /// A pod is ready.
    Ready(PodId),
    /// A pod that was told to go is gone.
    Stopped(PodId),
    /// An eviction is asked for.
    Evict(PodId, Span),
    /// A node that is not ready any more sends its pods away.
    Unreachable(NodeId),
    /// Pods that bear it no longer leave.
    Unborne(PodId, NodeId),
    /// A pod triggers Karpenter once more.
    PodTriggers(PodId),
    /// A node that goes does.
    NodeTriggers(NodeId),
    /// The window of a batch could be over.
    BatchEnds,
    /// A simulation that takes its time has come to count where pods are.
    Simulate(Box<listed::Listed>),
    /// A simulation is over.
    Planned(Vec<Claim>),
    /// A claim is bought.
    Ordered(NodeId),
    /// It has an instance.
    Launched(NodeId),
    /// The instance's kubelet joins.
    Registered(NodeId),
    /// The node is ready: pods are bound to it.
    NodeReady(NodeId),
    /// Karpenter has seen that it is.
    Initialized(NodeId),
    /// Karpenter notes that a pod came to a node, or is told to go.
    Noted(NodeId),
    /// The claim did not launch or register in time.
    Overdue(NodeId, bool),
    /// Karpenter finds that a node has drifted.
    Drifted(NodeId),
    /// A node is as old as it may be.
    Expired(NodeId),
    /// The disruption loop looks.
    Look(u64),
    /// A look that takes its time tries the next node.
    Search(Box<Search>, Span),
    /// What it decided is validated, and then the methods after it look.
    Validate(Box<Command>, usize),
    /// A command looks after its replacements.
    Command(usize),
    /// A drain is looked at.
    Drain(NodeId, Time),
    /// An instance is gone.
    Vanished(NodeId),
    /// It is asked whether it is.
    Asked(NodeId),
    /// Node and claim are gone.
    Finished(NodeId),
    /// One of Karpenter's pods takes over.
    Lead,
    /// An announced interruption comes.
    Reclaimed(NodeId),
}

impl Engine {
    /// A simulation of this world. What is standing is placed before its zero.
    pub fn new(world: World, pace: Box<dyn Pace>, ties: Ties) -> Self {
        let karpenter = world.karpenter.clone().map(Controller::new);
        let mut engine = Self {
            now: Time::ZERO,
            due: Queue::new(),
            scheduler: Scheduler::new(ties),
            waiting: scheduler::Queue::default(),
            cycle_at: None,
            running: Vec::new(),
            evicted: BTreeMap::new(),
            karpenter,
            leader: None,
            pace,
            shortages: Vec::new(),
            addresses: Addresses::new(world.bounds.subnets.clone()),
            refusals: BTreeMap::new(),
            choice: Choice::Cheapest,
            names: 0,
            looks: 0,
            events: Vec::new(),
            cluster: Cluster::new(world),
        };
        engine.begin();
        engine
    }

    /// Lets time pass, and all happen that is due by then.
    pub fn run_until(&mut self, until: Time) {
        while let Some((at, what)) = self.due.pop(until) {
            self.now = self.now.max(at);
            self.happen(what);
        }
        self.now = self.now.max(until);
    }

    fn happen(&mut self, what: Happening) {
        let Some(what) = self.hold(what) else { return };
        match what {
            Happening::Sync(workload) => self.sync(workload),
            Happening::Scaled(workload, replicas) => self.scaled(workload, replicas),
            Happening::Created { workload, set, ordinal } => self.created(workload, set, ordinal),
            Happening::Queued(pod) | Happening::Bindable(pod) => self.queued(pod),
            Happening::Cycle => self.cycle(),
            Happening::Addressed(pod) => self.address(pod),
            Happening::Started(pod) => self.started(pod),
            Happening::Ready(pod) => self.ready(pod),
            Happening::Stopped(pod) => self.stopped(pod),
            Happening::Evict(pod, wait) => self.evict(pod, wait),
            Happening::Unreachable(node) => self.unreachable(node),
            Happening::Unborne(pod, node) => self.unborne(pod, node),
            Happening::PodTriggers(pod) => self.pod_triggers(pod),
            Happening::NodeTriggers(node) => self.node_triggers(node),
            Happening::BatchEnds => self.batch_ends(),
            Happening::Simulate(listed) => self.simulate(&listed),
            Happening::Planned(claims) => self.planned(claims),
            Happening::Ordered(node) => self.ordered(node),
            Happening::Launched(node) => self.launched(node),
            Happening::Registered(node) => self.registered(node),
            Happening::NodeReady(node) => self.node_ready(node),
            Happening::Initialized(node) => self.initialized(node),
            Happening::Noted(node) => self.noted(node),
            Happening::Overdue(node, launch) => self.overdue(node, launch),
            Happening::Drifted(node) => self.drifted(node),
            Happening::Expired(node) => self.expired(node),
            Happening::Look(number) => self.look(number),
            Happening::Search(search, each) => self.search(*search, each),
            Happening::Validate(command, next) => self.validate(*command, next),
            Happening::Command(place) => self.command(place),
            Happening::Drain(node, since) => self.drain(node, since),
            Happening::Vanished(node) => self.vanished(node),
            Happening::Asked(node) => self.asked(node),
            Happening::Finished(node) => self.node_gone(node),
            Happening::Lead => self.lead(),
            Happening::Reclaimed(node) => self.reclaimed(node),
        }
    }

    fn after(&mut self, wait: Span, what: Happening) {
        self.due.push(self.now + wait, what);
    }

    fn log(&mut self, kind: Kind) {
        self.events.push(Event { at: self.now, kind });
    }

    fn clock(&self) -> Clock {
        Clock { epoch: self.cluster.epoch }
    }

    /// The cluster as Karpenter sees it.
    fn view<'a>(now: Time, cluster: &'a Cluster, karpenter: &'a Controller) -> View<'a> {
        View {
            now,
            pods: &cluster.pods,
            nodes: &cluster.nodes,
            there: Some(There { pods: &cluster.pods_there, nodes: &cluster.nodes_there }),
            pools: &cluster.pools,
            daemons: &cluster.daemons,
            catalogue: &cluster.catalogue,
            unavailable: &cluster.unavailable,
            settings: &karpenter.settings,
        }
    }

    /// Something changed that Karpenter's loop looks at.
    fn stir(&mut self) {
        if let Some(karpenter) = &mut self.karpenter {
            karpenter.changes.stir();
        }
    }

    /// The cluster changed in a way that could make consolidation possible.
    fn changed(&mut self) {
        if let Some(karpenter) = &mut self.karpenter {
            karpenter.changes.changed(self.now);
        }
    }
}

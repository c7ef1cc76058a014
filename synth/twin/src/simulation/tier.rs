//! A service under load: which of its pods get how much, and what becomes of it.

use super::setup::Balancer;
use crate::{
    metrics::server::{Container, Server},
    network::{Connections, Leaving},
    pods::{NodeId, Pod, PodId},
    service::{self, Latency, Offer, Resident, State, Target, Tick},
    time::{Span, Time},
};

/// A ready pod is an endpoint of its Service within a second.
const ENDPOINT: Span = Span::whole_seconds(1);

/// A node that does not answer is `NotReady` after this (`--node-monitor-grace-period`), and its pods are no endpoints any more.
const UNREADY: Span = Span::whole_seconds(50);

/// What counts of a core: pods with about as much are reckoned together.
const PART_OF_A_CORE: f64 = 0.05;

/// A pod is held against so many that were reckoned before it.
const RECENT: usize = 16;

/// A service and its pods.
pub(super) struct Tier {
    pub(super) name: String,
    /// Its place among the engine's workloads.
    pub(super) workload: usize,
    pub(super) service: service::Service,
    pub(super) leaving: Leaving,
    pub(super) members: Vec<Member>,
    /// How long the target behind it takes, as it was a second ago.
    pub(super) target: Target,
    /// The share of what it sends on that fails there, as it was a second ago.
    pub(super) failing: f64,
    entry: Entry,
    memory: Resident,
    /// One for all zones, or one for each.
    sets: Vec<Connections>,
}

/// Where its requests come from.
#[derive(Clone, Copy)]
pub(super) enum Entry {
    /// A load balancer.
    Balancer(Balancer),
    /// A Service inside the cluster.
    Cluster,
}

/// A pod that has started.
pub(super) struct Member {
    pub(super) id: PodId,
    pub(super) node: NodeId,
    pub(super) zone: usize,
    pub(super) container: Container,
    /// Processor seconds since its start.
    pub(super) used: f64,
    /// Requests that it has answered or refused since then.
    pub(super) handled: f64,
    pub(super) in_flight: f64,
    pub(super) memory: Resident,
    /// Thousandths of a vCPU that it asks for.
    pub(super) request: i64,
    state: State,
    /// When it becomes a target, and ceases to be one.
    joins: Time,
    leaves: Option<Time>,
    /// When it was told to go.
    told: Option<Time>,
    /// The second, of its set's clock, in which it became one.
    joined: Option<i64>,
    /// It does not answer any more.
    dead: bool,
    /// What it took of its node in the last second, and what was there for it, in cores.
    pub(super) busy: f64,
    pub(super) cores: f64,
}

/// What became of a second's requests.
#[derive(Clone, Debug, Default)]
pub(super) struct Outcome {
    pub(super) answered: f64,
    pub(super) refused: f64,
    pub(super) failed: f64,
    pub(super) forwarded: f64,
    pub(super) cpu: f64,
    pub(super) in_flight: f64,
    /// Times of those answered, and how many.
    pub(super) latencies: Vec<(Latency, f64)>,
    pub(super) opened: f64,
}

impl Tier {
    pub(super) fn new(name: &str, workload: usize, entry: Entry, zones: usize, of: &super::setup::Service) -> Self {
        let sets = if matches!(entry, Entry::Balancer(Balancer { cross_zone: false, .. })) { zones } else { 1 };
        Self {
            name: name.to_owned(),
            workload,
            service: of.model.clone(),
            leaving: of.leaving,
            members: Vec::new(),
            target: Target::NONE,
            failing: 0.0,
            entry,
            memory: of.memory,
            sets: (0..sets).map(|_| Connections::new(of.kept)).collect(),
        }
    }

    /// A pod's container has started.
    pub(super) fn started(&mut self, id: PodId, pod: &Pod, zone: usize, container: Container) {
        let Some((node, _)) = pod.node else { return };
        self.members.push(Member {
            id,
            node,
            zone,
            container,
            used: 0.0,
            handled: 0.0,
            in_flight: 0.0,
            memory: self.memory,
            request: pod.template.requests.cpu,
            state: State::default(),
            joins: Time(i64::MAX),
            leaves: None,
            told: None,
            joined: None,
            dead: false,
            busy: 0.0,
            cores: 1.0,
        });
    }

    /// It is ready: some time later it is a target.
    pub(super) fn ready(&mut self, id: PodId, at: Time) {
        let joins = match self.entry {
            Entry::Balancer(balancer) => balancer.registration.traffic(at),
            Entry::Cluster => at + ENDPOINT,
        };
        if let Some(member) = self.member(id) {
            member.joins = joins;
        }
    }

    /// It was told to go: it ceases to be a target as soon as everybody knows, or its clients have gone elsewhere.
    pub(super) fn told_to_go(&mut self, id: PodId, at: Time, seconds_between_requests: f64) {
        let moved = self.leaving.moved(seconds_between_requests);
        let leaves = match self.entry {
            Entry::Balancer(_) => at + moved,
            Entry::Cluster => at + moved.min(Span(self.leaving.signal.0 + ENDPOINT.0)),
        };
        if let Some(member) = self.member(id) {
            member.leaves = Some(leaves);
            member.told = Some(at);
        }
    }

    /// Its node does not answer any more: it gets requests until somebody finds out.
    pub(super) fn lost(&mut self, id: PodId, at: Time) {
        let found = match self.entry {
            Entry::Balancer(balancer) => balancer.unhealthy,
            Entry::Cluster => UNREADY,
        };
        if let Some(member) = self.member(id) {
            member.dead = true;
            member.leaves = Some(member.leaves.map_or(at + found, |leaves| leaves.min(at + found)));
        }
    }

    /// It is gone.
    pub(super) fn gone(&mut self, id: PodId, server: &mut Server) {
        let Some(place) = self.members.iter().position(|member| member.id == id) else { return };
        let member = self.members.remove(place);
        server.remove(member.container);
        self.leave(&member);
    }

    fn member(&mut self, id: PodId) -> Option<&mut Member> {
        self.members.iter_mut().find(|member| member.id == id)
    }

    fn set_of(&self, zone: usize) -> usize {
        if self.sets.len() > 1 { zone } else { 0 }
    }

    fn leave(&mut self, member: &Member) {
        if let Some(joined) = member.joined {
            let set = self.set_of(member.zone);
            self.sets[set].leave(joined);
        }
    }

    /// Lets pods join and leave that are to by now.
    fn settle(&mut self, now: Time) {
        for place in 0..self.members.len() {
            let member = &self.members[place];
            let leaves = member.leaves.is_some_and(|leaves| leaves <= now);
            let set = self.set_of(member.zone);
            if leaves && let Some(joined) = member.joined {
                self.sets[set].leave(joined);
                self.members[place].joined = None;
            } else if !leaves && member.joined.is_none() && member.joins <= now {
                self.sets[set].join(1.0);
                self.members[place].joined = Some(self.sets[set].now());
            }
        }
        // Those that joined together are reckoned together.
        self.members.sort_by_key(|member| (member.joined, member.zone, member.id));
    }

    /// A second passes in which so many requests come over so many connections. `free` says how many cores a node has for a member.
    pub(super) fn tick(&mut self, now: Time, offered: f64, connections: f64, free: impl Fn(&Member) -> f64) -> Outcome {
        self.settle(now);
        let mut outcome = Outcome::default();
        let occupied: Vec<bool> = (0..self.sets.len())
            .map(|set| self.members.iter().any(|of| of.joined.is_some() && self.set_of(of.zone) == set))
            .collect();
        let ways = occupied.iter().filter(|occupied| **occupied).count();
        #[expect(clippy::cast_precision_loss, reason = "zones")]
        let part = 1.0 / ways.max(1) as f64;
        for (set, _) in self.sets.iter_mut().zip(&occupied).filter(|(_, occupied)| **occupied) {
            outcome.opened += set.tick(connections * part);
        }
        if ways == 0 {
            outcome.failed = offered;
        } else {
            outcome.failed += self.unheard(now, outcome.opened).min(offered);
        }
        let mut reckoned: Vec<(Offer, State, State, Tick)> = Vec::new();
        let (target, failing) = (self.target, self.failing);
        for place in 0..self.members.len() {
            let member = &self.members[place];
            let set = &self.sets[self.set_of(member.zone)];
            let (own, all) = member.joined.map_or((0.0, 0.0), |joined| (set.of(joined), set.all()));
            let rate = if all > 0.0 { offered * part * own / all } else { 0.0 };
            if member.dead {
                outcome.failed += rate;
                self.members[place].busy = 0.0;
                continue;
            }
            // More than its workers can use is as good as that: pods of roomy nodes are alike.
            let cores = (free(member) / PART_OF_A_CORE).floor().max(1.0) * PART_OF_A_CORE;
            let cores = cores.min(self.service.workers.count());
            let offer = Offer { rate, cores, target };
            let member = &mut self.members[place];
            let alike = |of: &&(Offer, State, State, Tick)| of.0 == offer && of.1 == member.state;
            let tick = if let Some((.., after, tick)) = reckoned.iter().rev().take(RECENT).find(alike) {
                member.state = *after;
                *tick
            } else {
                let before = member.state;
                let tick = member.state.tick(&self.service, &offer, 1.0);
                reckoned.push((offer, before, member.state, tick));
                tick
            };
            member.used += tick.cpu;
            member.busy = tick.cpu;
            member.cores = cores;
            member.handled += tick.answered + tick.refused;
            member.in_flight = tick.in_flight;
            member.memory.hold(own);
            let through = tick.answered * (1.0 - failing);
            outcome.answered += through;
            outcome.refused += tick.refused;
            outcome.failed += tick.failed + tick.answered - through;
            outcome.forwarded += tick.forwarded;
            outcome.cpu += tick.cpu;
            outcome.in_flight += tick.in_flight;
            outcome.latencies.push((tick.latency, through));
        }
        outcome
    }

    /// New connections of a second that the balancer still sends to pods that have closed: each fails.
    fn unheard(&self, now: Time, opened: f64) -> f64 {
        if self.leaving.unheard() <= 0.0 {
            return 0.0;
        }
        let closed = |told: Time| told + self.leaving.closed <= now && now < told + self.leaving.late;
        let closed = self.members.iter().filter(|member| !member.dead && member.told.is_some_and(closed)).count();
        let open = self.members.iter().filter(|member| member.joined.is_some()).count();
        #[expect(clippy::cast_precision_loss, reason = "counts of pods")]
        let share = closed as f64 / (closed + open).max(1) as f64;
        opened * share
    }
}

//! A service under load: which of its pods get how much, and what becomes of it.

mod second;

use super::{setup::Balancer, trace::Lost};
use crate::{
    metrics::server::{Container, Server},
    network::{Connections, Leaving},
    pods::{NodeId, Pod, PodId},
    service::{self, Latency, Resident, State, Target},
    time::{Span, Time},
};

/// A ready pod is an endpoint of its Service within a second.
const ENDPOINT: Span = Span::whole_seconds(1);

/// A node that does not answer is `NotReady` after this (`--node-monitor-grace-period`), and its pods are no endpoints any more.
const UNREADY: Span = Span::whole_seconds(50);

/// Somebody may join or leave at once.
const UNSETTLED: Time = Time(i64::MIN);

/// As it is written down.
#[expect(clippy::cast_possible_truncation, reason = "what is drawn and printed needs no more digits")]
pub(super) fn narrow(number: f64) -> f32 {
    number as f32
}

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
    /// Requests that waited in pods which stopped, not told of yet.
    dropped: f64,
    entry: Entry,
    memory: Resident,
    /// Its members are in the order in which they are reckoned.
    sorted: bool,
    /// Before this nobody joins or leaves.
    settled: Time,
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
    /// Its place among those that were reckoned in the last second, for itself and for all that were alike.
    kind: usize,
    /// What it took of its node in the last second, and what was there for it, in cores.
    pub(super) busy: f64,
    pub(super) cores: f64,
    /// Requests that it answered in the last second, and how many its node's network would have passed on for it.
    pub(super) through: f64,
    pub(super) passes: f64,
}

/// What became of a second's requests.
#[derive(Clone, Debug, Default)]
pub(super) struct Outcome {
    pub(super) answered: f64,
    pub(super) refused: f64,
    pub(super) failed: f64,
    /// The same by what lost them.
    pub(super) lost: Lost,
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
            dropped: 0.0,
            entry,
            memory: of.memory,
            sorted: true,
            settled: UNSETTLED,
            sets: (0..sets).map(|_| Connections::new(of.kept)).collect(),
        }
    }

    /// A pod's container has started.
    pub(super) fn started(&mut self, id: PodId, pod: &Pod, zone: usize, container: Container) {
        let Some((node, _)) = pod.node else { return };
        (self.sorted, self.settled) = (false, UNSETTLED);
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
            kind: 0,
            busy: 0.0,
            cores: 1.0,
            through: 0.0,
            passes: f64::INFINITY,
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

    /// Pods that get requests, as of the last second.
    pub(super) fn targets(&self) -> impl Iterator<Item = &Member> {
        self.members.iter().filter(|member| member.joined.is_some())
    }

    /// What its pods answered in the last second, by zone.
    pub(super) fn by_zone(&self, zones: usize) -> Vec<f64> {
        let mut sums = vec![0.0; zones];
        for member in &self.members {
            if let Some(sum) = sums.get_mut(member.zone) {
                *sum += member.through;
            }
        }
        sums
    }

    /// It was told to go: it ceases to be a target as soon as everybody knows, or its clients have gone elsewhere.
    pub(super) fn told_to_go(&mut self, id: PodId, at: Time, seconds_between_requests: f64) {
        let moved = self.leaving.moved(seconds_between_requests);
        let leaves = match self.entry {
            Entry::Balancer(_) => at + moved,
            Entry::Cluster => at + moved.min(Span(self.leaving.signal.0 + ENDPOINT.0)),
        };
        if let Some(member) = self.member(id) {
            // One whose node is silent has left already, when that was found out.
            member.leaves = Some(member.leaves.map_or(leaves, |known| known.min(leaves)));
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
            let dropped = member.state.stop();
            member.dead = true;
            member.in_flight = 0.0;
            member.leaves = Some(member.leaves.map_or(at + found, |leaves| leaves.min(at + found)));
            self.dropped += dropped;
        }
    }

    /// It is gone.
    pub(super) fn gone(&mut self, id: PodId, server: &mut Server) {
        let Some(place) = self.members.iter().position(|member| member.id == id) else { return };
        let mut member = self.members.remove(place);
        self.dropped += member.state.stop();
        server.remove(member.container);
        self.leave(&member);
    }

    /// A member that is to change: it may join or leave sooner than anybody else then.
    fn member(&mut self, id: PodId) -> Option<&mut Member> {
        self.settled = UNSETTLED;
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
        if now < self.settled {
            return;
        }
        self.settled = Time(i64::MAX);
        for place in 0..self.members.len() {
            let member = &self.members[place];
            let leaves = member.leaves.is_some_and(|leaves| leaves <= now);
            let set = self.set_of(member.zone);
            if leaves && let Some(joined) = member.joined {
                self.sets[set].leave(joined);
                self.members[place].joined = None;
                self.sorted = false;
            } else if !leaves && member.joined.is_none() && member.joins <= now {
                self.sets[set].join(1.0);
                self.members[place].joined = Some(self.sets[set].now());
                self.sorted = false;
            }
            let Member { joins, leaves, .. } = self.members[place];
            for at in [Some(joins), leaves].into_iter().flatten().filter(|at| *at > now) {
                self.settled = self.settled.min(at);
            }
        }
        // Those that joined together are reckoned together.
        if !std::mem::replace(&mut self.sorted, true) {
            self.members.sort_by_key(|member| (member.joined, member.zone, member.id));
        }
    }
}

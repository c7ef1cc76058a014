//! A platform under a load: the engine's cluster, the services' queues, the balancer and the autoscalers, second by second.
//!
//! Load and queues are a fluid that moves once a second; controllers are events in between. Before its zero the platform stands for a
//! while with the load of its first second, so that nodes and pods are where that leaves them.

mod binding;
mod build;
mod metric;
mod record;
pub mod replacement;
mod requests;
mod scaling;
pub mod search;
pub mod seed;
pub mod setup;
mod tier;
pub mod trace;
mod traffic;

pub use binding::{Binder, Binding};
pub use build::{Unfit, world};
pub use metric::Metric;

use self::{
    record::Record,
    requests::Used,
    scaling::Scaler,
    setup::Setup,
    tier::{Entry, Outcome, Tier},
    trace::Trace,
    traffic::Traffic,
};
use crate::{
    catalogue::Catalogue,
    cost,
    engine::{Engine, Kind, Seeded, Shortage},
    load::Load,
    metrics::server::{self, Server},
    network,
    pods::{Capacity, NodeId, PodId},
    scheduler::Ties,
    service::Target,
    time::{Span, Time},
};

/// How long a platform stands before a simulation's zero: nodes have come, and consolidation is over.
const BEFORE: Span = Span::whole_seconds(1200);

/// The workloads of the base nodes that others depend on here.
const KARPENTER: &str = "karpenter";
const METRICS_SERVER: &str = "metrics-server";
const KEDA: [&str; 2] = ["keda-operator", "keda-operator-metrics-apiserver"];

/// Connections that clients keep open for each request a second: the load test's plan has as many threads.
pub const CONNECTIONS: f64 = 0.25;

/// What is asked of a simulation.
#[derive(Clone, Debug)]
pub struct Options {
    /// The seed of what no code can tell.
    pub seed: u64,
    /// What pods are added by, in place of what the autoscalers say.
    pub metric: Option<Metric>,
    /// How long the last service's own answers take besides.
    pub target: Target,
    /// What goes wrong, and when.
    pub faults: Vec<(Time, Fault)>,
}

impl Default for Options {
    fn default() -> Self {
        Self { seed: 1, metric: None, target: Target::NONE, faults: Vec::new() }
    }
}

/// Something that goes wrong, or is done to the platform.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// Nothing in a zone answers any more.
    LoseZone(String),
    /// AWS takes back all Spot nodes of a pool.
    Interrupt(String),
    /// An instance type has no capacity any more.
    Refuse(Shortage),
    /// A service gets a new revision.
    Roll(String),
    /// Karpenter's node of this number, in the order of launch, is drained.
    Drain(usize),
    /// Targets take so long from now on.
    Slow(Target),
}

/// Simulates a platform under a load.
///
/// # Errors
/// Objects that make no sense, or that decide what happens and are not modelled; faults that name what is not there.
pub fn run(setup: &Setup, load: &Load, options: &Options) -> Result<Trace, Unfit> {
    Ok(Simulation::new(setup, options)?.through(load))
}

/// Whether a simulation can be made of this at all.
///
/// # Errors
/// Those of [`run`].
pub fn fit(setup: &Setup, options: &Options) -> Result<(), Unfit> {
    Simulation::new(setup, options).map(drop)
}

struct Simulation<'a> {
    setup: &'a Setup,
    engine: Engine,
    server: Server,
    /// The workload of metrics-server's pods, where they are simulated.
    metrics_server: Option<usize>,
    /// Those of KEDA's, each of which external metrics come through.
    keda: Vec<usize>,
    tiers: Vec<Tier>,
    scalers: Vec<Scaler>,
    /// Whose each pod is: its tier.
    owners: Vec<Option<usize>>,
    target: Target,
    /// What services took of each node in the last second.
    busy: Vec<Used>,
    /// The nodes of which they took something.
    used: Vec<NodeId>,
    /// Bytes a second that the network of each node always passes on.
    networks: Vec<f64>,
    revisions: usize,
    faults: Vec<(Time, Fault)>,
    record: Record,
}

impl<'a> Simulation<'a> {
    fn new(setup: &'a Setup, options: &'a Options) -> Result<Self, Unfit> {
        let world = build::world(setup)?;
        let pace = Seeded::new(setup.delays.clone(), options.seed);
        let mut engine = Engine::new(world, Box::new(pace), Ties::Seeded(options.seed));
        if let Some(workload) = engine.workload(KARPENTER) {
            engine.karpenter_runs_in(workload);
        }
        let metrics_server = engine.workload(METRICS_SERVER);
        let keda = KEDA.iter().filter_map(|name| engine.workload(name)).collect();
        let mut problems = Vec::new();
        let (mut tiers, mut scalers, mut scaled_on) = (Vec::new(), Vec::new(), Vec::new());
        for (place, service) in setup.services.iter().enumerate() {
            let name = service.deployment.metadata.name.clone().unwrap_or_default();
            let entry = if place == 0 { Entry::Balancer(setup.balancer) } else { Entry::Cluster };
            let Some(workload) = engine.workload(&name) else { continue };
            let tier = Tier::new(&name, workload, entry, setup.zones.len(), service);
            let request = tier_request(service);
            let most = service.model.most(request, &options.target);
            let places = service.model.admission.in_flight;
            let own = || (service.scaler.clone(), service.asked.clone());
            let (object, asked) = match options.metric {
                // Of a service that takes all that comes, requests in flight say nothing: it stays with its own.
                Some(Metric::InFlight) if places.is_infinite() => own(),
                Some(metric) => scaling::scaled_on(&service.scaler, metric, most, places),
                None => own(),
            };
            scaled_on.push(scaling::metrics(&object, &asked));
            // Autoscalers of one controller begin at moments of their own.
            let phase = Span(
                i64::try_from(options.seed.wrapping_mul(7919).wrapping_add(place as u64 * 4999) % 15_000)
                    .unwrap_or_default(),
            );
            match Scaler::new(&object, &asked, Time::ZERO + phase, options.seed) {
                Ok(scaler) => scalers.push(scaler),
                Err(error) => {
                    problems.push(format!("HorizontalPodAutoscaler/{name}: {}: {}", error.field, error.problem));
                }
            }
            tiers.push(tier);
        }
        problems.extend(unknown(setup, options, engine.catalogue()));
        if !problems.is_empty() {
            return Err(Unfit(problems));
        }
        let phase = Span(i64::try_from(options.seed.wrapping_mul(6131) % 15_000).unwrap_or_default());
        let settings = server::Settings { phase, seed: options.seed, ..server::Settings::default() };
        let mut faults = options.faults.clone();
        faults.sort_by_key(|(at, _)| *at);
        faults.reverse();
        Ok(Self {
            record: Record::new(setup, &tiers, scaled_on),
            setup,
            engine,
            server: Server::new(settings),
            metrics_server,
            keda,
            tiers,
            scalers,
            owners: Vec::new(),
            target: options.target,
            busy: Vec::new(),
            used: Vec::new(),
            networks: Vec::new(),
            revisions: 1,
            faults,
        })
    }

    fn through(mut self, load: &Load) -> Trace {
        let first = load.at(0.0);
        let mut now = Time::ZERO;
        while now < Time::ZERO + BEFORE {
            self.second(now, first);
            now += Span::whole_seconds(1);
        }
        self.record.begin(now, &self.engine);
        let (begun, mut usage, mut traffic) = (now, network::Usage::default(), Traffic::default());
        let (bytes, cross_zone, zones) = (self.setup.bytes, self.setup.balancer.cross_zone, self.setup.zones.len());
        for offered in load.ticks() {
            self.inject(begun, now);
            let outcomes = self.second(now, offered);
            self.record.second(now - begun, offered, &outcomes, &self.engine, &self.tiers);
            let opened = outcomes.first().map_or(0.0, |outcome| outcome.opened);
            let through = traffic.second(bytes, cross_zone, &self.tiers, &outcomes, zones);
            usage.tick(opened, connections(offered), through);
            now += Span::whole_seconds(1);
        }
        let nodes = cost::node_hours(self.engine.nodes(), begun, now);
        let moved = cost::Moved { lcu_hours: usage.lcu_hours(), ..traffic.moved(bytes) };
        let (catalogue, hours) = (self.engine.catalogue(), (now - begun).in_seconds() / 3600.0);
        let bill = cost::Bill::of(catalogue, hours, &nodes, self.setup.volume.into(), self.setup.fixed, moved);
        self.record.end(bill)
    }

    /// A second from `now` on: what is due in the cluster, what autoscalers decide, and then what requests come to.
    fn second(&mut self, now: Time, offered: f64) -> Vec<Outcome> {
        let end = now + Span::whole_seconds(1);
        loop {
            let next = self.scalers.iter().enumerate().min_by_key(|(place, scaler)| (scaler.next, *place));
            let next = next.map(|(place, scaler)| (place, scaler.next)).filter(|(_, at)| *at < end);
            let scrape = self.server.next_scrape();
            match next {
                Some((_, at)) if scrape < end && scrape <= at => self.scrape(scrape),
                None if scrape < end => self.scrape(scrape),
                Some((place, at)) => {
                    self.engine.run_until(at);
                    self.follow();
                    let (scaler, tier) = (&mut self.scalers[place], &self.tiers[place]);
                    let before = self.engine.replicas(tier.workload);
                    let heard = self.keda.iter().all(|workload| self.engine.works(*workload));
                    let decision = scaler.sync(at, &mut self.engine, tier, &self.server, heard);
                    self.record.decided(at, &tier.name, before, &decision);
                }
                None => break,
            }
        }
        self.engine.run_until(end);
        self.follow();
        self.requests(end, offered)
    }

    fn scrape(&mut self, at: Time) {
        self.engine.run_until(at);
        self.follow();
        if self.metrics_server.is_none_or(|workload| self.engine.works(workload)) {
            self.server.scrape();
        } else {
            self.server.miss();
        }
    }

    /// What happened to pods, as their services have it.
    fn follow(&mut self) {
        for event in self.engine.take_events() {
            match &event.kind {
                Kind::Created(pod) => self.created(*pod),
                Kind::Started(id) => {
                    let pod = &self.engine.pods()[id.0];
                    if let (Some(tier), Some((node, _))) = (self.owner(*id), pod.node) {
                        let zone = self.zone_of(node);
                        self.know_network(node);
                        let container = self.server.start(event.at);
                        self.tiers[tier].started(*id, &self.engine.pods()[id.0], zone, container);
                    }
                }
                Kind::Ready(id) => {
                    if let Some(tier) = self.owner(*id) {
                        self.tiers[tier].ready(*id, event.at);
                    }
                }
                Kind::Deleted(id, _) => {
                    if let Some(tier) = self.owner(*id) {
                        self.tiers[tier].told_to_go(*id, event.at, CONNECTIONS);
                    }
                }
                Kind::PodGone(id) => {
                    if let Some(tier) = self.owner(*id) {
                        self.tiers[tier].gone(*id, &mut self.server);
                    }
                }
                _ => {}
            }
            self.record.happened(&event, &self.engine);
        }
    }

    fn created(&mut self, id: PodId) {
        self.owners.resize(self.owners.len().max(id.0 + 1), None);
        // A revision follows the name.
        let name = self.engine.pods()[id.0].template.workload.rsplit_once('-').map(|(name, _)| name);
        self.owners[id.0] = self.tiers.iter().position(|tier| Some(tier.name.as_str()) == name);
    }

    fn owner(&self, id: PodId) -> Option<usize> {
        self.owners.get(id.0).copied().flatten()
    }

    fn zone_of(&self, node: NodeId) -> usize {
        let zone = &self.engine.nodes()[node.0].zone;
        self.setup.zones.iter().position(|of| of == zone).unwrap_or_default()
    }

    /// What is to go wrong by now does.
    fn inject(&mut self, begun: Time, now: Time) {
        while self.faults.last().is_some_and(|(at, _)| begun + Span(at.0) <= now) {
            let Some((_, fault)) = self.faults.pop() else { return };
            self.engine.run_until(now);
            self.record.fault(now, &fault);
            match fault {
                Fault::LoseZone(zone) => self.lose(&zone, now),
                Fault::Interrupt(pool) => {
                    for node in self.nodes_of(|node| node.capacity == Capacity::Spot, Some(&pool)) {
                        self.engine.interrupt(node);
                    }
                }
                Fault::Refuse(shortage) => self.engine.refuse_capacity(shortage),
                Fault::Roll(name) => self.roll(&name),
                Fault::Drain(number) => {
                    let nodes = self.nodes_of(|_| true, None);
                    match nodes.get(number.saturating_sub(1)) {
                        Some(node) => self.engine.drain_node(*node),
                        None => self.record.none_to_drain(now, number, nodes.len()),
                    }
                }
                Fault::Slow(target) => self.target = target,
            }
        }
    }

    fn nodes_of(&self, holds: impl Fn(&crate::pods::Node) -> bool, pool: Option<&str>) -> Vec<NodeId> {
        let pool = pool.and_then(|pool| self.engine.pool(pool));
        let nodes = self.engine.nodes().iter().enumerate();
        let there = nodes.filter(|(_, node)| {
            node.launched.is_some()
                && node.gone.is_none()
                && node.pool.is_some()
                && (pool.is_none() || node.pool == pool)
                && holds(node)
        });
        there.map(|(place, _)| NodeId(place)).collect()
    }

    fn lose(&mut self, zone: &str, now: Time) {
        self.engine.lose_zone(zone);
        for tier in &mut self.tiers {
            let place = self.setup.zones.iter().position(|of| of == zone);
            let lost: Vec<_> = tier.members.iter().filter(|of| Some(of.zone) == place).map(|of| of.id).collect();
            for id in lost {
                tier.lost(id, now);
            }
        }
    }

    fn roll(&mut self, name: &str) {
        self.revisions += 1;
        let service = self.setup.services.iter().find(|of| of.deployment.metadata.name.as_deref() == Some(name));
        let template = service.and_then(|of| build::template(of, &self.revisions.to_string(), &mut Vec::new()));
        if let Some((template, workload)) = template.zip(self.engine.workload(name)) {
            self.engine.roll(workload, template);
        }
    }
}

/// Connections that clients keep open.
fn connections(offered: f64) -> f64 {
    (offered * CONNECTIONS).max(1.0)
}

#[expect(clippy::cast_precision_loss, reason = "thousandths of a few hundred cores")]
fn cores(thousandths: i64) -> f64 {
    thousandths as f64 / 1000.0
}

/// Cores that a pod of a service asks for.
fn tier_request(service: &setup::Service) -> f64 {
    build::template(service, "1", &mut Vec::new()).map_or(1.0, |template| cores(template.requests.cpu))
}

/// What faults name that is not there.
fn unknown(setup: &Setup, options: &Options, catalogue: &Catalogue) -> Vec<String> {
    let listed = |names: &mut dyn Iterator<Item = String>| names.collect::<Vec<_>>().join("`, `");
    let names = || setup.services.iter().filter_map(|of| of.deployment.metadata.name.clone());
    let pools = || setup.pools.iter().map(|(name, _)| name.clone());
    let wrong = |(_, fault): &(Time, Fault)| match fault {
        Fault::LoseZone(zone) if !setup.zones.contains(zone) => {
            Some(format!("there is no zone `{zone}`: choose one of `{}`", setup.zones.join("`, `")))
        }
        Fault::Interrupt(pool) if !pools().any(|of| of == *pool) => {
            Some(format!("there is no pool `{pool}`: choose one of `{}`", listed(&mut pools())))
        }
        Fault::Roll(name) if !names().any(|of| of == *name) => {
            Some(format!("there is no service `{name}`: choose one of `{}`", listed(&mut names())))
        }
        Fault::Refuse(Shortage { instance_type: Some(kind), .. }) if catalogue.named(kind).is_none() => Some(format!(
            "there is no instance type `{kind}` in {}: write it as AWS does, such as `c7g.large`",
            setup.region
        )),
        Fault::Drain(0) => Some("nodes are counted from 1".to_owned()),
        Fault::Slow(target) if !(target.mean().is_finite() && target.mean() >= 0.0) => {
            Some(format!("targets cannot take {} ms: expected milliseconds from 0 on", target.mean() * 1000.0))
        }
        _ => None,
    };
    options.faults.iter().filter_map(wrong).collect()
}

//! The twin's run of what was recorded: its controllers decide, on nodes as `fake/kwok.yaml` and [`cluster::Kubelets`] have them.

mod metrics;

use std::collections::BTreeMap;

use anyhow::{Context, Result, anyhow};
use cluster::{DAEMONS, Environment};
use serde_json::Value as Json;
use stacks::{Platform, simulated};
use synth_project::Project as _;
use synth_twin::{
    engine::{Bounds, Engine, Kind, World},
    hpa::{
        Autoscaler, Reading, Replicas,
        pod::{Phase, PodState, Readiness, Sample, Status},
    },
    karpenter::Pool,
    pods::{Pod, PodId, SYSTEM_NODE_CRITICAL, Template, Toleration},
    replay::karpenter,
    resources::Resources,
    scheduler::Ties,
    simulation::{self, setup::Setup},
    time::Time,
};

use self::metrics::Metrics;
use super::{
    curve::Curve,
    recorded::{Pods, Recording, State, kind, letter},
};

/// What the account sells (`cluster/fake`).
const PRICES: &str = include_str!("../../fake/prices.csv");
/// How often load is shared anew, and the state noted, in milliseconds.
const STEP: i64 = 200;

/// What the twin came to.
pub(super) struct Run {
    /// As often as it was looked at.
    pub(super) states: Vec<State>,
    /// The replicas after each recorded sync.
    pub(super) replicas: BTreeMap<String, Vec<i32>>,
}

/// Something from outside.
enum Moment {
    Applied(usize),
    Scrape,
    Sync(usize, Time),
    Step,
}

struct Service {
    name: String,
    workload: usize,
    autoscaler: Autoscaler,
}

struct Model {
    engine: Engine,
    services: Vec<Service>,
    metrics: Metrics,
    pools: Vec<String>,
    run: Run,
}

/// Runs the recorded curve in the twin.
pub(super) fn run(recording: &Recording) -> Result<Run> {
    let curve = Curve::read(&recording.curve)?;
    let environment = Environment::fixture(&recording.environment)?;
    let platform = Platform::build(&environment.settings)?;
    let mut setup = simulated::setup(&platform);
    // The real run has none of these: nothing else runs beside the services, and what is bought has no bound.
    setup.base.nodes = 0;
    setup.base.pods.clear();
    setup.others.clear();
    setup.bounds = Bounds::default();
    let mut model = Model::new(recording, &setup)?;
    for (at, moment) in moments(recording, &model.services, curve.end()) {
        model.engine.run_until(at);
        model.follow();
        match moment {
            Moment::Applied(service) => model.engine.set_replicas(model.services[service].workload, 1),
            Moment::Scrape => model.metrics.scrape(at, model.engine.nodes()),
            Moment::Sync(service, asked) => model.sync(service, at, asked),
            Moment::Step => model.step(at, &curve),
        }
    }
    Ok(model.run)
}

impl Model {
    fn new(recording: &Recording, setup: &Setup) -> Result<Self> {
        let mut world = simulation::world(setup).map_err(|unfit| anyhow!("{unfit}"))?;
        world.pools = written_pools(&recording.karpenter)?;
        world.catalogue = world.catalogue.with_prices(PRICES).map_err(|error| anyhow!("{error}"))?;
        world.daemons = DAEMONS.iter().map(daemon).collect::<Result<_>>()?;
        world.workloads.iter_mut().for_each(|workload| workload.replicas = 0);
        world.epoch = recording.zero;
        let pools = world.pools.iter().map(|pool| pool.name.clone()).collect();
        let engine = engine(recording, world)?;
        let services = setup.services.iter().map(|service| {
            let name = service.deployment.metadata.name.clone().unwrap_or_default();
            let workload = engine.workload(&name).with_context(|| format!("there is no workload `{name}`"))?;
            let autoscaler = Autoscaler::new(&service.scaler)
                .map_err(|error| anyhow!("HorizontalPodAutoscaler/{name}: {}: {}", error.field, error.problem))?;
            Ok(Service { name, workload, autoscaler })
        });
        let services: Vec<_> = services.collect::<Result<_>>()?;
        let run = Run { states: Vec::new(), replicas: BTreeMap::new() };
        Ok(Self { engine, services, metrics: Metrics::new(), pools, run })
    }

    /// What happened to the services' pods.
    fn follow(&mut self) {
        for event in self.engine.take_events() {
            match event.kind {
                Kind::Bound(id, node) if !self.engine.pods()[id.0].template.daemon => self.metrics.bound(id, node),
                Kind::PodGone(id) => self.metrics.gone(id),
                _ => {}
            }
        }
    }

    fn sync(&mut self, place: usize, at: Time, asked: Time) {
        let Service { name, workload, autoscaler } = &mut self.services[place];
        let ids: Vec<PodId> = self.engine.pods_of(*workload).collect();
        let pods = || ids.iter().map(|id| (*id, &self.engine.pods()[id.0]));
        let states: Vec<_> = pods().map(|(_, pod)| given(pod)).collect();
        let samples = pods()
            .map(|(id, pod)| Sample { request: Some(pod.template.requests.cpu), usage: self.metrics.usage(id, asked) });
        let samples: Vec<_> = samples.collect();
        let reading = if samples.is_empty() { Reading::None } else { Reading::Pods(&samples) };
        let before = self.engine.replicas(*workload);
        let there = states.iter().filter(|state| !state.deleting).count();
        let whole = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
        let decision = autoscaler.sync(at, Replicas { asked: whole(before), there: whole(there) }, &states, &[reading]);
        self.run.replicas.entry(name.clone()).or_default().push(decision.desired);
        if decision.desired != whole(before) {
            self.engine.set_replicas(*workload, usize::try_from(decision.desired).unwrap_or_default());
        }
    }

    /// The load is shared by who is ready, and the state is noted.
    fn step(&mut self, at: Time, curve: &Curve) {
        let second = at.in_seconds();
        let mut state = State { at: second, ..State::default() };
        for node in self.engine.nodes().iter().filter(|node| node.gone.is_none()) {
            let Some(pool) = node.pool else { continue };
            state.moving |= node.initialized.is_none() || node.deleting.is_some();
            if node.present() {
                let kind = kind(&self.pools[pool.0], &node.instance_type, &node.zone);
                *state.nodes.entry(kind).or_default() += 1;
            }
        }
        for service in &self.services {
            let ids: Vec<PodId> = self.engine.pods_of(service.workload).collect();
            let there = ids.iter().filter(|id| self.engine.pods()[id.0].deleting.is_none());
            let ready: Vec<PodId> =
                there.clone().copied().filter(|id| self.engine.pods()[id.0].ready.is_some()).collect();
            let share = curve.at(&service.name, second) / (ready.len() as u64).max(1);
            let mut of = Pods {
                desired: self.engine.replicas(service.workload),
                there: there.count(),
                ready: ready.len(),
                zones: BTreeMap::new(),
            };
            for id in ready {
                self.metrics.uses(id, share);
                if let Some((node, _)) = self.engine.pods()[id.0].node {
                    *of.zones.entry(letter(&self.engine.nodes()[node.0].zone).to_owned()).or_default() += 1;
                }
            }
            state.moving |= of.ready != of.desired || of.there != of.desired;
            state.services.insert(service.name.clone(), of);
        }
        self.run.states.push(state);
    }
}

/// A pod as the fake kubelets have it: they write its start when it is ready, and no condition before.
fn given(pod: &Pod) -> PodState {
    let ready = pod.ready.map(Time::whole_second);
    PodState {
        phase: if ready.is_some() { Phase::Running } else { Phase::Pending },
        deleting: pod.deleting.is_some(),
        started: ready,
        ready: ready.map(|since| Readiness { status: Status::True, since }),
    }
}

fn moments(recording: &Recording, services: &[Service], end: f64) -> Vec<(Time, Moment)> {
    let mut all: Vec<(Time, Moment)> = Vec::new();
    for (place, service) in services.iter().enumerate() {
        let applied = recording.applied.get(&service.name).copied();
        all.extend(applied.map(|at| (Time::seconds(at), Moment::Applied(place))));
        for sync in recording.syncs.get(&service.name).into_iter().flatten() {
            let asked = Time::seconds(sync.asked.unwrap_or(sync.at));
            all.push((Time::seconds(sync.at), Moment::Sync(place, asked)));
        }
    }
    all.extend(recording.scrapes.iter().map(|at| (Time::seconds(*at), Moment::Scrape)));
    let last = Time::seconds(end).0;
    all.extend((0..last / STEP).map(|number| (Time(number * STEP), Moment::Step)));
    all.sort_by_key(|(at, _)| *at);
    all
}

fn engine(recording: &Recording, mut world: World) -> Result<Engine> {
    let written = recording.karpenter.to_string();
    let (pace, first_look) = karpenter::pace(&written, world.pools.clone()).map_err(anyhow::Error::msg)?;
    world.first_look = first_look;
    Ok(Engine::new(world, pace, Ties::ByName))
}

/// The pools as they were applied.
fn written_pools(recording: &Json) -> Result<Vec<Pool>> {
    let objects = recording["objects"].as_array().context("the recording has no pools")?;
    objects.iter().map(Pool::read).collect::<Result<_, _>>().map_err(anyhow::Error::msg)
}

fn daemon((name, cpu, memory): &(&str, u64, u64)) -> Result<Template> {
    Ok(Template {
        workload: (*name).to_owned(),
        namespace: "kube-system".to_owned(),
        requests: Resources { pods: 1, ..Resources::of(i64::try_from(*cpu)?, i64::try_from(*memory)?) },
        tolerations: vec![Toleration::default()],
        priority: SYSTEM_NODE_CRITICAL,
        grace_seconds: 30,
        daemon: true,
        ..Template::default()
    })
}

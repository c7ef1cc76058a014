//! The experiment with the CPU that was printed as input: autoscaler, `ReplicaSet`, scheduler and Karpenter do the rest.
//!
//! The zero is that of the proxy's autoscaler, whose age the rows tell.

use std::collections::BTreeMap;

use super::{
    objects::{self, MOCK, PROXY},
    published::printed_rows,
    story::{Command, Counts, NodeStory, PodStory, Printed},
};
use crate::{
    engine::{Draw, Engine, Event, Kind, Seeded},
    hpa::{
        Autoscaler, Reading, Replicas,
        pod::{PodState, Sample, Usage},
    },
    karpenter::{Pool, Version},
    metrics::server::{self, Container, Server},
    pods::PodId,
    replay::seed::{Row, Step},
    scheduler::Ties,
    simulation::build::{self, Unfit},
    time::{Span, Time},
};

const SYNC: Span = Span::whole_seconds(15);
const SECOND: Span = Span::whole_seconds(1);
/// From the first row on it is written down; before it the cluster stands, and the autoscaler decides without a load.
const BEFORE: Span = Span::whole_seconds(600);
/// It goes on after the last row, until what follows of it is over.
const AFTER: Span = Span::whole_seconds(240);

/// What the rows and pictures do not tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unknowns {
    /// Where in its 15 s the autoscaler's sync is, in the minute of the first row.
    pub sync: Span,
    /// How long a sync takes: the next begins 15 s after it has ended.
    pub took: Span,
    /// Where in its 15 s metrics-server scrapes.
    pub scrape: Span,
    /// Where in its 10 s Karpenter's disruption loop looks.
    pub look: Span,
    /// When cAdvisor looks at containers, and which of equal nodes and pods are taken.
    pub seed: u64,
}

impl Default for Unknowns {
    /// One of the draws with which pods count when the rows say that they do, and every change falls into the minute of its row. How many
    /// draws are like that, [`super::draws`] tells.
    fn default() -> Self {
        Self { sync: Span(14_200), took: Span(50), scrape: Span(14_500), look: Span(1500), seed: 3 }
    }
}

/// Runs the experiment.
///
/// # Errors
/// Objects that make no sense.
pub fn printed(version: Version, unknowns: Unknowns) -> Result<Printed, Unfit> {
    let wrong = |error: String| Unfit(vec![error]);
    let rows = printed_rows().map_err(|error| wrong(error.to_string()))?;
    let (proxy, mock) = (rows.get("proxy"), rows.get("mock"));
    let (Some(proxy), Some(mock)) = (proxy.filter(|rows| !rows.is_empty()), mock.filter(|rows| !rows.is_empty()))
    else {
        return Err(wrong("no rows of the proxy and the mock".to_owned()));
    };
    let (first, last) = (proxy[0].at, proxy[proxy.len() - 1].at);
    let mut run = Run::new(version, unknowns, first)?;
    // The mock's autoscaler is younger; both were watched at once.
    let younger = first - mock[0].at;
    // Syncs before the first row push those after it a little further.
    let early = unknowns.took.0 * (BEFORE.0 / SYNC.0);
    let later = |rows: &[Row], by: Span| rows.iter().map(|row| Row { at: row.at + by, ..*row }).collect::<Vec<_>>();
    let shift = unknowns.sync;
    let mut scalers =
        [Scaler::new(PROXY, later(proxy, shift))?, Scaler::new(MOCK, later(mock, Span(younger.0 + shift.0)))?];
    let mut now = begin(first);
    let mut next = now + Span(unknowns.sync.0 - early);
    while now <= last + AFTER {
        while next <= now {
            run.until(next);
            for scaler in &mut scalers {
                scaler.sync(next, &mut run);
            }
            next += Span(SYNC.0 + unknowns.took.0);
        }
        run.until(now);
        if now >= first {
            let counts = run.counts();
            run.story.seconds.push(counts);
        }
        now += SECOND;
    }
    let [proxy, mock] = scalers;
    let of_story = |scaler: Scaler| scaler.steps.into_iter().filter(|step| step.at >= first).collect();
    run.story.steps = of_story(proxy);
    run.story.mock_steps = of_story(mock);
    Ok(run.story)
}

/// From here on its clock goes second by second.
fn begin(first: Time) -> Time {
    Time(first.0 - BEFORE.0)
}

struct Run {
    engine: Engine,
    server: Server,
    containers: BTreeMap<PodId, Container>,
    story: Printed,
}

impl Run {
    fn new(version: Version, unknowns: Unknowns, first: Time) -> Result<Self, Unfit> {
        let setup = objects::setup(version);
        let mut world = build::world(&setup)?;
        world.pools = vec![Pool::read(&objects::pool()).map_err(|error| Unfit(vec![error]))?];
        world.first_look += unknowns.look;
        let median = |draw: Draw| Draw::fixed(draw.median);
        let mut delays = setup.delays;
        for delay in [
            &mut delays.create,
            &mut delays.start,
            &mut delays.order,
            &mut delays.launch,
            &mut delays.boot,
            &mut delays.prepare,
            &mut delays.notice,
            &mut delays.vanish,
        ] {
            *delay = median(*delay);
        }
        let pace = Seeded::new(delays, unknowns.seed);
        let engine = Engine::new(world, Box::new(pace), Ties::Seeded(unknowns.seed));
        let story = Printed::new(version, (first, unknowns.sync), setup.zones);
        let phase = (begin(first) - Time::ZERO) + unknowns.scrape;
        let settings = server::Settings { phase, seed: unknowns.seed, ..server::Settings::default() };
        Ok(Self { engine, server: Server::new(settings), containers: BTreeMap::new(), story })
    }

    fn until(&mut self, now: Time) {
        while self.server.next_scrape() <= now {
            let at = self.server.next_scrape();
            self.pass(at);
            self.server.scrape();
        }
        self.pass(now);
    }

    /// Lets time pass. What containers use is given; when they are looked at is not.
    fn pass(&mut self, now: Time) {
        self.engine.run_until(now);
        for event in self.engine.take_events() {
            self.happened(&event);
        }
        for container in self.containers.values() {
            self.server.observe(*container, now, 0.0, 0);
        }
    }

    fn happened(&mut self, event: &Event) {
        let at = event.at;
        match &event.kind {
            Kind::Created(id) => {
                let pods = self.engine.pods();
                let Some(service) = service_of(&pods[id.0].template.workload) else { return };
                self.story.pods.push(PodStory { id: *id, service, created: at, bound: None, ready: None, told: None });
            }
            Kind::Bound(id, node) => {
                if let Some(pod) = self.pod(*id) {
                    pod.bound = Some((*node, at));
                }
            }
            Kind::Started(id) if self.pod(*id).is_some() => {
                self.containers.insert(*id, self.server.start(at));
            }
            Kind::PodGone(id) => {
                if let Some(container) = self.containers.remove(id) {
                    self.server.remove(container);
                }
            }
            Kind::Ready(id) => {
                if let Some(pod) = self.pod(*id) {
                    pod.ready = Some(at);
                }
            }
            Kind::Deleted(id, why) => {
                if let Some(pod) = self.pod(*id) {
                    pod.told = Some((*why, at));
                }
            }
            Kind::Launched(id) => {
                let zone = self.engine.nodes()[id.0].zone.clone();
                let story = NodeStory { id: *id, zone, bought: at, ready: None, told: None, gone: None };
                self.story.nodes.push(story);
            }
            Kind::Initialized(id) => {
                if let Some(node) = self.story.nodes.iter_mut().find(|node| node.id == *id) {
                    node.ready = Some(at);
                }
            }
            Kind::Leaving(id, _) => {
                if let Some(node) = self.story.nodes.iter_mut().find(|node| node.id == *id) {
                    node.told = Some(at);
                }
            }
            Kind::Gone(id, _) => {
                if let Some(node) = self.story.nodes.iter_mut().find(|node| node.id == *id) {
                    node.gone = Some(at);
                }
            }
            Kind::Disrupted(of) => {
                self.story.commands.push(Command { at, reason: of.reason, nodes: of.nodes.clone(), pods: of.pods });
            }
            _ => {}
        }
    }

    fn pod(&mut self, id: PodId) -> Option<&mut PodStory> {
        self.story.pods.iter_mut().find(|pod| pod.id == id)
    }

    /// What there is now, in each zone.
    fn counts(&self) -> Counts {
        let zones = self.story.zones.len();
        let mut counts = Counts { nodes: vec![0; zones], pods: vec![0; zones] };
        let place = |zone: &str| self.story.zones.iter().position(|of| of == zone);
        let nodes = self.engine.nodes();
        for node in nodes.iter().filter(|node| node.pool.is_some() && node.launched.is_some() && node.gone.is_none()) {
            if let Some(place) = place(&node.zone) {
                counts.nodes[place] += 1;
            }
        }
        for pod in
            self.story.pods.iter().filter(|pod| pod.service == PROXY && pod.ready.is_some() && pod.told.is_none())
        {
            if let Some(place) = pod.bound.and_then(|(node, _)| place(&nodes[node.0].zone)) {
                counts.pods[place] += 1;
            }
        }
        counts
    }
}

/// The service of a `ReplicaSet`.
fn service_of(workload: &str) -> Option<&'static str> {
    [PROXY, MOCK].into_iter().find(|name| workload.strip_prefix(name).is_some_and(|rest| rest.starts_with('-')))
}

/// An autoscaler, and the rows that it reads its metrics from.
struct Scaler {
    name: &'static str,
    autoscaler: Autoscaler,
    rows: Vec<Row>,
    percent: i32,
    steps: Vec<Step>,
}

impl Scaler {
    fn new(name: &'static str, rows: Vec<Row>) -> Result<Self, Unfit> {
        let autoscaler = Autoscaler::new(&objects::scaler(name)).map_err(|refused| Unfit(vec![refused.to_string()]))?;
        Ok(Self { name, autoscaler, rows, percent: 0, steps: Vec::new() })
    }

    fn sync(&mut self, now: Time, run: &mut Run) {
        let Some(workload) = run.engine.workload(self.name) else { return };
        let row = self.rows.iter().rev().find(|row| row.at <= now).copied().unwrap_or(self.rows[0]);
        // What is unknown is to come of the pods, not of the row.
        self.percent = row.cpu.unwrap_or(self.percent);
        let pods: Vec<PodId> = run.engine.pods_of(workload).collect();
        let (mut states, mut samples) = (Vec::new(), Vec::new());
        for id in pods {
            let pod = &run.engine.pods()[id.0];
            let Some(state) = PodState::of(pod) else { continue };
            let request = pod.template.requests.cpu;
            let figures = run.containers.get(&id).and_then(|container| run.server.figures(&[*container]));
            let value = request * i64::from(self.percent) / 100;
            let usage = figures.map(|figures| Usage { value, ..figures.cpu });
            samples.push(Sample { request: Some(request), usage });
            states.push(state);
        }
        let replicas = whole(run.engine.replicas(workload));
        let there = whole(states.iter().filter(|state| !state.deleting).count());
        let asked = Replicas { asked: replicas, there };
        let decision = self.autoscaler.sync(now, asked, &states, &[Reading::Pods(&samples)]);
        if decision.desired != replicas {
            run.engine.set_replicas(workload, usize::try_from(decision.desired).unwrap_or_default());
        }
        self.steps.push(Step { at: now, row, replicas, decision });
    }
}

fn whole(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

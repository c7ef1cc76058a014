//! The metrics of the twin's pods, as kwok and the real metrics-server come to them.
//!
//! kwok counts a container's use from the first time it is asked: what the pod uses then, over all the time since it was last asked. A
//! counter that is still 0 is no point to metrics-server, which needs two: a pod has figures from the third time on. A node is not asked
//! before it is ready. The kwok of a zone begins to watch pods when it is first asked for one, and knows none of them that time.

use std::collections::{BTreeMap, BTreeSet};

use synth_twin::{
    hpa::pod::Usage,
    metrics::server::{Container, Server, Settings},
    pods::{Node, NodeId, PodId},
    time::{Span, Time},
};

/// kwok tells the age of a pod where the moment of its start belongs, so metrics-server takes every container for one that is old.
const LONG_AGO: Time = Time(-1_000_000_000_000);
/// What a pod uses that nobody gave a load, in millicores (`fake/kwok.yaml`).
const IDLE: u64 = 1;
/// What each uses of memory (`fake/kwok.yaml`).
const MEMORY: i64 = 64 * 1024 * 1024;

/// From the registration of a node until it is ready, and has an address (`cluster::Kubelets`).
const READY: Span = Span::whole_seconds(2);

struct Watched {
    node: NodeId,
    share: u64,
    /// Seconds of a vCPU, as kwok counts them.
    used: f64,
    asked: Option<Time>,
    container: Option<Container>,
}

/// kwok, and metrics-server.
pub(super) struct Metrics {
    server: Server,
    watched: BTreeMap<PodId, Watched>,
    /// Zones whose kwok watches pods.
    watching: BTreeSet<String>,
    /// What could be read up to each scrape.
    before: BTreeMap<PodId, Usage>,
    scraped: Time,
}

impl Metrics {
    pub(super) fn new() -> Self {
        // kwok reckons when it is asked.
        let settings = Settings { housekeeping: Span::ZERO, ..Settings::default() };
        Self {
            server: Server::new(settings),
            watched: BTreeMap::new(),
            watching: BTreeSet::new(),
            before: BTreeMap::new(),
            scraped: LONG_AGO,
        }
    }

    pub(super) fn bound(&mut self, pod: PodId, node: NodeId) {
        self.watched.insert(pod, Watched { node, share: IDLE, used: 0.0, asked: None, container: None });
    }

    pub(super) fn gone(&mut self, pod: PodId) {
        if let Some(container) = self.watched.remove(&pod).and_then(|watched| watched.container) {
            self.server.remove(container);
        }
    }

    /// From now on it uses so many millicores.
    pub(super) fn uses(&mut self, pod: PodId, millicores: u64) {
        if let Some(watched) = self.watched.get_mut(&pod) {
            watched.share = millicores;
        }
    }

    /// metrics-server reads every node.
    pub(super) fn scrape(&mut self, now: Time, nodes: &[Node]) {
        let answers =
            |node: &Node| node.present() && node.registered.is_some_and(|registered| registered + READY <= now);
        let knows = |node: &Node| answers(node) && self.watching.contains(&node.zone);
        let knows: Vec<bool> = nodes.iter().map(knows).collect();
        self.watching.extend(nodes.iter().filter(|node| answers(node)).map(|node| node.zone.clone()));
        self.before = self.watched.keys().filter_map(|pod| Some((*pod, self.figure(*pod)?))).collect();
        for watched in self.watched.values_mut() {
            if !knows[watched.node.0] {
                continue;
            }
            let Some(before) = watched.asked.replace(now) else { continue };
            #[expect(clippy::cast_precision_loss, reason = "millicores of a pod")]
            let cores = watched.share as f64 / 1000.0;
            watched.used += cores * (now - before).in_seconds();
            let container = *watched.container.get_or_insert_with(|| self.server.start(LONG_AGO));
            self.server.observe(container, now, watched.used, MEMORY);
        }
        self.server.scrape();
        self.scraped = now;
    }

    /// What the API said of a pod at a moment that is not before the last scrape but one.
    pub(super) fn usage(&self, pod: PodId, asked: Time) -> Option<Usage> {
        if asked < self.scraped { self.before.get(&pod).copied() } else { self.figure(pod) }
    }

    fn figure(&self, pod: PodId) -> Option<Usage> {
        let container = self.watched.get(&pod)?.container?;
        self.server.figures(&[container]).map(|figures| figures.cpu)
    }
}

//! What is seen of the real run, about five times a second, while its pods get their load.

mod claims;
mod files;
mod pods;

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use cluster::{Server, holds, name_of};
use serde_json::{Value as Json, json};

use self::{claims::Claims, pods::Seen as Pod};
use super::{
    recorded::{Pods, State, kind},
    syncs::since,
};

const PODS: &str = "/api/v1/namespaces/services/pods";
const DEPLOYMENTS: &str = "/apis/apps/v1/namespaces/services/deployments";
const METRICS: &str = "/apis/metrics.k8s.io/v1beta1/namespaces/services/pods";
const NODES: &str = "/api/v1/nodes";
const CLAIMS: &str = "/apis/karpenter.sh/v1/nodeclaims";
const SERVICE: &str = "app.kubernetes.io/name";
/// Seconds between two scrapes of metrics-server.
const RESOLUTION: f64 = 15.0;
/// Karpenter's taint of a node that goes.
const DISRUPTED: &str = "karpenter.sh/disrupted";

/// What metrics-server says of a pod.
#[derive(Clone, Copy)]
struct Figure {
    millicores: f64,
    /// When its last point was, in seconds.
    until: f64,
    /// Seconds from the point before it.
    window: f64,
}

/// Who looks, and what was seen.
pub(super) struct Seen {
    server: Server,
    zero: i64,
    services: Vec<String>,
    pods: BTreeMap<String, Pod>,
    claims: Claims,
    /// What each pod was told to use, in millicores.
    shares: BTreeMap<String, u64>,
    /// When the pods were listed, and what the autoscaler has of each.
    listed: Vec<(f64, Vec<(String, Json)>)>,
    /// When the metrics were listed, and each pod's.
    metrics: Vec<(f64, BTreeMap<String, Figure>)>,
    newest: f64,
    /// Between which moments each scrape was.
    scrapes: Vec<(f64, f64)>,
    pub(super) states: Vec<State>,
}

impl Seen {
    pub(super) fn new(server: Server, zero: i64, services: &[String]) -> Self {
        Self {
            server,
            zero,
            services: services.to_vec(),
            pods: BTreeMap::new(),
            claims: Claims::default(),
            shares: BTreeMap::new(),
            listed: Vec::new(),
            metrics: Vec::new(),
            newest: f64::MIN,
            scrapes: Vec::new(),
            states: Vec::new(),
        }
    }

    /// Looks once, and gives the ready pods of each service their shares of its load.
    pub(super) fn look(&mut self, second: f64, load: impl Fn(&str) -> u64) -> Result<()> {
        let pods = self.server.list(PODS)?;
        let nodes = self.server.list(NODES)?;
        self.note_pods(second, &pods, &nodes);
        for service in self.services.clone() {
            self.offer(&service, load(&service), &pods)?;
        }
        self.note_metrics(second)?;
        let claims = self.server.list(CLAIMS)?;
        self.claims.note(second, &claims, &nodes);
        let deployments = self.server.list(DEPLOYMENTS)?;
        let state = self.state(second, &deployments, &nodes, &pods);
        self.states.push(state);
        Ok(())
    }

    /// When metrics-server read every node. Its scrapes are as far apart as its resolution, so that each look bounds them all.
    pub(super) fn scrapes(&self) -> Vec<f64> {
        let Some((first, _)) = self.scrapes.first() else { return Vec::new() };
        let ordinal = |from: f64| ((from - first) / RESOLUTION).round();
        let (from, to) = self.scrapes.iter().fold((f64::MIN, f64::MAX), |(least, most), (from, to)| {
            let since = ordinal(*from) * RESOLUTION;
            (least.max(from - since), most.min(to - since))
        });
        // On a machine that was too busy for its pace each has its own bounds.
        let phase = (from <= to).then(|| f64::midpoint(from, to));
        let at = |(from, to): &(f64, f64)| {
            phase.map_or(f64::midpoint(*from, *to), |phase| phase + ordinal(*from) * RESOLUTION)
        };
        let seen: Vec<f64> = self.scrapes.iter().map(at).collect();
        // Nothing is seen of those before the first that had figures.
        let mut all: Vec<f64> = std::iter::successors(Some(seen[0] - RESOLUTION), |at| Some(at - RESOLUTION))
            .take_while(|at| *at > 0.0)
            .collect();
        all.reverse();
        all.extend(seen);
        all
    }

    /// Where the run is, in a line.
    pub(super) fn words(&self) -> String {
        let Some(state) = self.states.last() else { return String::new() };
        let each = state.services.iter().map(|(name, of)| format!("{name} {} of {}", of.ready, of.desired));
        format!("{}; {} nodes", each.collect::<Vec<_>>().join(", "), state.nodes.values().sum::<usize>())
    }

    fn note_pods(&mut self, second: f64, pods: &[Json], nodes: &[Json]) {
        let mut listed = Vec::new();
        for pod in pods {
            let Some(service) = service_of(pod) else { continue };
            let seen = self.pods.entry(name_of(pod).to_owned()).or_insert_with(|| Pod::new(&service, second));
            let node = nodes.iter().find(|node| node["metadata"]["name"] == pod["spec"]["nodeName"]);
            seen.note(second, pod, node);
            let given = pods::given(pod, |text| since(text, self.zero));
            listed.push((service, given));
        }
        for (name, seen) in &mut self.pods {
            if !pods.iter().any(|pod| name_of(pod) == name) {
                seen.gone(second);
            }
        }
        self.listed.push((second, listed));
    }

    /// The load of a service, shared by its ready pods. Who is not ready keeps what it had.
    fn offer(&mut self, service: &str, load: u64, pods: &[Json]) -> Result<()> {
        let ready: Vec<_> =
            pods.iter().filter(|pod| service_of(pod).as_deref() == Some(service) && serves(pod)).collect();
        let share = load / (ready.len() as u64).max(1);
        for pod in ready {
            let name = name_of(pod);
            if self.shares.get(name) == Some(&share) {
                continue;
            }
            let patch = json!({ "metadata": { "annotations": { "kwok.x-k8s.io/usage-cpu": format!("{share}m") } } });
            let answer = self.server.patch(&format!("{PODS}/{name}"), &patch)?;
            ensure!(answer.is_ok() || answer.status == 404, "{name}: {answer}");
            self.shares.insert(name.to_owned(), share);
        }
        Ok(())
    }

    fn note_metrics(&mut self, second: f64) -> Result<()> {
        let answer = self.server.get(METRICS)?;
        // It is away for a while after its start.
        let Some(items) = answer.body["items"].as_array().filter(|_| answer.is_ok()) else { return Ok(()) };
        let figures = items.iter().filter_map(|item| Some((name_of(item).to_owned(), figure(item, self.zero)?)));
        let figures: BTreeMap<_, _> = figures.collect();
        let newest = figures.values().map(|figure| figure.until).fold(f64::MIN, f64::max);
        if newest > self.newest {
            // Read after the look before this one, and within its own second.
            let before = self.metrics.last().map_or(newest, |(at, _)| *at);
            self.scrapes.push((before.max(newest), second.min(newest + 1.0)));
            self.newest = newest;
        }
        self.metrics.push((second, figures));
        Ok(())
    }

    fn state(&self, second: f64, deployments: &[Json], nodes: &[Json], pods: &[Json]) -> State {
        let mut state = State { at: second, moving: self.claims.moving(), ..State::default() };
        let label = |node: &Json, key: &str| node["metadata"]["labels"][key].as_str().unwrap_or_default().to_owned();
        for node in nodes.iter().filter(|node| !label(node, "karpenter.sh/nodepool").is_empty()) {
            let kind = kind(
                &label(node, "karpenter.sh/nodepool"),
                &label(node, "node.kubernetes.io/instance-type"),
                &label(node, "topology.kubernetes.io/zone"),
            );
            *state.nodes.entry(kind).or_default() += 1;
            let taints = node["spec"]["taints"].as_array().cloned().unwrap_or_default();
            state.moving |= taints.iter().any(|taint| taint["key"] == DISRUPTED) || !holds(node, "Ready");
        }
        for service in &self.services {
            let deployment = deployments.iter().find(|one| name_of(one) == service);
            let desired = deployment.and_then(|one| one["spec"]["replicas"].as_u64()).unwrap_or_default();
            let mut of = Pods { desired: usize::try_from(desired).unwrap_or_default(), ..Pods::default() };
            for pod in pods.iter().filter(|pod| service_of(pod).as_ref() == Some(service)) {
                of.there += usize::from(pod["metadata"]["deletionTimestamp"].is_null());
                if serves(pod) {
                    of.ready += 1;
                    let node = nodes.iter().find(|node| node["metadata"]["name"] == pod["spec"]["nodeName"]);
                    let zone = node.map(|node| label(node, "topology.kubernetes.io/zone")).unwrap_or_default();
                    *of.zones.entry(super::recorded::letter(&zone).to_owned()).or_default() += 1;
                }
            }
            state.moving |= of.ready != of.desired || of.there != of.desired;
            state.services.insert(service.clone(), of);
        }
        state
    }
}

fn service_of(pod: &Json) -> Option<String> {
    pod["metadata"]["labels"][SERVICE].as_str().map(str::to_owned)
}

fn serves(pod: &Json) -> bool {
    holds(pod, "Ready") && pod["metadata"]["deletionTimestamp"].is_null()
}

fn figure(item: &Json, zero: i64) -> Option<Figure> {
    let each = item["containers"].as_array()?.iter().map(|of| millicores(of["usage"]["cpu"].as_str()?));
    Some(Figure {
        millicores: each.sum::<Option<f64>>()?,
        until: since(item["timestamp"].as_str()?, zero)?,
        window: go_seconds(item["window"].as_str()?)?,
    })
}

/// A quantity of CPU as metrics-server writes it.
fn millicores(text: &str) -> Option<f64> {
    let units = [("n", 1e-6), ("u", 1e-3), ("m", 1.0)];
    let found = units.iter().find_map(|(unit, size)| Some((text.strip_suffix(unit)?, *size)));
    let (number, size) = found.unwrap_or((text, 1000.0));
    number.parse::<f64>().ok().map(|number| number * size)
}

/// A short duration as Go writes it, such as `15.003s` or `1m0.5s`.
fn go_seconds(text: &str) -> Option<f64> {
    let text = text.strip_suffix('s')?;
    let (minutes, seconds) = text.split_once('m').unwrap_or(("0", text));
    Some(minutes.parse::<f64>().ok()? * 60.0 + seconds.parse::<f64>().ok()?)
}

#[cfg(test)]
mod tests {
    use super::{go_seconds, millicores};

    #[test]
    fn what_metrics_server_writes_is_read() {
        let near = |one: Option<f64>, other: f64| one.is_some_and(|one| (one - other).abs() < 1e-9);
        assert!(near(millicores("199987654n"), 199.987_654) && near(millicores("250m"), 250.0));
        assert!(near(millicores("2"), 2000.0) && near(millicores("7u"), 0.007));
        assert!(near(go_seconds("15.003s"), 15.003) && near(go_seconds("1m0.5s"), 60.5));
        assert_eq!((millicores("x"), go_seconds("15")), (None, None));
    }
}

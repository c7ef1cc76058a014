//! The cluster that tests take turns with, and what they see in it.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{LazyLock, Mutex, MutexGuard, PoisonError},
    thread::sleep,
    time::{Duration, Instant},
};

use cluster::{
    Argo, ControlPlane, Environment, Item, Node, Parts, Programs, Server, ZONES, definitions, eventually, holds,
    name_of, version_under_test,
};
use serde_json::{Value as Json, json};

/// The services of the fixtures.
pub(crate) const SERVICES: [&str; 2] = ["cors-proxy-server", "mock-target-server"];
const DEPLOYMENTS: &str = "/apis/apps/v1/namespaces/services/deployments";
const REPLICA_SETS: &str = "/apis/apps/v1/namespaces/services/replicasets";
const AUTOSCALERS: &str = "/apis/autoscaling/v2/namespaces/services/horizontalpodautoscalers";
pub(crate) const PODS: &str = "/api/v1/namespaces/services/pods";
const NODES: &str = "/api/v1/nodes";
/// Room for all pods of both services at their maximum, and half as much again.
pub(crate) const ROOMY: usize = 4;
pub(crate) const TYPE: &str = "m7i.xlarge";

/// The controller of autoscalers looks every 15 s, and forgets what it knew of one when it finds it gone.
const FORGETS: Duration = Duration::from_secs(17);

/// The control plane, with the environment `default` in it and no autoscaler.
pub(crate) struct World {
    plane: ControlPlane,
    pub(crate) server: Server,
    pub(crate) argo: Argo,
    pub(crate) environment: Environment,
    /// When the last autoscaler was taken away.
    left: Mutex<Option<Instant>>,
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    // Two runs beside each other have a folder each.
    let run = std::env::var("CLUSTER_RUN").unwrap_or_else(|_| "live".to_owned());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/cluster/run").join(run);
    let programs = Programs::of(&version_under_test()).unwrap_or_else(|error| panic!("{error:#}"));
    let plane = ControlPlane::start(&programs, &folder, Parts::Metrics).unwrap_or_else(|error| panic!("{error:#}"));
    let server = plane.server().unwrap();
    let argo = Argo::install(&server).unwrap();
    argo.define(&definitions().unwrap()).unwrap();
    let environment = Environment::fixture("by-use").unwrap_or_else(|error| panic!("{error:#}"));
    World { plane, server, argo, environment, left: Mutex::default() }
});

static TURN: Mutex<()> = Mutex::new(());

/// The cluster as it is after a sync, with these nodes and this many pods of each service, all ready.
pub(crate) fn world(nodes: &[Node], replicas: u64) -> (MutexGuard<'static, ()>, &'static World) {
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let world = &*WORLD;
    world.clear();
    for node in nodes {
        node.join(&world.server).unwrap();
    }
    eventually(30, || world.all_nodes_take_pods(nodes.len())).unwrap_or_else(|reason| panic!("{reason}"));
    // An autoscaler that is taken away at once may still write its own number afterwards: there is none from the start.
    let without = || world.items().filter(|item| item.object["kind"] != "HorizontalPodAutoscaler");
    let synced = world.argo.sync_of(without());
    assert_eq!(synced.taken.len(), without().count(), "{synced}");
    for service in SERVICES {
        world.scale(service, replicas);
    }
    world.settle(60);
    for service in SERVICES {
        assert_eq!(world.ready(service), replicas, "{service} was scaled by somebody else");
    }
    (turn, world)
}

/// A pod that has a node.
#[derive(Clone, Debug)]
pub(crate) struct Pod {
    pub(crate) name: String,
    pub(crate) service: String,
    pub(crate) node: String,
    pub(crate) zone: String,
    pub(crate) ready: bool,
    /// Why it waits, in the scheduler's words.
    pub(crate) waits: Option<String>,
    pub(crate) leaves: bool,
    pub(crate) image: String,
}

impl World {
    /// The objects that are synced into the services' namespace, and those that bound it.
    pub(crate) fn items(&self) -> impl Iterator<Item = &Item> {
        let of = ["platform", "admission", "cors-proxy-server", "mock-target-server"];
        self.environment.items.iter().filter(move |item| of.contains(&item.application()))
    }

    /// The line of Rust that wrote an object, as the end of a message.
    pub(crate) fn declared(&self, kind: &str, name: &str) -> String {
        let of = |item: &&Item| item.object["kind"] == kind && name_of(&item.object) == name;
        let found = self.environment.items.iter().find(of);
        found.map_or(String::new(), |item| format!("\n  {kind} {name} is declared at {}", item.source))
    }

    /// No nodes, no pods, power in each zone.
    fn clear(&self) {
        let autoscaled =
            self.server.get(AUTOSCALERS).unwrap().body["items"].as_array().is_some_and(|all| !all.is_empty());
        for service in SERVICES {
            self.remove(&format!("{AUTOSCALERS}/{service}"));
            self.remove(&format!("{DEPLOYMENTS}/{service}"));
        }
        if autoscaled {
            *self.left.lock().unwrap() = Some(Instant::now());
        }
        for zone in ZONES {
            self.plane.power(zone, true).unwrap();
        }
        // A replica set that outlives its Deployment makes pods again.
        for left in [REPLICA_SETS, PODS, "/api/v1/namespaces/default/pods"] {
            let gone = eventually(30, || {
                let objects = self.server.list(left).unwrap();
                for object in &objects {
                    self.remove(&format!("{left}/{}", name_of(object)));
                }
                if objects.is_empty() { Ok(()) } else { Err(format!("{} of {left}", objects.len())) }
            });
            gone.unwrap_or_else(|reason| panic!("{reason}"));
        }
        for node in self.server.list(NODES).unwrap() {
            self.remove(&format!("{NODES}/{}", name_of(&node)));
        }
    }

    pub(crate) fn remove(&self, path: &str) {
        let answer = self.server.request("DELETE", &format!("{path}?gracePeriodSeconds=0"), None).unwrap();
        assert!(answer.is_ok() || answer.status == 404, "DELETE {path}: {answer}");
    }

    /// Waits until an autoscaler starts without what another of its name has seen and done; nothing shows that.
    pub(crate) fn forget_autoscalers(&self) {
        if let Some(left) = self.left.lock().unwrap().take() {
            sleep(FORGETS.saturating_sub(left.elapsed()));
        }
    }

    fn all_nodes_take_pods(&self, expected: usize) -> Result<(), String> {
        let nodes = self.server.list(NODES).unwrap();
        let free = nodes.iter().filter(|node| node["spec"]["taints"].is_null() && holds(node, "Ready")).count();
        if free == expected { Ok(()) } else { Err(format!("{free} of {expected} nodes take pods")) }
    }

    pub(crate) fn power(&self, zone: &str, on: bool) {
        self.plane.power(zone, on).unwrap();
    }

    /// Sets the number of pods, as an autoscaler does.
    pub(crate) fn scale(&self, service: &str, replicas: u64) {
        let path = format!("{DEPLOYMENTS}/{service}/scale");
        self.server.patch(&path, &json!({ "spec": { "replicas": replicas } })).unwrap().object().unwrap();
    }

    /// Scales both services.
    pub(crate) fn scale_all(&self, replicas: u64) {
        for service in SERVICES {
            self.scale(service, replicas);
        }
    }

    pub(crate) fn deployment(&self, service: &str) -> Json {
        self.server.get(&format!("{DEPLOYMENTS}/{service}")).unwrap().object().unwrap()
    }

    pub(crate) fn patch_deployment(&self, service: &str, patch: &Json) {
        self.argo_patch(&format!("{DEPLOYMENTS}/{service}"), patch);
    }

    /// Patches as Argo CD, who alone may.
    pub(crate) fn argo_patch(&self, path: &str, change: &Json) {
        let user = cluster::User::service_account("argocd", "argocd-application-controller");
        self.server
            .acting_as(user)
            .patch(path, change)
            .unwrap()
            .object()
            .unwrap_or_else(|words| panic!("{path}: {words}"));
    }

    /// Both services' pods.
    pub(crate) fn pods(&self) -> Vec<Pod> {
        let nodes = self.server.list(NODES).unwrap();
        let zone = |name: &str| {
            let node = nodes.iter().find(|node| name_of(node) == name);
            node.map_or("", |node| node["metadata"]["labels"]["topology.kubernetes.io/zone"].as_str().unwrap())
                .to_owned()
        };
        let pods = self.server.list(PODS).unwrap();
        let pods =
            pods.iter().filter(|pod| !pod["metadata"]["labels"]["app.kubernetes.io/name"].is_null()).map(|pod| {
                let conditions = pod["status"]["conditions"].as_array().cloned().unwrap_or_default();
                let condition = |name: &str| conditions.iter().find(|condition| condition["type"] == name).cloned();
                let node = pod["spec"]["nodeName"].as_str().unwrap_or_default().to_owned();
                let unscheduled = condition("PodScheduled").filter(|condition| condition["status"] == "False");
                Pod {
                    name: name_of(pod).to_owned(),
                    service: pod["metadata"]["labels"]["app.kubernetes.io/name"].as_str().unwrap().to_owned(),
                    zone: zone(&node),
                    node,
                    ready: condition("Ready").is_some_and(|condition| condition["status"] == "True"),
                    waits: unscheduled.map(|condition| condition["message"].as_str().unwrap_or_default().to_owned()),
                    leaves: !pod["metadata"]["deletionTimestamp"].is_null(),
                    image: pod["spec"]["containers"][0]["image"].as_str().unwrap().to_owned(),
                }
            });
        pods.collect()
    }

    /// Waits until each service has its number of ready pods, and no others; otherwise says why they wait.
    pub(crate) fn settle(&self, seconds: u64) {
        eventually(seconds, || self.settled()).unwrap_or_else(|reason| panic!("{reason}"));
    }

    /// Has each service its number of ready pods now, and no others?
    pub(crate) fn settled(&self) -> Result<(), String> {
        SERVICES.iter().try_for_each(|service| self.whole(service))
    }

    /// Waits until the scheduler says why pods have no node, and returns what is said of them then.
    pub(crate) fn waits(&self, reason: &str) -> String {
        let said = eventually(60, || match self.settled() {
            Err(words) if words.contains(reason) => Ok(words),
            Err(words) => Err(words),
            Ok(()) => Err("no pod waits".to_owned()),
        });
        said.unwrap_or_else(|words| panic!("{words}"))
    }

    fn whole(&self, service: &str) -> Result<(), String> {
        let deployment = self.deployment(service);
        let wanted = deployment["spec"]["replicas"].as_u64().unwrap();
        let pods: Vec<_> = self.pods().into_iter().filter(|pod| pod.service == service).collect();
        let ready = pods.iter().filter(|pod| pod.ready && !pod.leaves).count() as u64;
        let current = deployment["status"]["updatedReplicas"].as_u64().unwrap_or_default();
        let observed = deployment["status"]["observedGeneration"] == deployment["metadata"]["generation"];
        if observed && ready == wanted && pods.len() as u64 == wanted && current == wanted {
            return Ok(());
        }
        let waiting: Vec<_> = pods.iter().filter_map(|pod| pod.waits.as_deref()).collect();
        let why = waiting.first().map_or(String::new(), |words| format!("; {} wait: {words}", waiting.len()));
        let declared = self.declared("Deployment", service);
        Err(format!("{service} has {} pods, {ready} of {wanted} ready{why}{declared}", pods.len()))
    }

    /// How many pods of a service are ready in each zone.
    pub(crate) fn by_zone(&self, service: &str) -> BTreeMap<String, u64> {
        let mut count: BTreeMap<_, _> = ZONES.iter().map(|zone| ((*zone).to_owned(), 0)).collect();
        for pod in self.pods().into_iter().filter(|pod| pod.service == service && pod.ready && !pod.leaves) {
            *count.entry(pod.zone).or_default() += 1;
        }
        count
    }

    /// The ready pods of a service.
    pub(crate) fn ready(&self, service: &str) -> u64 {
        self.by_zone(service).values().sum()
    }

    /// The bounds of a service's autoscaler, as they are written.
    pub(crate) fn bounds(&self, service: &str) -> (u64, u64) {
        let autoscaler = self.environment.object("HorizontalPodAutoscaler", service).unwrap();
        (autoscaler["spec"]["minReplicas"].as_u64().unwrap(), autoscaler["spec"]["maxReplicas"].as_u64().unwrap())
    }
}

/// The most that zones differ by.
pub(crate) fn skew(count: &BTreeMap<String, u64>) -> u64 {
    count.values().max().unwrap() - count.values().min().unwrap()
}

//! A control plane with Karpenter in it, and what is seen there.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use cluster::{
    Account, Argo, ControlPlane, Environment, Item, Karpenter, Kubelets, Parts, Programs, Server, daemon_sets,
    definitions, eventually, holds, name_of, version_under_test,
};
use serde_json::{Value as Json, json};

use crate::bought::{Bought, Node};

pub(crate) const SERVICES: [&str; 2] = ["cors-proxy-server", "mock-target-server"];
const DEPLOYMENTS: &str = "/apis/apps/v1/namespaces/services/deployments";
const PODS: &str = "/api/v1/namespaces/services/pods";
const CLAIMS: &str = "/apis/karpenter.sh/v1/nodeclaims";

/// One stack. What it holds ends in the order of its members: first who asks, then who is asked.
pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) environment: Environment,
    karpenter: Karpenter,
    _kubelets: Kubelets,
    pub(crate) account: Account,
    _plane: ControlPlane,
    used: BTreeSet<String>,
}

impl World {
    /// Starts one with the objects of the environment `by-use` in it, each as `edit` leaves it, and waits until the pools are ready.
    pub(crate) fn start(run: &str, over: &[(&str, &str)], edit: impl Fn(&mut Json)) -> Self {
        Self::of("by-use", run, over, edit)
    }

    /// Starts one with the objects of an environment of the fixtures in it.
    pub(crate) fn of(environment: &str, run: &str, over: &[(&str, &str)], edit: impl Fn(&mut Json)) -> Self {
        let version = version_under_test();
        let folder =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/cluster/run").join(format!("karpenter-{run}"));
        let programs = Programs::of(&version).unwrap_or_else(|error| panic!("{error:#}"));
        let plane = ControlPlane::start(&programs, &folder, Parts::Nodes).unwrap_or_else(|error| panic!("{error:#}"));
        let server = plane.server().unwrap();
        let argo = Argo::install(&server).unwrap();
        let ours: Vec<_> =
            definitions().unwrap().into_iter().filter(|one| !name_of(one).contains("karpenter")).collect();
        argo.define(&ours).unwrap();
        Karpenter::define(&programs, &server).unwrap_or_else(|error| panic!("{error:#}"));
        let environment = Environment::fixture(environment).unwrap_or_else(|error| panic!("{error:#}"));
        sync(&argo, &environment, edit);
        for daemon_set in daemon_sets() {
            server.create(&daemon_set, "").unwrap().object().unwrap();
        }
        let account = account(&environment, &version, &folder);
        let karpenter = Karpenter::start(&programs, &environment, &account, &plane.kubeconfig(), &folder, over);
        let karpenter = karpenter.unwrap_or_else(|error| panic!("{error:#}"));
        let kubelets = Kubelets::start(&server);
        let used = BTreeSet::new();
        let mut world = Self { server, environment, karpenter, _kubelets: kubelets, account, _plane: plane, used };
        world.wait(120, World::all_ready);
        world
    }

    /// The node class and the pools, as Karpenter judges them.
    fn all_ready(&mut self) -> Result<(), String> {
        let lists = ["/apis/karpenter.k8s.aws/v1/ec2nodeclasses", "/apis/karpenter.sh/v1/nodepools"];
        for list in lists {
            let objects = self.server.list(list).map_err(|error| format!("{error:#}"))?;
            if objects.is_empty() {
                return Err(format!("there is nothing in {list}"));
            }
            objects.iter().try_for_each(cluster::is_ready)?;
        }
        Ok(())
    }

    /// Waits for something, and notes meanwhile which nodes get pods.
    pub(crate) fn wait(&mut self, seconds: u64, ask: impl Fn(&mut Self) -> Result<(), String>) {
        let waited = eventually(seconds, || {
            self.karpenter.check().map_err(|error| format!("{error:#}"))?;
            self.look();
            ask(self)
        });
        waited.unwrap_or_else(|reason| panic!("{reason}"));
    }

    /// Scales both services, and waits until every pod is ready.
    pub(crate) fn scale(&mut self, replicas: u64, seconds: u64) -> Bought {
        self.scale_each(SERVICES.map(|_| replicas), seconds)
    }

    /// Gives each service a number of pods of its own.
    pub(crate) fn scale_each(&mut self, replicas: [u64; 2], seconds: u64) -> Bought {
        for (service, replicas) in SERVICES.iter().zip(replicas) {
            let path = format!("{DEPLOYMENTS}/{service}/scale");
            self.server.patch(&path, &json!({ "spec": { "replicas": replicas } })).unwrap().object().unwrap();
        }
        let whole = |world: &mut Self| {
            SERVICES.iter().zip(replicas).try_for_each(|(service, replicas)| world.whole(service, replicas))
        };
        self.wait(seconds, whole);
        // What was bought beside what was needed is seen a little later: the last launches are on their way still.
        self.rest(15);
        self.bought()
    }

    /// Lets time go by.
    pub(crate) fn rest(&mut self, seconds: u64) {
        let end = std::time::Instant::now() + std::time::Duration::from_secs(seconds);
        self.wait(seconds + 30, |_| if std::time::Instant::now() >= end { Ok(()) } else { Err("it rests".to_owned()) });
    }

    fn whole(&self, service: &str, replicas: u64) -> Result<(), String> {
        let pods = self.pods(service);
        let ready = pods.iter().filter(|pod| holds(pod, "Ready")).count() as u64;
        if ready == replicas && pods.len() as u64 == replicas {
            return Ok(());
        }
        let waiting = pods.iter().find(|pod| pod["spec"]["nodeName"].is_null());
        let why = waiting.map_or(String::new(), |pod| format!("; {}", pod["status"]["conditions"][0]["message"]));
        Err(format!("{ready} of {replicas} of {service} are ready{why}"))
    }

    fn pods(&self, service: &str) -> Vec<Json> {
        let pods = self.server.list(PODS).unwrap();
        pods.into_iter().filter(|pod| pod["metadata"]["labels"]["app.kubernetes.io/name"] == service).collect()
    }

    fn look(&mut self) {
        let nodes = SERVICES.iter().flat_map(|service| self.pods(service));
        let nodes: Vec<_> = nodes.filter_map(|pod| pod["spec"]["nodeName"].as_str().map(str::to_owned)).collect();
        self.used.extend(nodes);
    }

    /// The nodes that are there now, and those that ever were.
    pub(crate) fn bought(&mut self) -> Bought {
        self.look();
        let claims = self.server.list(CLAIMS).unwrap();
        let seen = self.account.seen().unwrap();
        assert!(seen.faults.is_empty(), "the account could not answer {:?}", seen.faults);
        let pods: Vec<_> = SERVICES.iter().map(|service| (*service, self.pods(service))).collect();
        let living = seen.instances.iter().filter(|one| one.state == "running").map(|instance| {
            let of = |claim: &&Json| claim["status"]["providerID"].as_str().unwrap_or_default().ends_with(&instance.id);
            let claim = claims.iter().find(of);
            let name = claim.map(|claim| format!("node-{}", name_of(claim))).unwrap_or_default();
            let here = |pods: &[Json]| pods.iter().filter(|pod| pod["spec"]["nodeName"] == name.as_str()).count();
            Node {
                was_used: self.used.contains(&name),
                pods: pods
                    .iter()
                    .map(|(service, pods)| ((*service).to_owned(), here(pods)))
                    .collect::<BTreeMap<_, _>>(),
                instance: instance.clone(),
            }
        });
        Bought { nodes: living.collect(), launched: seen.instances.len() }
    }
}

fn account(environment: &Environment, version: &str, folder: &Path) -> Account {
    let alias = environment.settings.karpenter.ami_alias.to_string();
    let date = alias.split_once('@').map_or("", |(_, date)| date);
    let api_server = "https://127.0.0.1:1";
    let account =
        Account::start(&environment.settings, version, api_server, &[date, NEXT_IMAGE], &folder.join("account.log"));
    account.unwrap_or_else(|error| panic!("{error:#}"))
}

/// A newer image than the environment's.
pub(crate) const NEXT_IMAGE: &str = "v20261101";

/// Syncs the bounds and the admission of the services, the services without their autoscalers, and the node pools.
fn sync(argo: &Argo, environment: &Environment, edit: impl Fn(&mut Json)) {
    let of = ["platform", "admission", "node-pools", SERVICES[0], SERVICES[1]];
    let items = environment.items.iter().filter(|item| of.contains(&item.application()));
    let items = items.filter(|item| item.object["kind"] != "HorizontalPodAutoscaler").cloned();
    let items: Vec<Item> = items
        .map(|mut item| {
            edit(&mut item.object);
            item
        })
        .collect();
    let findings = argo.sync_of(&items);
    assert_eq!(findings.taken.len(), items.len(), "{findings}");
}

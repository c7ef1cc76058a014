//! A control plane with KEDA in it, the services, and Prometheus between them.

use std::time::{Duration, Instant};

use cluster::{
    Argo, ControlPlane, Environment, Item, Keda, Node, Parts, Programs, Server, definitions, eventually, name_of, root,
    version_under_test,
};
use serde_json::Value as Json;

use crate::{
    prometheus::Prometheus,
    services::{PROXY, Services, TARGET},
};

/// The proxy is scaled by what is in flight; what stands behind it by its processor time and what arrives. Half of the greatest
/// number of pods is more than the load needs for the one, and less for the other.
const SETTINGS: &str = "
[services.cors_proxy_server]
scale_on = [\"in-flight\"]
target_in_flight = 20
max_replicas = 14

[services.mock_target_server]
scale_on = [\"cpu\", \"requests\"]
target_requests_per_second = 10
max_replicas = 10
";

/// In place of five minutes, which are the same in everything else.
const WINDOW: u64 = 15;

/// It ends in the order of its members: first who asks, then who is asked.
pub(crate) struct World {
    pub(crate) keda: Keda,
    pub(crate) prometheus: Prometheus,
    pub(crate) services: Services,
    pub(crate) server: Server,
    pub(crate) argo: Argo,
    pub(crate) items: Vec<Item>,
    plane: ControlPlane,
}

impl World {
    pub(crate) fn start() -> Self {
        let folder = root().join("target/cluster/run/keda");
        let programs = Programs::of(&version_under_test()).unwrap_or_else(|error| panic!("{error:#}"));
        let plane = ControlPlane::start(&programs, &folder, Parts::Metrics).unwrap_or_else(|error| panic!("{error:#}"));
        let server = plane.server().unwrap();
        let argo = Argo::install(&server).unwrap();
        let ours: Vec<_> = definitions().unwrap().into_iter().filter(|one| !name_of(one).contains("keda")).collect();
        argo.define(&ours).unwrap();
        Keda::define(&programs, &server).unwrap_or_else(|error| panic!("{error:#}"));
        for node in Node::in_each_zone(4, "m7i.xlarge") {
            node.join(&server).unwrap();
        }
        let environment = Environment::fixture_with(SETTINGS).unwrap_or_else(|error| panic!("{error:#}"));
        let services = Services::start(&folder);
        let prometheus = Prometheus::start(&environment, &services, &folder);
        let keda = Keda::start(&programs, &plane, &environment.settings.keda.namespace, &folder);
        let keda = keda.unwrap_or_else(|error| panic!("{error:#}\nwhat they said is in `{}`", folder.display()));
        let items = items(&environment, &prometheus.address());
        Self { keda, prometheus, services, server, argo, items, plane }
    }

    /// Syncs everything, and nothing is said against it, neither by KEDA's own definitions.
    pub(crate) fn sync(&self) {
        let synced = self.argo.sync_of(&self.items);
        assert_eq!(synced.taken.len(), self.items.len(), "{synced}");
        assert!(synced.all.is_empty(), "{synced}");
    }

    /// The objects of KEDA as Argo CD has them.
    pub(crate) fn scaled_objects(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(|item| item.object["kind"] == "ScaledObject")
    }

    /// Waits for something, however long it is asked until, while everything goes on running. How long it took is returned.
    pub(crate) fn wait(&mut self, seconds: u64, mut ask: impl FnMut(&Self) -> Result<(), String>) -> Duration {
        let begin = Instant::now();
        let waited = eventually(seconds, || {
            self.keda.check().and_then(|()| self.plane.check()).unwrap_or_else(|error| panic!("{error:#}"));
            ask(self)
        });
        waited.unwrap_or_else(|reason| panic!("{reason}"));
        begin.elapsed()
    }
}

/// What is synced for the services. Two things are not as they are written: where Prometheus is, and how long a quiet service
/// waits.
fn items(environment: &Environment, prometheus: &str) -> Vec<Item> {
    let of = ["platform", "admission", PROXY, TARGET];
    let mut items: Vec<_> = environment.items.iter().filter(|item| of.contains(&item.application())).cloned().collect();
    for item in items.iter_mut().filter(|item| item.object["kind"] == "ScaledObject") {
        let spec = &mut item.object["spec"];
        for trigger in spec["triggers"].as_array_mut().unwrap().iter_mut().filter(|of| of["type"] == "prometheus") {
            trigger["metadata"]["serverAddress"] = prometheus.into();
        }
        let down = &mut spec["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]["scaleDown"];
        assert_eq!(down["stabilizationWindowSeconds"], 300);
        down["stabilizationWindowSeconds"] = WINDOW.into();
    }
    let scaled: Vec<&Json> = items.iter().map(|item| &item.object).filter(|of| of["kind"] == "ScaledObject").collect();
    assert_eq!(scaled.len(), 2, "both services are KEDA's to scale");
    items
}

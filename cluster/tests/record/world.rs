//! A control plane with the scheduler and the controllers, whose pods are what a situation says: no kubelet starts them.

use std::{path::Path, thread::sleep, time::Duration};

use cluster::{ControlPlane, Parts, Programs, Server, eventually, holds, name_of, version_under_test};
use serde_json::{Value as Json, json};

use crate::moments;

pub(crate) const PODS: &str = "/api/v1/namespaces/default/pods";
pub(crate) const REPLICA_SETS: &str = "/apis/apps/v1/namespaces/default/replicasets";
const BUDGETS: &str = "/apis/policy/v1/namespaces/default/poddisruptionbudgets";
const CONFIG_MAPS: &str = "/api/v1/namespaces/default/configmaps";
const NODES: &str = "/api/v1/nodes";
/// A pod that has one stays when it is deleted, as one does that takes its time to end.
const STAYS: &str = "tideline.test/stays";
/// A class whose pods preempt nobody; a template that is `never` has it.
const NEVER: &str = "never";
/// No fake kubelet starts an image of this name.
const IMAGE: &str = "registry.example.com/never-starts:1";

pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) version: String,
    _plane: ControlPlane,
}

impl World {
    pub(crate) fn start() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/cluster/run/record");
        let programs = Programs::of(&version_under_test()).unwrap_or_else(|error| panic!("{error:#}"));
        let plane = ControlPlane::start(&programs, &folder, Parts::Nodes).unwrap_or_else(|error| panic!("{error:#}"));
        let server = plane.server().unwrap();
        let version = server.get("/version").unwrap().body["gitVersion"].as_str().unwrap().to_owned();
        for value in [-10, 0, 100, 1000] {
            let class = json!({
                "apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": { "name": class(value) }, "value": value,
            });
            server.create(&class, "").unwrap().object().unwrap();
        }
        let never = json!({
            "apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": { "name": NEVER }, "value": 1000,
            "preemptionPolicy": "Never",
        });
        server.create(&never, "").unwrap().object().unwrap();
        Self { server, version, _plane: plane }
    }

    /// No pods, no nodes.
    pub(crate) fn clear(&self) {
        let gone = eventually(30, || {
            let mut left = 0;
            for path in [REPLICA_SETS, PODS, BUDGETS, CONFIG_MAPS, NODES] {
                for object in self.server.list(path).unwrap() {
                    // Its controller makes this one anew.
                    if name_of(&object) == "kube-root-ca.crt" {
                        continue;
                    }
                    left += 1;
                    let path = format!("{path}/{}", name_of(&object));
                    if !object["metadata"]["finalizers"].is_null() {
                        let _ = self.server.patch(&path, &json!({ "metadata": { "finalizers": null } })).unwrap();
                    }
                    let _ = self.server.request("DELETE", &format!("{path}?gracePeriodSeconds=0"), None).unwrap();
                }
            }
            if left == 0 { Ok(()) } else { Err(format!("{left} objects are left")) }
        });
        gone.unwrap_or_else(|reason| panic!("{reason}"));
    }

    /// Makes the nodes of a situation, and waits until they are as it says.
    pub(crate) fn join(&self, nodes: &[Json]) {
        for node in nodes {
            let name = node["name"].as_str().unwrap();
            let mut labels = json!({
                "kubernetes.io/hostname": name, "topology.kubernetes.io/zone": node["zone"], "kubernetes.io/os": "linux",
            });
            merge(&mut labels, &node["labels"]);
            let size = json!({ "cpu": node["cpu"], "memory": node["memory"], "pods": node["pods"] });
            let images = node["image"].as_i64().map(|bytes| json!([{ "names": [IMAGE], "sizeBytes": bytes }]));
            let object = json!({
                "apiVersion": "v1",
                "kind": "Node",
                "metadata": { "name": name, "labels": labels },
                "spec": { "taints": node.get("taints").cloned().unwrap_or_else(|| json!([])) },
                "status": { "allocatable": size, "capacity": size, "images": images },
            });
            self.server.create(&object, "").unwrap().object().unwrap_or_else(|words| panic!("{words}"));
        }
        let joined = eventually(30, || {
            let there = self.server.list(NODES).unwrap();
            let is_as_said = |node: &&Json| {
                let said = nodes.iter().find(|said| said["name"] == node["metadata"]["name"]).unwrap();
                let many = said["taints"].as_array().map_or(0, Vec::len);
                holds(node, "Ready") && node["spec"]["taints"].as_array().map_or(0, Vec::len) == many
            };
            let ready = there.iter().filter(is_as_said).count();
            if ready == nodes.len() { Ok(()) } else { Err(format!("{ready} of {} nodes are ready", nodes.len())) }
        });
        joined.unwrap_or_else(|reason| panic!("{reason}"));
        for node in nodes.iter().filter(|node| node["cordoned"] == true) {
            let path = format!("{NODES}/{}", node["name"].as_str().unwrap());
            self.server.patch(&path, &json!({ "spec": { "unschedulable": true } })).unwrap().object().unwrap();
        }
        // The scheduler hears of it a moment later.
        sleep(Duration::from_millis(500));
    }

    /// Makes a pod of a template; `change` is what it has besides.
    pub(crate) fn pod(&self, name: &str, template: &Json, change: &Json) -> Json {
        let mut pod = json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": name, "finalizers": [STAYS] } });
        merge(&mut pod, &complete(template));
        merge(&mut pod, change);
        self.server.create(&pod, "").unwrap().object().unwrap_or_else(|words| panic!("{words}"))
    }

    /// Lets a pod run since so many seconds; where it is ready, since so many, and with so many restarts.
    pub(crate) fn runs(&self, pod: &Json, since: i64, ready: Option<i64>, restarts: i64) {
        let now = moments::now() / 1000;
        let moment = |ago: i64| json!(moments::written(now - ago));
        let changed = moment(ready.unwrap_or(since));
        let state = if ready.is_some() { "True" } else { "False" };
        let status = json!({ "status": {
            "phase": "Running",
            "startTime": moment(since),
            "conditions": [
                { "type": "PodScheduled", "status": "True", "lastTransitionTime": moment(since) },
                { "type": "Ready", "status": state, "lastTransitionTime": changed },
                { "type": "ContainersReady", "status": state, "lastTransitionTime": changed },
            ],
            "containerStatuses": [{
                "name": "main", "image": IMAGE, "imageID": "", "ready": ready.is_some(), "restartCount": restarts,
                "state": { "running": { "startedAt": moment(since) } },
            }],
        } });
        let path = format!("{PODS}/{}/status", name_of(pod));
        self.server.patch(&path, &status).unwrap().object().unwrap_or_else(|words| panic!("{words}"));
    }

    /// Tells a pod to go; it stays, as its finalizer says.
    pub(crate) fn delete(&self, name: &str) {
        let answer = self.server.request("DELETE", &format!("{PODS}/{name}"), None).unwrap();
        assert!(answer.is_ok(), "{answer}");
    }

    /// Lets pods that were told to go be gone.
    pub(crate) fn release(&self) {
        for pod in self.server.list(PODS).unwrap().iter().filter(|pod| leaves(pod)) {
            let path = format!("{PODS}/{}", name_of(pod));
            let _ = self.server.patch(&path, &json!({ "metadata": { "finalizers": null } })).unwrap();
            let _ = self.server.request("DELETE", &format!("{path}?gracePeriodSeconds=0"), None).unwrap();
        }
    }

    /// Makes the budgets of a situation, and writes into it what each allows, once its controller has counted.
    pub(crate) fn budgets(&self, budgets: &mut [Json]) {
        for budget in &mut *budgets {
            let object = json!({
                "apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": { "name": budget["name"] },
                "spec": { "minAvailable": budget["minAvailable"], "selector": budget["selector"] },
            });
            self.server.create(&object, "").unwrap().object().unwrap_or_else(|words| panic!("{words}"));
        }
        if !budgets.is_empty() {
            sleep(Duration::from_secs(3));
        }
        for budget in budgets {
            let path = format!("{BUDGETS}/{}", budget["name"].as_str().unwrap());
            let status = self.server.get(&path).unwrap().object().unwrap()["status"].clone();
            budget["allowed"] = status["disruptionsAllowed"].clone();
        }
    }

    pub(crate) fn config_map(&self, name: &str) -> Json {
        let object = json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": name } });
        self.server.create(&object, "").unwrap().object().unwrap()
    }
}

/// Was a pod told to go?
pub(crate) fn leaves(pod: &Json) -> bool {
    !pod["metadata"]["deletionTimestamp"].is_null()
}

/// The priority class of a value.
pub(crate) fn class(value: i64) -> String {
    if value < 0 { format!("below-{}", -value) } else { format!("value-{value}") }
}

/// A template with a container's name and image; situations say only what decides.
pub(crate) fn complete(template: &Json) -> Json {
    let mut template = template.clone();
    if let Some(value) = template.as_object_mut().unwrap().shift_remove("priority") {
        template["spec"]["priorityClassName"] = class(value.as_i64().unwrap()).into();
    }
    if template.as_object_mut().unwrap().shift_remove("never").is_some() {
        template["spec"]["priorityClassName"] = NEVER.into();
    }
    for (index, container) in template["spec"]["containers"].as_array_mut().unwrap().iter_mut().enumerate() {
        container["name"] = if index == 0 { "main".into() } else { format!("other-{index}").into() };
        container["image"] = IMAGE.into();
    }
    template
}

/// Puts what a change says into an object, list by list and key by key.
pub(crate) fn merge(object: &mut Json, change: &Json) {
    match (object, change) {
        (Json::Object(object), Json::Object(change)) => {
            for (key, value) in change {
                merge(object.entry(key).or_insert(Json::Null), value);
            }
        }
        (_, Json::Null) => {}
        (object, change) => *object = change.clone(),
    }
}

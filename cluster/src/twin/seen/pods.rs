//! What is seen of one pod.

use cluster::holds;
use serde_json::{Value as Json, json};

/// A pod, from the first look that had it.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) service: String,
    pub(super) created: f64,
    pub(super) unschedulable: Option<f64>,
    pub(super) bound: Option<f64>,
    /// The version of the object that was first seen bound: the scheduler's order, of what one look finds bound.
    pub(super) order: u64,
    /// The name of its node's instance, as its provider has it.
    pub(super) instance: Option<String>,
    pub(super) deleted: Option<f64>,
}

impl Seen {
    pub(super) fn new(service: &str, second: f64) -> Self {
        Self {
            service: service.to_owned(),
            created: second,
            unschedulable: None,
            bound: None,
            order: 0,
            instance: None,
            deleted: None,
        }
    }

    pub(super) fn note(&mut self, second: f64, pod: &Json, node: Option<&Json>) {
        let condition = condition(pod, "PodScheduled");
        if condition.is_some_and(|condition| condition["status"] == "False") {
            self.unschedulable.get_or_insert(second);
        }
        if self.bound.is_none() && !pod["spec"]["nodeName"].is_null() {
            self.bound = Some(second);
            let version = pod["metadata"]["resourceVersion"].as_str();
            self.order = version.and_then(|version| version.parse().ok()).unwrap_or_default();
        }
        if let Some(instance) = node.and_then(|node| node["spec"]["providerID"].as_str()) {
            self.instance = Some(instance.to_owned());
        }
        if !pod["metadata"]["deletionTimestamp"].is_null() {
            self.deleted.get_or_insert(second);
        }
    }

    pub(super) fn gone(&mut self, second: f64) {
        self.deleted.get_or_insert(second);
    }
}

fn condition<'a>(pod: &'a Json, name: &str) -> Option<&'a Json> {
    pod["status"]["conditions"].as_array()?.iter().find(|condition| condition["type"] == name)
}

/// A pod, as a recorded sync has it.
pub(super) fn given(pod: &Json, second: impl Fn(&str) -> Option<f64>) -> Json {
    let at = |text: &Json| text.as_str().and_then(&second);
    let ready = condition(pod, "Ready");
    json!({
        "pod": pod["metadata"]["name"],
        "phase": pod["status"]["phase"],
        "start": at(&pod["status"]["startTime"]),
        "ready": ready.map(|_| if holds(pod, "Ready") { "True" } else { "False" }),
        "ready_since": ready.and_then(|ready| at(&ready["lastTransitionTime"])),
        "deleting": !pod["metadata"]["deletionTimestamp"].is_null(),
    })
}

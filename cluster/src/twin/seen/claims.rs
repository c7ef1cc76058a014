//! What is seen of Karpenter's claims, and of its log.

use std::collections::BTreeMap;

use cluster::{holds, name_of};
use serde_json::{Map, Value as Json, json};

use super::{DISRUPTED, Seen, pods::Seen as Pod};
use crate::twin::{
    recorded::{Sync, letter},
    syncs::since,
};

const ZONE: &str = "topology.kubernetes.io/zone";
const CAPACITY: &str = "karpenter.sh/capacity-type";
const TYPE: &str = "node.kubernetes.io/instance-type";

/// Seconds between pods that one look found bound, in the scheduler's order.
const APART: f64 = 0.002;

/// Every claim there ever was, in the order in which they were seen.
#[derive(Default)]
pub(super) struct Claims {
    all: Vec<Claim>,
}

struct Claim {
    name: String,
    object: Json,
    created: f64,
    launched: Option<f64>,
    registered: Option<f64>,
    initialized: Option<f64>,
    tainted: Option<f64>,
    deleting: Option<f64>,
    gone: Option<f64>,
    conditions: Vec<(f64, String, String, String)>,
}

impl Claims {
    pub(super) fn note(&mut self, second: f64, claims: &[Json], nodes: &[Json]) {
        for object in claims {
            let name = name_of(object);
            let place = self.all.iter().position(|claim| claim.name == name).unwrap_or_else(|| {
                self.all.push(Claim::new(name, second));
                self.all.len() - 1
            });
            self.all[place].note(second, object, nodes);
        }
        for claim in &mut self.all {
            if !claims.iter().any(|object| name_of(object) == claim.name) {
                claim.gone.get_or_insert(second);
            }
        }
    }

    /// Is a node on its way, or does one go?
    pub(super) fn moving(&self) -> bool {
        self.all.iter().any(|claim| claim.gone.is_none() && (claim.initialized.is_none() || claim.deleting.is_some()))
    }

    /// The number of the claim that an instance is of.
    fn of(&self, instance: &str) -> Option<String> {
        let place = self.all.iter().position(|claim| claim.object["status"]["providerID"] == instance)?;
        Some(format!("c{}", place + 1))
    }
}

impl Claim {
    fn new(name: &str, second: f64) -> Self {
        Self {
            name: name.to_owned(),
            object: Json::Null,
            created: second,
            launched: None,
            registered: None,
            initialized: None,
            tainted: None,
            deleting: None,
            gone: None,
            conditions: Vec::new(),
        }
    }

    fn note(&mut self, second: f64, object: &Json, nodes: &[Json]) {
        let instance = &object["status"]["providerID"];
        let node = nodes.iter().find(|node| !instance.is_null() && node["spec"]["providerID"] == *instance);
        let taints = node.and_then(|node| node["spec"]["taints"].as_array()).cloned().unwrap_or_default();
        let moments = [
            (&mut self.launched, !instance.is_null()),
            (&mut self.registered, node.is_some()),
            (&mut self.initialized, holds(object, "Initialized")),
            (&mut self.tainted, taints.iter().any(|taint| taint["key"] == DISRUPTED)),
            (&mut self.deleting, !object["metadata"]["deletionTimestamp"].is_null()),
        ];
        for (moment, is_now) in moments {
            if is_now {
                moment.get_or_insert(second);
            }
        }
        for condition in object["status"]["conditions"].as_array().into_iter().flatten() {
            let text = |key: &str| condition[key].as_str().unwrap_or_default().to_owned();
            let last = self.conditions.iter().rev().find(|(_, kind, ..)| *kind == text("type"));
            if last.is_none_or(|(_, _, status, _)| *status != text("status")) {
                self.conditions.push((second, text("type"), text("status"), text("reason")));
            }
        }
        self.object = object.clone();
    }

    fn written(&self, number: usize) -> Json {
        let rules = self.object["spec"]["requirements"].as_array().cloned().unwrap_or_default();
        let values = |key: &str| rules.iter().find(|rule| rule["key"] == key).map(|rule| rule["values"].clone());
        let of = [ZONE, CAPACITY].into_iter().filter_map(|key| Some((key.to_owned(), values(key)?)));
        let label = |key: &str| self.object["metadata"]["labels"][key].as_str().unwrap_or_default();
        json!({
            "id": format!("c{number}"),
            "pool": label("karpenter.sh/nodepool"),
            "created": self.created,
            "requests": self.object["spec"]["resources"]["requests"],
            "requirements": of.collect::<Map<_, _>>(),
            "types_count": values(TYPE).and_then(|types| types.as_array().map(Vec::len)).unwrap_or_default(),
            "instance": self.launched.map(|_| json!({
                "type": label(TYPE), "zone": letter(label(ZONE)), "capacity_type": label(CAPACITY),
            })),
            "launched": self.launched,
            "registered": self.registered,
            "initialized": self.initialized,
            "tainted": self.tainted,
            "deleting": self.deleting,
            "gone": self.gone,
            "conditions": self.conditions,
        })
    }
}

impl Seen {
    /// Pods, claims and commands, in the form in which the twin reads recordings of Karpenter.
    pub(in crate::twin) fn karpenter(
        &self,
        log: &str,
        pools: &[Json],
        syncs: &BTreeMap<String, Vec<Sync>>,
        seconds: f64,
    ) -> Json {
        let claims = self.claims.all.iter().enumerate().map(|(place, claim)| claim.written(place + 1));
        let mut pods: Vec<_> = self.pods.values().collect();
        pods.sort_by(|one, other| one.created.total_cmp(&other.created));
        let bound = |pod: &Pod| {
            let before = self.pods.values().filter(|other| other.bound == pod.bound && other.order < pod.order);
            Some(pod.bound? + APART * f64::from(u32::try_from(before.count()).unwrap_or_default()))
        };
        let pods = pods.into_iter().map(|pod| {
            let claim = pod.instance.as_deref().and_then(|instance| self.claims.of(instance));
            json!([pod.service, pod.created, pod.unschedulable, bound(pod), claim, pod.deleted])
        });
        let scaled = syncs.iter().flat_map(|(service, syncs)| {
            let changes = syncs.iter().filter(|sync| sync.before != sync.after);
            changes.map(move |sync| json!({ "t": sync.at, "do": "scale", "group": service, "replicas": sync.after }))
        });
        json!({
            "scenario": "twin-live",
            "kubelet": { "boot": 8.0, "ready": 2.0, "start": 0.5, "stop": 0.0, "gone": 5.0 },
            "start_utc": "",
            "seconds": seconds,
            "objects": pools,
            "workloads": {},
            "timeline": scaled.collect::<Vec<_>>(),
            "claims": claims.collect::<Vec<_>>(),
            "disruptions": commands(log, self.zero),
            "pods": pods.collect::<Vec<_>>(),
        })
    }
}

/// The commands of disruption, as Karpenter's log tells them.
fn commands(log: &str, zero: i64) -> Vec<Json> {
    let said = log.lines().filter_map(|line| serde_json::from_str::<Json>(line).ok());
    let said = said.filter(|line| line["message"].as_str().is_some_and(|words| words.starts_with("disrupting node")));
    let command = |line: Json| {
        let at = line["time"].as_str().and_then(|text| since(text, zero))?;
        Some(json!({
            "t": at, "reason": line["reason"].as_str().unwrap_or_default().to_lowercase(), "savings": 0.0,
            "decision": line["decision"], "pods": line["pod-count"].as_u64().unwrap_or_default(),
            "nodes": line["disrupted-nodes"].as_array().into_iter().flatten()
                .map(|node| node["NodeClaim"]["name"].clone()).filter(Json::is_string).collect::<Vec<_>>(),
        }))
    };
    said.filter_map(command).collect()
}

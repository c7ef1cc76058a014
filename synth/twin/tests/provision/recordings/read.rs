//! A recording, as far as the provisioner's decisions need it.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::Value;
use synth_twin::{
    karpenter::{Pool, Settings, Version},
    pods::Template,
    quantity,
    resources::Resources,
    time::Span,
};

use super::objects;

pub(crate) struct Recording {
    pub(crate) pools: Vec<Pool>,
    pub(crate) settings: Settings,
    pub(crate) groups: BTreeMap<String, Arc<Template>>,
    pub(crate) daemons: Vec<Template>,
    pub(crate) pods: Vec<PodLine>,
    pub(crate) claims: Vec<ClaimLine>,
    pub(crate) simulations: Vec<Simulated>,
    /// When new claims were planned, and how many.
    pub(crate) planned: Vec<(f64, usize)>,
    /// When pods were planned on nodes beside new claims, and how many nodes and pods.
    pub(crate) fits: Vec<(f64, [usize; 2])>,
    /// What had no capacity from when on: type, zone, capacity type, `*` for all.
    pub(crate) shortages: Vec<(f64, Vec<[String; 3]>)>,
    /// Claims whose instance was taken back.
    pub(crate) interruptions: Vec<(f64, String)>,
}

/// A simulation: when, and of how many pods that wait and of nodes that go.
pub(crate) struct Simulated {
    pub(crate) at: f64,
    pub(crate) waiting: usize,
    pub(crate) going: usize,
}

pub(crate) struct PodLine {
    pub(crate) group: String,
    pub(crate) created: f64,
    pub(crate) unschedulable: Option<f64>,
    pub(crate) bound: Option<f64>,
    pub(crate) claim: Option<String>,
    pub(crate) deleted: Option<f64>,
}

pub(crate) struct ClaimLine {
    pub(crate) id: String,
    pub(crate) pool: String,
    pub(crate) times: BTreeMap<String, f64>,
    pub(crate) requests: Resources,
    pub(crate) requirements: BTreeMap<String, Vec<String>>,
    pub(crate) types: Vec<String>,
    pub(crate) fleet: Option<FleetLine>,
    pub(crate) instance: Option<Instance>,
}

/// What was bought.
#[derive(Debug, PartialEq)]
pub(crate) struct Instance {
    pub(crate) of: String,
    /// Its letter.
    pub(crate) zone: String,
    pub(crate) capacity: String,
    pub(crate) price: f64,
}

pub(crate) struct FleetLine {
    pub(crate) at: f64,
    pub(crate) capacity: String,
    pub(crate) types: Vec<String>,
    pub(crate) overrides: usize,
    pub(crate) zones: String,
    pub(crate) refused: usize,
}

impl ClaimLine {
    pub(crate) fn time(&self, what: &str) -> Option<f64> {
        self.times.get(what).copied()
    }

    pub(crate) fn before(&self, what: &str, now: f64) -> bool {
        self.time(what).is_some_and(|at| at <= now)
    }
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

pub(crate) fn strings(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().map(text).collect()
}

pub(crate) fn number(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
}

/// Thousandths of a vCPU.
pub(crate) fn cpu(value: &Value) -> i64 {
    quantity::thousandths(&text(value)).unwrap()
}

/// Bytes.
pub(crate) fn memory(value: &Value) -> i64 {
    quantity::whole(&text(value)).unwrap()
}

impl Recording {
    pub(crate) fn read(json: &str) -> Self {
        let all: Value = serde_json::from_str(json).unwrap();
        let list = |name: &Value| -> Vec<String> {
            let words = all["lists"][text(name)].as_str().unwrap_or_default();
            words.split_whitespace().map(str::to_owned).collect()
        };
        let objects = all["objects"].as_array().unwrap().iter();
        let workloads = all["workloads"].as_object().unwrap().iter();
        let templates: Vec<_> = workloads.map(|(name, of)| (name.clone(), objects::template(name, of))).collect();
        let log = |what: &'static str| {
            let log = all["log"].as_array().unwrap().iter().filter(move |line| line[1] == what);
            log.map(|line| (line[0].as_f64().unwrap(), line))
        };
        let timeline = || all["timeline"].as_array().unwrap().iter().map(|line| (line["t"].as_f64().unwrap(), line));
        let shortage = |line: &Value| {
            let all = line["unavailable"].as_array().unwrap().iter();
            all.map(|one| strings(one).try_into().unwrap()).collect::<Vec<[String; 3]>>()
        };
        let ignores = strings(&all["settings"]).iter().any(|set| set == "PREFERENCE_POLICY=Ignore");
        Self {
            pools: objects.filter(|object| object["kind"] == "NodePool").map(objects::pool).collect(),
            settings: Settings {
                version: Version::V1_14,
                batch_idle: Span::whole_seconds(1),
                batch_max: Span::whole_seconds(10),
                ignores_preferences: ignores,
                spot_to_spot: false,
            },
            daemons: templates.iter().filter(|(_, of)| of.daemon).map(|(_, of)| of.clone()).collect(),
            groups: templates.into_iter().map(|(name, of)| (name, Arc::new(of))).collect(),
            pods: all["pods"].as_array().unwrap().iter().map(pod).collect(),
            claims: all["claims"].as_array().unwrap().iter().map(|line| claim(line, list)).collect(),
            simulations: log("simulate")
                .map(|(at, line)| Simulated { at, waiting: number(&line[2]), going: number(&line[3]) })
                .collect(),
            planned: log("new-claims").map(|(at, line)| (at, number(&line[2]))).collect(),
            fits: log("in-flight-fit").map(|(at, line)| (at, [number(&line[2]), number(&line[3])])).collect(),
            shortages: timeline()
                .filter(|(_, line)| text(&line["do"]).starts_with("ice"))
                .map(|(at, line)| (at, shortage(line)))
                .collect(),
            interruptions: timeline()
                .filter(|(_, line)| line["do"] == "interrupt")
                .map(|(at, line)| (at, text(&line["claim"])))
                .collect(),
        }
    }
}

fn pod(line: &Value) -> PodLine {
    PodLine {
        group: text(&line[0]),
        created: line[1].as_f64().unwrap(),
        unschedulable: line[2].as_f64(),
        bound: line[3].as_f64(),
        claim: line[4].as_str().map(str::to_owned),
        deleted: line[5].as_f64(),
    }
}

fn claim(line: &Value, list: impl Fn(&Value) -> Vec<String>) -> ClaimLine {
    let times = line.as_object().unwrap().iter().filter_map(|(key, value)| Some((key.clone(), value.as_f64()?)));
    let requests = &line["requests"];
    let fleet = line.get("fleet").map(|fleet| FleetLine {
        at: fleet["t"].as_f64().unwrap(),
        capacity: text(&fleet["capacity_type"]),
        types: list(&fleet["types"]),
        overrides: number(&fleet["overrides"]),
        zones: text(&fleet["zones"]),
        refused: fleet.get("refused").map(number).unwrap_or_default(),
    });
    let instance = line.get("instance").map(|instance| Instance {
        of: text(&instance["type"]),
        zone: text(&instance["zone"]),
        capacity: text(&instance["capacity_type"]),
        price: instance["price"].as_f64().unwrap(),
    });
    ClaimLine {
        id: text(&line["id"]),
        pool: text(&line["pool"]),
        times: times.collect(),
        requests: Resources {
            cpu: cpu(&requests["cpu"]),
            memory: memory(&requests["memory"]),
            pods: text(&requests["pods"]).parse().unwrap(),
        },
        requirements: line["requirements"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(key, values)| (key.clone(), strings(values)))
            .collect(),
        types: list(&line["types"]),
        fleet,
        instance,
    }
}

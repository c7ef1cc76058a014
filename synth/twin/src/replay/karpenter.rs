//! Karpenter's recorded decisions, and whether the twin comes to them.
//!
//! The world is built from the recording, its timeline is applied, and every recorded decision is looked for: claims with their types,
//! the call that bought each, what came of it, commands of disruption, and settled states. `inputs` says what of a recording is an input.
//!
//! What is compared, and how closely:
//! - a claim by pool, requests, types, and zones and capacity types that are left; claims of one run are a set, and the run is that within
//!   two seconds, since on a busy machine claims came up to two seconds late;
//! - its call by capacity type, types (of equal price, which ones are cut off is chance), zones and number of overrides; what was bought by
//!   type, zone and capacity type, or that it was refused;
//! - a command by reason, decision, number and kind of nodes, pods moved, replacement (capacity type, number of types, the five cheapest
//!   but for those of equal price), savings to the cent, and its time within two seconds;
//! - a settled state by its nodes (pool, type, zone, capacity type) and pending pods, and by the pods of each group on each node.

mod compare;
mod inputs;
mod looks;
mod recording;
mod scene;

use std::rc::Rc;

use serde_json::Value;

use crate::{
    engine::{Engine, Pace, Shortage},
    karpenter::Pool,
    pods::{Capacity, NodeId, PodId},
    replay::karpenter::{inputs::Inputs, looks::Look, recording::Recording},
    scheduler::Ties,
    time::{Span, Time},
};

/// How a recording was met.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The scenario.
    pub scenario: String,
    /// Each decision, by its time: the recorded ones, and those of the twin that were not recorded.
    pub decisions: Vec<Decision>,
}

/// A decision.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// Seconds since the scenario's zero.
    pub at: f64,
    /// What was decided.
    pub what: String,
    /// Why the twin does not come to it, if it does not.
    pub differs: Option<String>,
}

impl Report {
    /// How many decisions the twin came to.
    pub fn agreed(&self) -> usize {
        self.decisions.iter().filter(|decision| decision.differs.is_none()).count()
    }

    /// The first that it did not come to.
    pub fn first_difference(&self) -> Option<&Decision> {
        self.decisions.iter().find(|decision| decision.differs.is_some())
    }
}

/// A settled state of the twin.
struct Settled {
    at: Time,
    /// Each node's kind, and its pods by group.
    nodes: Vec<compare::Host>,
    pending: std::collections::BTreeMap<String, usize>,
}

/// Replays a recording at the prices of a table (`type,on_demand,source,spot_a,…`), or else at those of the region's lists, with the looks
/// of the disruption loop that took their time (`scenario,at,seconds`), or else with none. The error says what cannot be read.
pub fn replay(recording: &str, prices: Option<&str>, looks: Option<&str>) -> Result<Report, String> {
    let mut recording: Recording =
        serde_json::from_str(recording).map_err(|error| format!("the recording: {error}"))?;
    // The twin's seconds begin with those of the wall clock, which objects carry.
    let shift = 1.0 - inputs::second(&recording);
    recording.shift(shift);
    let looks = looks.map(|text| looks::of(&recording.scenario, text)).transpose()?.unwrap_or_default();
    let later = |look: Look| Look { at: look.at + Span::seconds(shift), ..look };
    let looks = looks.into_iter().map(later).collect();
    let recording = Rc::new(recording);
    let world = scene::world(&recording, prices)?;
    let inputs = Inputs::new(recording.clone(), world.pools.clone(), looks);
    let mut engine = Engine::new(world, Box::new(inputs), Ties::ByName);
    let mut settled = Vec::new();
    let mut timeline: Vec<&Value> = recording.timeline.iter().collect();
    timeline.sort_by_key(|action| scene::at(action));
    for action in timeline {
        engine.run_until(scene::at(action));
        act(&mut engine, &recording, action)?;
        if action["state"].is_object() {
            settled.push(state(&engine));
        }
    }
    engine.run_until(Time::seconds(recording.seconds) + Span(500));
    let mut decisions = compare::decisions(&recording, &engine, &settled);
    for decision in &mut decisions {
        decision.at -= shift;
    }
    Ok(Report { scenario: recording.scenario.clone(), decisions })
}

/// The pace of a recording, for a simulation that decides more than a replay does, and when its disruption loop first looked. The
/// recording's zero is a whole second of the wall clock.
pub fn pace(recording: &str, pools: Vec<Pool>) -> Result<(Box<dyn Pace>, Time), String> {
    let recording: Recording = serde_json::from_str(recording).map_err(|error| format!("the recording: {error}"))?;
    let first_look = inputs::first_look(&recording);
    Ok((Box::new(Inputs::new(Rc::new(recording), pools, Vec::new())), first_look))
}

/// Does what the timeline says.
fn act(engine: &mut Engine, recording: &Recording, action: &Value) -> Result<(), String> {
    let text = |key: &str| action[key].as_str().unwrap_or_default();
    let group = if action["group"].is_string() { text("group") } else { text("name") };
    match (text("do"), text("kind")) {
        ("create" | "scale", _) | ("apply", "Deployment") => {
            let workload = engine.workload(group).ok_or_else(|| format!("there is no group `{group}`"))?;
            let replicas = action["replicas"].as_u64().and_then(|number| usize::try_from(number).ok());
            engine.set_replicas(workload, replicas.unwrap_or(0));
        }
        ("create-daemonset", _) => {
            let written = recording.workloads.get(group).ok_or_else(|| format!("there is no group `{group}`"))?;
            engine.add_daemon(scene::template(group, written)?);
        }
        ("apply", "PodDisruptionBudget") => engine.set_budget(scene::budget(action)?),
        ("delete", "PodDisruptionBudget") => engine.remove_budget(scene::NAMESPACE, group),
        ("apply", "NodePool") => {
            let pool = engine.pool(group).ok_or_else(|| format!("there is no pool `{group}`"))?;
            let labels =
                action["template"]["metadata"]["labels"].as_object().map(|_| &action["template"]["metadata"]["labels"]);
            let rules =
                action["template"]["spec_requirements"].as_array().map(|_| &action["template"]["spec_requirements"]);
            let changed = engine.pools()[pool.0].with_template(labels, rules)?;
            engine.change_pool(pool, changed);
        }
        ("apply", "EC2NodeClass") => engine.change_image(),
        ("ice", _) => action["unavailable"].as_array().into_iter().flatten().for_each(|short| {
            engine.refuse_capacity(shortage(engine, short));
        }),
        ("ice-over", _) => {
            engine.restore_capacity();
            action["unavailable"].as_array().into_iter().flatten().for_each(|short| {
                engine.refuse_capacity(shortage(engine, short));
            });
        }
        ("interrupt", _) => {
            let claim = recording.claim(text("claim"));
            let is = |node: &NodeId| claim.is_some() && engine.recorded_as(*node) == claim;
            if let Some(node) = (0..engine.nodes().len()).map(NodeId).find(is) {
                engine.interrupt(node);
            }
        }
        ("settled" | "waited" | "timeout", _) => {}
        (other, kind) => return Err(format!("the timeline does `{other} {kind}`, which is not known here")),
    }
    Ok(())
}

/// What is out of capacity: type, zone and capacity type, `*` being any.
fn shortage(engine: &Engine, written: &Value) -> Shortage {
    let part = |place: usize| written[place].as_str().filter(|text| *text != "*");
    let region = engine.catalogue().region();
    let capacity = |text: &str| if text == "spot" { Capacity::Spot } else { Capacity::OnDemand };
    Shortage {
        instance_type: part(0).map(str::to_owned),
        zone: part(1).map(|zone| if zone.len() == 1 { format!("{region}{zone}") } else { zone.to_owned() }),
        capacity: part(2).map(capacity),
    }
}

/// The twin's state, as the recording writes it.
fn state(engine: &Engine) -> Settled {
    let there = engine.nodes().iter().enumerate().filter(|(_, node)| node.present() && node.pool.is_some());
    let group = |pod: &PodId| engine.pods()[pod.0].template.workload.clone();
    let nodes = there.map(|(place, _)| compare::Host::of(engine, NodeId(place), group));
    let mut pending = std::collections::BTreeMap::new();
    for pod in engine.pods().iter().filter(|pod| pod.pending()) {
        *pending.entry(pod.template.workload.clone()).or_default() += 1;
    }
    Settled { at: engine.now(), nodes: nodes.collect(), pending }
}

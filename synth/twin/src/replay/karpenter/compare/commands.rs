//! Commands of disruption.

use super::{Decision, Recording, capacity, differing, letter, together};
use crate::{
    catalogue::{CAPACITY_TYPE, TypeId},
    engine::{Disruption, Engine, Kind},
    karpenter::Reason,
    pods::{Capacity, NodeId},
    replay::karpenter::recording::{self, Replacement},
    time::Time,
};

pub(super) fn decisions(recording: &Recording, engine: &Engine) -> Vec<Decision> {
    let made = engine.events().iter().filter_map(|event| match &event.kind {
        Kind::Disrupted(disruption) => Some((event.at, disruption)),
        _ => None,
    });
    let own: Vec<_> = made.collect();
    let mut taken = vec![false; own.len()];
    let mut all = Vec::new();
    for recorded in &recording.disruptions {
        let near = |(number, (at, _)): &(usize, &(Time, &Disruption))| !taken[*number] && together(recorded.t, *at);
        let agrees =
            |(_, (_, own)): &(usize, &(Time, &Disruption))| differs(recording, recorded, engine, own).is_none();
        let by_time = |(_, (at, _)): &(usize, &(Time, &Disruption))| (Time::seconds(recorded.t) - *at).0.abs();
        let found = || own.iter().enumerate().filter(near);
        let best = found().filter(agrees).min_by_key(by_time).or_else(|| found().min_by_key(by_time));
        let difference = match best {
            Some((number, (_, own))) => {
                taken[number] = true;
                differs(recording, recorded, engine, own)
            }
            None => Some("the twin does nothing then".to_owned()),
        };
        let what = format!("{} {} of {}", recorded.reason, recorded.decision, recorded.nodes.join(", "));
        all.push(Decision { at: recorded.t, what, differs: difference });
    }
    for ((at, own), _) in own.iter().zip(&taken).filter(|(_, taken)| !**taken) {
        let kinds = kinds(engine, &own.nodes);
        all.push(Decision {
            at: at.in_seconds(),
            what: "no command".to_owned(),
            differs: Some(format!("the twin takes away {kinds:?} ({})", name(own.reason))),
        });
    }
    all
}

fn name(reason: Reason) -> &'static str {
    match reason {
        Reason::Empty => "empty",
        Reason::Underutilized => "underutilized",
        Reason::Drifted => "drifted",
    }
}

/// What kinds the nodes are of, in order.
fn kinds(engine: &Engine, nodes: &[NodeId]) -> Vec<String> {
    let kind = |id: &NodeId| {
        let node = &engine.nodes()[id.0];
        format!("{} {} {}", node.instance_type, letter(&node.zone), capacity(node.capacity))
    };
    let mut kinds: Vec<_> = nodes.iter().map(kind).collect();
    kinds.sort_unstable();
    kinds
}

fn differs(recording: &Recording, recorded: &recording::Command, engine: &Engine, own: &Disruption) -> Option<String> {
    let decision = if own.replacements.is_empty() { "delete" } else { "replace" };
    let instances = recorded
        .nodes
        .iter()
        .filter_map(|id| recording.claim(id))
        .filter_map(|place| recording.claims[place].instance.as_ref());
    let mut went: Vec<_> =
        instances.map(|instance| format!("{} {} {}", instance.kind, instance.zone, instance.capacity_type)).collect();
    went.sort_unstable();
    let parts = [
        ("reason", recorded.reason.clone(), name(own.reason).to_owned()),
        ("decision", recorded.decision.clone(), decision.to_owned()),
        ("nodes", format!("{went:?}"), format!("{:?}", kinds(engine, &own.nodes))),
        ("pods", recorded.pods.to_string(), own.pods.to_string()),
        ("replacements", recorded.replacements.len().to_string(), own.replacements.len().to_string()),
    ];
    let said = differing(parts);
    if said.is_some() {
        return said;
    }
    let cents = (recorded.savings - own.savings).abs();
    if cents > 0.0051 {
        return Some(format!("savings: recorded {:.2}, twin {:.4}", recorded.savings, own.savings));
    }
    recorded
        .replacements
        .iter()
        .zip(&own.replacements)
        .find_map(|(recorded, node)| replacement(recorded, engine, *node))
}

fn replacement(recorded: &Replacement, engine: &Engine, node: NodeId) -> Option<String> {
    let claim = engine.claim_of(node)?;
    let catalogue = engine.catalogue();
    let rules = &claim.requirements;
    let spot = rules.allows(CAPACITY_TYPE, Capacity::Spot.label());
    let bought = if spot { Capacity::Spot } else { Capacity::OnDemand };
    // Of equal price, which comes first is chance.
    let cheapest = |id: &TypeId| {
        let offers = catalogue.get(*id).offerings.iter().filter(|at| rules.allows(CAPACITY_TYPE, at.capacity.label()));
        let zone = |zone| rules.allows(crate::pods::ZONE, catalogue.zone_name(zone));
        offers.filter(|at| zone(at.zone)).map(|at| at.price).reduce(f64::min).unwrap_or(f64::MAX)
    };
    let mut prices: Vec<f64> = claim.types.iter().map(cheapest).collect();
    prices.sort_by(f64::total_cmp);
    prices.truncate(recorded.cheapest.len());
    let listed = recorded.cheapest.iter().filter_map(|name| catalogue.named(name));
    let listed: Vec<f64> = listed.map(|id| cheapest(&id)).collect();
    differing([
        ("replacement's capacity type", recorded.capacity_type.clone(), capacity(bought).to_owned()),
        ("replacement's types", recorded.types_count.to_string(), claim.types.len().to_string()),
        ("replacement's cheapest", format!("{listed:?}"), format!("{prices:?}")),
    ])
}

//! Claims, the calls that bought them, and what came of those.

use super::{Decision, Recording, capacity, differing, letter, together};
use crate::{
    catalogue::{CAPACITY_TYPE, Catalogue, TypeId},
    engine::{Engine, Kind},
    karpenter::{Claim, launch::Fleet},
    pods::{NodeId, ZONE},
    quantity,
    replay::karpenter::recording,
    time::Time,
};

/// A claim of the twin's.
struct Own<'a> {
    at: Time,
    node: NodeId,
    claim: &'a Claim,
}

pub(super) fn decisions(recording: &Recording, engine: &Engine) -> Vec<Decision> {
    let made = engine.events().iter().filter_map(|event| match event.kind {
        Kind::Claimed(node) => Some(Own { at: event.at, node, claim: engine.claim_of(node)? }),
        _ => None,
    });
    let own: Vec<Own<'_>> = made.collect();
    let mut taken = vec![false; own.len()];
    let mut partner = vec![None; recording.claims.len()];
    // First those that agree whole, then those that the pace took for the same, then any that is near.
    let whole = |recorded: &recording::Claim, own: &Own<'_>| {
        claim_differs(recording, recorded, engine, own).is_none()
            && bought_differs(recorded, engine, own.node).is_none()
    };
    let mapped = |place: usize, own: &Own<'_>| engine.recorded_as(own.node) == Some(place);
    for round in 0..4 {
        for (place, recorded) in recording.claims.iter().enumerate() {
            if partner[place].is_some() {
                continue;
            }
            let suits = |own: &Own<'_>| {
                together(recorded.created, own.at)
                    && match round {
                        0 => mapped(place, own) && whole(recorded, own),
                        1 => whole(recorded, own),
                        2 => mapped(place, own),
                        _ => engine.pools()[own.claim.pool.0].name == recorded.pool,
                    }
            };
            let found = own.iter().enumerate().find(|(number, own)| !taken[*number] && suits(own));
            if let Some((number, _)) = found {
                (taken[number], partner[place]) = (true, Some(number));
            }
        }
    }
    let mut all = Vec::new();
    for (recorded, partner) in recording.claims.iter().zip(partner) {
        all.extend(of_claim(recording, recorded, engine, partner.map(|number| &own[number])));
    }
    for (own, _) in own.iter().zip(&taken).filter(|(_, taken)| !**taken) {
        let kind = &engine.nodes()[own.node.0].instance_type;
        let pool = &engine.pools()[own.claim.pool.0].name;
        all.push(Decision {
            at: own.at.in_seconds(),
            what: "no claim".to_owned(),
            differs: Some(format!("the twin makes one more of pool {pool}, {} mCPU, {kind}", own.claim.requests.cpu)),
        });
    }
    all
}

/// The decisions about one claim: what was asked for, of AWS, and what came of it.
fn of_claim(
    recording: &Recording,
    recorded: &recording::Claim,
    engine: &Engine,
    own: Option<&Own<'_>>,
) -> Vec<Decision> {
    let id = &recorded.id;
    let none = || Some("the twin makes none".to_owned());
    let decision = |at: f64, what: String, differs: Option<String>| Decision { at, what, differs };
    let kind = recorded.instance.as_ref().map_or("refused", |instance| &instance.kind);
    let mut all = vec![decision(
        recorded.created,
        format!("claim {id} ({kind})"),
        own.map_or_else(none, |own| claim_differs(recording, recorded, engine, own)),
    )];
    if let Some(fleet) = &recorded.fleet {
        let differs = own.map_or_else(none, |own| fleet_differs(recording, fleet, engine, own.node));
        all.push(decision(fleet.t, format!("call for {id}"), differs));
    }
    let differs = own.map_or_else(none, |own| bought_differs(recorded, engine, own.node));
    all.push(decision(recorded.launched.unwrap_or(recorded.created), format!("instance of {id}"), differs));
    all
}

fn claim_differs(recording: &Recording, recorded: &recording::Claim, engine: &Engine, own: &Own<'_>) -> Option<String> {
    let catalogue = engine.catalogue();
    let text = |key: &str| recorded.requests.get(key).map_or("0", String::as_str);
    let requests = &own.claim.requests;
    let mut types: Vec<&str> = own.claim.types.iter().map(|id| catalogue.get(*id).name.as_str()).collect();
    types.sort_unstable();
    let mut listed = recording.list(&recorded.types);
    listed.sort_unstable();
    let numbers = |cpu: i64, memory: i64, pods: i64| format!("{cpu}m {memory} bytes {pods} pods");
    let values = |key: &str| {
        let mut values: Vec<String> =
            own.claim.requirements.get(key).and_then(|rule| rule.values()).unwrap_or_default().to_vec();
        values.sort_unstable();
        values.join(",")
    };
    let listed_values = |key: &str| {
        let all = recorded.requirements.get(key).and_then(|values| values.as_array());
        let mut all: Vec<&str> = all.into_iter().flatten().filter_map(|value| value.as_str()).collect();
        all.sort_unstable();
        all.join(",")
    };
    let asked = |key: &'static str| {
        let named = recorded.requirements.contains_key(key);
        named.then(|| (key, listed_values(key), values(key)))
    };
    let parts = [
        ("pool", recorded.pool.clone(), engine.pools()[own.claim.pool.0].name.clone()),
        (
            "requests",
            numbers(
                quantity::thousandths(text("cpu")).unwrap_or(-1),
                quantity::whole(text("memory")).unwrap_or(-1),
                quantity::whole(text("pods")).unwrap_or(-1),
            ),
            numbers(requests.cpu, requests.memory, requests.pods),
        ),
        ("types", recorded.types_count.to_string(), types.len().to_string()),
    ];
    let same = listed.is_empty() || listed == types;
    let other = || {
        let lacking: Vec<_> = listed.iter().filter(|name| !types.contains(name)).take(3).copied().collect();
        let surplus: Vec<_> = types.iter().filter(|name| !listed.contains(name)).take(3).copied().collect();
        ("type list", format!("{lacking:?}"), format!("{surplus:?}"))
    };
    differing(parts.into_iter().chain([ZONE, CAPACITY_TYPE].into_iter().filter_map(asked)).chain((!same).then(other)))
}

fn fleet_differs(recording: &Recording, recorded: &recording::Fleet, engine: &Engine, node: NodeId) -> Option<String> {
    let Some(fleet) = engine.fleet_of(node) else { return Some("the twin asks for nothing".to_owned()) };
    let catalogue = engine.catalogue();
    let zones: String = fleet.zones().iter().map(|zone| letter(catalogue.zone_name(*zone))).collect();
    let types = fleet.types();
    let listed: Vec<TypeId> = recording.list(&recorded.types).iter().filter_map(|name| catalogue.named(name)).collect();
    let parts = [
        ("capacity type", recorded.capacity_type.clone(), capacity(fleet.capacity).to_owned()),
        ("types", recorded.types_count.to_string(), types.len().to_string()),
        ("overrides", recorded.overrides.to_string(), fleet.overrides.len().to_string()),
        ("zones", recorded.zones.clone(), zones),
    ];
    // Which of equally dear types is cut off is chance, and with it how many zones there are to ask in.
    let cut = types.len() == recorded.types_count && equally_dear(catalogue, fleet, &listed, &types);
    let parts = parts.into_iter().filter(|(name, ..)| !(cut && *name == "overrides" && listed != types));
    differing(parts).or_else(|| {
        let lacking = listed.iter().find(|id| !types.contains(id)).map(|id| catalogue.get(*id).name.as_str());
        (!cut).then(|| format!("types: recorded {} is not asked for", lacking.unwrap_or("(none)")))
    })
}

/// Are these the same types but for some that cost the same?
fn equally_dear(catalogue: &Catalogue, fleet: &Fleet, listed: &[TypeId], types: &[TypeId]) -> bool {
    let zones = fleet.zones();
    let cheapest = |id: &TypeId| {
        let prices = zones.iter().filter_map(|zone| catalogue.price(*id, *zone, fleet.capacity));
        prices.reduce(f64::min).unwrap_or(f64::MAX)
    };
    let sorted = |ids: &[TypeId]| {
        let mut prices: Vec<f64> = ids.iter().map(cheapest).collect();
        prices.sort_by(f64::total_cmp);
        prices
    };
    listed.is_empty() || sorted(listed) == sorted(types)
}

fn bought_differs(recorded: &recording::Claim, engine: &Engine, node: NodeId) -> Option<String> {
    let node = &engine.nodes()[node.0];
    let own = if node.instance_type.is_empty() {
        "refused".to_owned()
    } else {
        described(&node.instance_type, &letter(&node.zone), capacity(node.capacity))
    };
    let recorded = recorded.instance.as_ref().map_or_else(
        || "refused".to_owned(),
        |instance| described(&instance.kind, &instance.zone, &instance.capacity_type),
    );
    differing([("instance", recorded, own)])
}

fn described(kind: &str, zone: &str, capacity: &str) -> String {
    format!("{kind} {zone} {capacity}")
}

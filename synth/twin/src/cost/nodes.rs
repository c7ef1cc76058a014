//! Instances by the second.

use std::collections::BTreeMap;

use super::Price;
use crate::{
    catalogue::{self, Catalogue, Origin},
    pods::{Capacity, Node},
    time::{Span, Time},
};

/// EC2 bills Linux by the second, a minute at least.
const LEAST: Span = Span::whole_seconds(60);

/// What the nodes of a type, paid in one way, come to.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeHours {
    /// The instance type.
    pub instance_type: String,
    /// Spot or on-demand.
    pub capacity: Capacity,
    /// Instances that were launched.
    pub nodes: usize,
    /// Their hours together.
    pub hours: f64,
    /// Dollars.
    pub dollars: f64,
}

/// What an hour of an instance costs by a catalogue, and who says so; what it does not know costs what whoever asks took for it.
pub fn hour(catalogue: &Catalogue, name: &str, capacity: Capacity, otherwise: f64) -> Price<'static> {
    let known = catalogue.named(name).and_then(|id| {
        let mut offerings = catalogue.get(id).offerings.iter();
        offerings.find(|offering| offering.capacity == capacity)
    });
    by(catalogue.region(), capacity, known.map(|offering| (offering.price, offering.origin)), otherwise)
}

/// What an hour of one type costs in a region, without a catalogue where none is needed: what Spot saves needs the whole of it.
pub fn listed_hour(region: &str, name: &str, capacity: Capacity) -> Price<'static> {
    match capacity {
        Capacity::OnDemand => by(region, capacity, catalogue::on_demand(region, name), 0.0),
        Capacity::Spot => hour(&Catalogue::of(region).unwrap_or_default(), name, capacity, 0.0),
    }
}

/// Spot's price moves by the hour, so that one reckoned from a saving on average is a guess, whatever it is reckoned from.
fn by(region: &str, capacity: Capacity, known: Option<(f64, Origin)>, otherwise: f64) -> Price<'static> {
    match known {
        Some((dollars, origin)) => {
            let (source, read) = origin.source(region);
            let estimated = capacity == Capacity::Spot || origin.is_estimate();
            Price { dollars, unit: "hour", source, read, estimated }
        }
        None => Price { dollars: otherwise, unit: "hour", source: "no price is known", read: "", estimated: true },
    }
}

/// What each type comes to from one moment to another: from its launch until it is gone, a minute at least, as far as that lies between.
pub fn node_hours(nodes: &[Node], from: Time, until: Time) -> Vec<NodeHours> {
    let mut types: BTreeMap<(&str, Capacity), NodeHours> = BTreeMap::new();
    for node in nodes {
        let Some(launched) = node.launched else { continue };
        let billed = node.gone.map_or(until, |gone| gone.max(launched + LEAST)).min(until);
        let span = billed - launched.max(from);
        if span <= Span::ZERO {
            continue;
        }
        let key = (node.instance_type.as_str(), node.capacity);
        let sum = types.entry(key).or_insert_with(|| NodeHours {
            instance_type: node.instance_type.clone(),
            capacity: node.capacity,
            nodes: 0,
            hours: 0.0,
            dollars: 0.0,
        });
        let hours = span.in_seconds() / 3600.0;
        sum.nodes += 1;
        sum.hours += hours;
        sum.dollars += hours * node.price;
    }
    types.into_values().collect()
}

/// What the instances cost at a moment, in dollars an hour.
pub fn per_hour(nodes: &[Node], now: Time) -> f64 {
    let billed = |node: &&Node| {
        node.launched
            .is_some_and(|launched| launched <= now && node.gone.is_none_or(|gone| gone.max(launched + LEAST) > now))
    };
    nodes.iter().filter(billed).map(|node| node.price).sum()
}

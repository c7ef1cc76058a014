//! All lines together.

use super::{
    nodes::{NodeHours, hour},
    prices::{HOURS_A_MONTH, Item, Price, price},
};
use crate::{catalogue::Catalogue, pods::Capacity};

/// What stands whatever the load is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Fixed {
    /// The cluster's version has extended support alone.
    pub extended: bool,
    /// NAT gateways.
    pub nat_gateways: f64,
    /// Interface endpoints times their zones.
    pub endpoint_zones: f64,
    /// Network load balancers.
    pub load_balancers: f64,
    /// Public IPv4 addresses: of NAT gateways and of load balancers that face the internet, one a zone.
    pub public_addresses: f64,
    /// Gigabytes of gp3 that are no node's.
    pub volumes: f64,
    /// Keys.
    pub keys: f64,
}

/// What depends on the load.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moved {
    /// LCU-hours of the load balancers.
    pub lcu_hours: f64,
    /// Gigabytes that cross from one zone to another.
    pub cross_zone: f64,
    /// Gigabytes to the internet.
    pub egress: f64,
    /// Gigabytes through NAT gateways.
    pub nat: f64,
    /// Gigabytes through interface endpoints.
    pub endpoints: f64,
    /// Gigabytes of logs.
    pub logs: f64,
    /// Bytes of an answer, where those that move are reckoned from an assumption of these.
    pub answer_bytes: f64,
}

/// A line of a bill.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// What for.
    pub what: String,
    /// How many units.
    pub quantity: f64,
    /// The unit.
    pub unit: &'static str,
    /// The price of a unit and its source.
    pub price: Price<'static>,
    /// Dollars.
    pub dollars: f64,
}

/// What everything costs over some hours.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bill {
    /// Its lines: instances first, then what stands, then what moved.
    pub lines: Vec<Line>,
    /// What moved, as it was reckoned.
    pub moved: Moved,
}

impl Bill {
    /// The bill of so many hours in the region of a catalogue, by which nodes are paid. Each node has a volume of so many gigabytes.
    pub fn of(
        catalogue: &Catalogue,
        hours: f64,
        nodes: &[NodeHours],
        node_volume: f64,
        fixed: Fixed,
        moved: Moved,
    ) -> Self {
        let region = catalogue.region();
        let mut lines: Vec<_> = nodes.iter().map(|node| Line::of_nodes(catalogue, node)).collect();
        let (months, of_nodes) = (hours / HOURS_A_MONTH, nodes.iter().map(|node| node.hours).sum::<f64>());
        let cluster = if fixed.extended { Item::ClusterExtended } else { Item::Cluster };
        let items = [
            ("volumes of nodes", Item::Gp3, node_volume * of_nodes / HOURS_A_MONTH),
            ("control plane", cluster, hours),
            ("NAT gateways", Item::NatGateway, fixed.nat_gateways * hours),
            ("interface endpoints", Item::Endpoint, fixed.endpoint_zones * hours),
            ("load balancers", Item::Nlb, fixed.load_balancers * hours),
            ("public IPv4 addresses", Item::PublicIpv4, fixed.public_addresses * hours),
            ("other volumes", Item::Gp3, fixed.volumes * months),
            ("keys", Item::KmsKey, fixed.keys * months),
            ("capacity units of load balancers", Item::NlbLcu, moved.lcu_hours),
            // Whoever sends pays, and whoever receives.
            ("traffic between zones", Item::CrossZone, 2.0 * moved.cross_zone),
            ("traffic to the internet", Item::Egress, moved.egress),
            ("traffic through NAT gateways", Item::NatGatewayGb, moved.nat),
            ("traffic through endpoints", Item::EndpointGb, moved.endpoints),
            ("logs", Item::LogsIngest, moved.logs),
        ];
        let used = items.into_iter().filter(|(_, _, quantity)| *quantity > 0.0);
        let assumed =
            |item: Item| moved.answer_bytes > 0.0 && matches!(item, Item::NlbLcu | Item::CrossZone | Item::Egress);
        lines.extend(used.map(|(what, item, quantity)| {
            let line = Line::of_item(what, price(item, region), quantity);
            if assumed(item) {
                let what = format!("{what}, at an assumed {:.0} bytes an answer", moved.answer_bytes);
                return Line { what, ..line };
            }
            line
        }));
        Self { lines, moved }
    }

    /// Dollars of all lines.
    pub fn dollars(&self) -> f64 {
        self.lines.iter().map(|line| line.dollars).sum()
    }
}

impl Line {
    fn of_nodes(catalogue: &Catalogue, node: &NodeHours) -> Self {
        let how = match node.capacity {
            Capacity::Spot => "spot",
            Capacity::OnDemand => "on demand",
        };
        let what = format!("{}, {how}", node.instance_type);
        let price = hour(catalogue, &node.instance_type, node.capacity, node.dollars / node.hours);
        Self { what, quantity: node.hours, unit: price.unit, price, dollars: node.dollars }
    }

    fn of_item(what: &str, price: Price<'static>, quantity: f64) -> Self {
        Self { what: what.to_owned(), quantity, unit: price.unit, price, dollars: quantity * price.dollars }
    }
}

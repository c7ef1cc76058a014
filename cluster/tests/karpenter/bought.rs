//! The nodes that were bought, and their cost.

use std::{collections::BTreeMap, fmt};

use cluster::Instance;

/// An instance that runs, with the services' pods on it.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) instance: Instance,
    pub(crate) pods: BTreeMap<String, usize>,
    /// Did it ever get one of them?
    pub(crate) was_used: bool,
}

/// All that runs at one time.
#[derive(Clone, Debug)]
pub(crate) struct Bought {
    pub(crate) nodes: Vec<Node>,
    /// How many were launched from the beginning on.
    pub(crate) launched: usize,
}

impl Bought {
    /// USD an hour.
    pub(crate) fn cost(&self) -> f64 {
        self.nodes.iter().map(|node| node.instance.price).sum()
    }

    pub(crate) fn on_demand(&self) -> usize {
        self.nodes.iter().filter(|node| node.instance.capacity == "on-demand").count()
    }

    pub(crate) fn unused(&self) -> usize {
        self.nodes.iter().filter(|node| !node.was_used).count()
    }

    /// A service's pods in each zone.
    pub(crate) fn zones(&self, service: &str) -> BTreeMap<&str, usize> {
        let mut count = BTreeMap::new();
        for node in &self.nodes {
            *count.entry(node.instance.zone.as_str()).or_default() += node.pods[service];
        }
        count
    }

    /// The most pods of a service on one node.
    pub(crate) fn most(&self, service: &str) -> usize {
        self.nodes.iter().map(|node| node.pods[service]).max().unwrap_or_default()
    }
}

impl fmt::Display for Bought {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (cost, on_demand, unused) = (self.cost(), self.on_demand(), self.unused());
        writeln!(f, "{} nodes, {on_demand} on-demand, {unused} never used, {cost:.3} USD/h", self.nodes.len())?;
        for node in &self.nodes {
            let Instance { instance_type, capacity, zone, price, .. } = &node.instance;
            writeln!(f, "  {instance_type} {capacity} {zone} {price:.4} {:?}", node.pods.values().collect::<Vec<_>>())?;
        }
        Ok(())
    }
}

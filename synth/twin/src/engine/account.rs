//! What AWS lets the account have: instances that are there, vCPUs by quota, and addresses.

use std::collections::BTreeMap;

use super::{Engine, event::Limit};
use crate::{
    karpenter::launch::Override,
    pods::{Capacity, NodeId},
};

impl Engine {
    /// What stands against buying this, if anything does.
    pub(super) fn against(&self, offer: &Override, capacity: Capacity) -> Option<Limit> {
        let size = self.cluster.catalogue.get(offer.id).capacity.cpu;
        let more = |most: i64| self.vcpus(capacity) + size > most.saturating_mul(1000);
        if self.is_short(offer, capacity) {
            Some(Limit::Capacity)
        } else if self.cluster.bounds.vcpus(capacity).is_some_and(more) {
            Some(Limit::Account(capacity))
        } else if !self.addresses.has(self.cluster.catalogue.zone_name(offer.zone)) {
            Some(Limit::Addresses)
        } else {
            None
        }
    }

    /// Thousandths of the vCPUs of the instances that the account has as this; one that is being shut down counts no more.
    fn vcpus(&self, capacity: Capacity) -> i64 {
        let nodes = self.cluster.nodes_there.iter().map(|id| (*id, &self.cluster.nodes[id.0]));
        let runs = nodes.filter(|(id, node)| node.capacity == capacity && !self.terminating(*id));
        runs.map(|(_, node)| node.size.cpu).sum()
    }

    /// The instance of a node takes its address.
    pub(super) fn takes_room(&mut self, id: NodeId) {
        let node = &self.cluster.nodes[id.0];
        if let Some(of) = self.cluster.catalogue.named(&node.instance_type) {
            self.addresses.launch(id, &node.zone, self.cluster.catalogue.get(of));
        }
    }

    /// Is there no capacity for this?
    fn is_short(&self, offer: &Override, capacity: Capacity) -> bool {
        let catalogue = &self.cluster.catalogue;
        self.shortages.iter().any(|short| {
            short.instance_type.as_ref().is_none_or(|kind| *kind == catalogue.get(offer.id).name)
                && short.zone.as_ref().is_none_or(|zone| zone == catalogue.zone_name(offer.zone))
                && short.capacity.is_none_or(|short| short == capacity)
        })
    }

    /// How many offerings were refused, for what each.
    pub(super) fn counted(&mut self, refused: &[Override], capacity: Capacity) -> Vec<(Limit, usize)> {
        let mut counts = BTreeMap::new();
        for at in refused {
            let limit = self.against(at, capacity).unwrap_or(Limit::Capacity);
            *counts.entry(limit).or_default() += 1;
            if limit == Limit::Addresses {
                self.cluster.unavailable.refuse_zone(at.zone, self.now);
            }
        }
        self.refusals.extend(counts.keys().map(|limit| (*limit, self.now)));
        counts.into_iter().collect()
    }
}

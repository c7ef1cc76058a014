//! Addresses of the subnets that nodes are in, as EC2 and the VPC CNI take them where prefixes are delegated.
//!
//! An instance takes one for each of its interfaces, and pods get theirs from ranges of sixteen, of which a node has as many as its pods
//! need and some warm ones. Single addresses land outside of what is reserved for ranges; what ranges could be had beside a reservation is
//! luck, and not reckoned with. Sources: AWS' guide to prefix mode and to reservations of subnets; `pkg/ipamd` of amazon-vpc-cni-k8s for
//! the wait after a refusal.

use std::collections::BTreeMap;

use crate::{
    catalogue::InstanceType,
    pods::NodeId,
    time::{Span, Time},
};

/// Addresses of a range: a /28.
const RANGE: u64 = 16;

/// After EC2 had no range, the CNI asks no more for so long (`insufficientCidrErrorCooldown`).
const COOLS: Span = Span::whole_seconds(120);

/// A subnet that nodes are in, without what stands there for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subnet {
    /// Its zone, such as `eu-north-1a`.
    pub zone: String,
    /// Free addresses that are not reserved for ranges.
    pub singles: u64,
    /// Ranges of sixteen that are reserved.
    pub ranges: u64,
    /// Ranges that a node keeps beyond those that its pods need (`WARM_PREFIX_TARGET`).
    pub warm: u64,
}

/// What of the subnets is taken by whom. Without subnets there is no bound.
#[derive(Clone, Debug, Default)]
pub struct Addresses {
    left: Vec<Subnet>,
    nodes: BTreeMap<NodeId, Held>,
}

/// What a node holds.
#[derive(Clone, Copy, Debug)]
struct Held {
    subnet: usize,
    pods: u64,
    ranges: u64,
    interfaces: u64,
    most_interfaces: u64,
    /// Ranges that an interface may have beside its own address.
    each: u64,
    refused: Option<Time>,
}

impl Addresses {
    /// Nothing is taken yet.
    pub fn new(subnets: Vec<Subnet>) -> Self {
        Self { left: subnets, nodes: BTreeMap::new() }
    }

    /// Is there an address for an instance in a zone?
    pub fn has(&self, zone: &str) -> bool {
        self.left.iter().find(|subnet| subnet.zone == zone).is_none_or(|subnet| subnet.singles > 0)
    }

    /// Ranges that are left in a zone; none where it has no bound.
    pub fn ranges_left(&self, zone: &str) -> Option<u64> {
        self.left.iter().find(|subnet| subnet.zone == zone).map(|subnet| subnet.ranges)
    }

    /// An instance is launched.
    pub fn launch(&mut self, node: NodeId, zone: &str, of: &InstanceType) {
        let Some(subnet) = self.left.iter().position(|subnet| subnet.zone == zone) else { return };
        let unsigned = |number: i64| u64::try_from(number).unwrap_or_default();
        let held = Held {
            subnet,
            pods: 0,
            ranges: 0,
            interfaces: 1,
            most_interfaces: unsigned(of.interfaces),
            each: unsigned(of.addresses_per_interface - 1),
            refused: None,
        };
        self.left[subnet].singles = self.left[subnet].singles.saturating_sub(1);
        self.nodes.insert(node, held);
    }

    /// Its CNI begins: it gets its warm ranges.
    pub fn join(&mut self, node: NodeId, now: Time) {
        if let Some(held) = self.nodes.get_mut(&node) {
            held.settle(&mut self.left, now);
        }
    }

    /// A pod of a node wants an address: does it get one?
    pub fn take(&mut self, node: NodeId, now: Time) -> bool {
        let Some(held) = self.nodes.get_mut(&node) else { return true };
        held.pods += 1;
        held.settle(&mut self.left, now);
        let there = held.pods <= held.ranges * RANGE;
        held.pods -= u64::from(!there);
        there
    }

    /// A pod of a node gives its address back.
    pub fn release(&mut self, node: NodeId, now: Time) {
        if let Some(held) = self.nodes.get_mut(&node) {
            held.pods = held.pods.saturating_sub(1);
            held.settle(&mut self.left, now);
        }
    }

    /// An instance is gone, with all that it held.
    pub fn gone(&mut self, node: NodeId) {
        if let Some(held) = self.nodes.remove(&node) {
            let subnet = &mut self.left[held.subnet];
            subnet.singles += held.interfaces;
            subnet.ranges += held.ranges;
        }
    }
}

impl Held {
    /// Takes the ranges that its pods need and the warm ones, as far as there are, and gives back what is beyond.
    fn settle(&mut self, subnets: &mut [Subnet], now: Time) {
        let subnet = &mut subnets[self.subnet];
        let wanted = self.pods.div_ceil(RANGE) + subnet.warm;
        while self.ranges > wanted {
            self.ranges -= 1;
            subnet.ranges += 1;
        }
        while self.interfaces > 1 && self.ranges <= (self.interfaces - 1) * self.each {
            self.interfaces -= 1;
            subnet.singles += 1;
        }
        if self.refused.is_some_and(|at| now - at < COOLS) {
            return;
        }
        self.refused = None;
        while self.ranges < wanted {
            let more = self.ranges == self.interfaces * self.each;
            if more && self.interfaces >= self.most_interfaces {
                return;
            }
            if subnet.ranges == 0 || (more && subnet.singles == 0) {
                self.refused = Some(now);
                return;
            }
            self.interfaces += u64::from(more);
            subnet.singles -= u64::from(more);
            subnet.ranges -= 1;
            self.ranges += 1;
        }
    }
}

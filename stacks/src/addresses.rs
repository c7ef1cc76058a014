//! The addresses of nodes and pods: how many ranges nodes take of a subnet, and which part of it is kept for ranges alone.
//!
//! A range is a /28 that is free as a whole. Single addresses, such as an interface's own, land anywhere: a few of them spoil
//! many ranges, though most addresses stay free. In a reservation no single address lands.

use crate::{
    instances::{RANGE, WARM_RANGES},
    settings::{Cidr, Settings},
};

/// The most ranges that nodes take with so many pods, however these are spread over them: each node has one that is not full.
pub(crate) fn ranges(nodes: u64, pods: u64) -> u64 {
    nodes * (1 + WARM_RANGES) + pods.div_ceil(RANGE)
}

/// The most of so many nodes that may stand in one of the subnets: with a zone lost, the others share them.
pub(crate) fn share(nodes: u64, subnets: usize) -> u64 {
    nodes.div_ceil((subnets as u64).saturating_sub(1).max(1))
}

/// The ranges to reserve in each subnet of nodes, from what the pools' limits and the services' sizes allow.
pub(crate) fn reserved_ranges(settings: &Settings) -> u64 {
    let vcpus: u64 = settings.karpenter.node_pools.values().map(|pool| u64::from(pool.limit_cpu)).sum();
    let nodes = vcpus.div_ceil(crate::manifests::FEWEST_VCPUS) + u64::from(settings.base_nodes.max_size);
    let nodes = share(nodes, settings.network.zones.len());
    let services: u64 = crate::manifests::most_pods(settings).map(|(_, most)| most).sum();
    // What runs on every node, and the few others, are no more than a range of pods on each node.
    ranges(nodes, nodes * RANGE + services)
}

/// The parts of a subnet that hold so many ranges, each a power of two, as few as can be. The first and the last range of
/// the subnet are never among them: AWS keeps some of their addresses for itself. A subnet that is too small gives all others.
pub(crate) fn reservation(subnet: Cidr, ranges: u64) -> Vec<Cidr> {
    let all = subnet.addresses() / RANGE;
    // From the middle outwards, two of each size: a quarter of the subnet above the middle and one below, two eighths, …
    let sizes = std::iter::successors(Some(all / 4), |size| Some(size / 2)).take_while(|size| *size > 0);
    let slots = sizes.flat_map(|size| [(all - 2 * size, size), (size, size)]);
    let mut left = ranges;
    let mut parts = Vec::new();
    for (offset, size) in slots {
        if left == 0 {
            break;
        }
        let taken = left.next_power_of_two().min(size);
        parts.push(subnet.part(offset * RANGE, taken * RANGE));
        left = left.saturating_sub(taken);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The addresses of a subnet: nodes come and take single ones and ranges, and go again.
    struct Subnet {
        taken: Vec<bool>,
        reserved: Vec<bool>,
        state: u64,
    }

    /// A number that counts things here, and one that an array counts.
    fn index(number: u64) -> usize {
        usize::try_from(number).unwrap()
    }

    impl Subnet {
        fn new(range: &str, reserved: &[Cidr], seed: u64) -> Self {
            let range: Cidr = range.parse().unwrap();
            let addresses = index(range.addresses());
            let mut taken = vec![false; addresses];
            // AWS keeps the first four and the last.
            taken[..4].fill(true);
            taken[addresses - 1] = true;
            let starts = (0..range.addresses()).step_by(index(RANGE));
            let inside = |start| reserved.iter().any(|part| part.contains(range.part(start, RANGE)));
            Self { taken, reserved: starts.map(inside).collect(), state: seed }
        }

        /// A number below a bound, the same for the same seed (the constants are Knuth's, of MMIX).
        fn random(&mut self, below: usize) -> usize {
            self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            index((self.state >> 33) % below as u64)
        }

        /// A single address, which AWS takes anywhere outside of reservations.
        fn single(&mut self) -> usize {
            loop {
                let address = self.random(self.taken.len());
                if !self.reserved[address / index(RANGE)] && !self.taken[address] {
                    self.taken[address] = true;
                    return address;
                }
            }
        }

        /// The ranges that are free as a whole, in the reservations or outside.
        fn free(&self, reserved: bool) -> Vec<usize> {
            let ranges = self.taken.chunks(index(RANGE)).zip(&self.reserved).enumerate();
            let free = ranges.filter(|(_, (range, inside))| **inside == reserved && !range.contains(&true));
            free.map(|(number, _)| number * index(RANGE)).collect()
        }

        /// A range of those in the reservations: what is left outside is luck.
        fn range(&mut self) -> Option<usize> {
            let choice = self.free(true);
            let chosen = self.random(choice.len().max(1));
            let start = *choice.get(chosen)?;
            self.taken[start..start + index(RANGE)].fill(true);
            Some(start)
        }

        /// Nodes with so many pods, at random, each with its own address; returns what they took, and how often no range was left.
        fn fill(&mut self, nodes: usize, pods: u64) -> (Vec<usize>, u64) {
            let mut each = vec![0; nodes];
            for _ in 0..pods {
                let node = self.random(nodes);
                each[node] += 1;
            }
            let mut taken: Vec<_> = each.iter().map(|_| self.single()).collect();
            let mut refused = 0;
            for pods in each {
                let needed = u64::div_ceil(pods, RANGE) + WARM_RANGES;
                for _ in 0..needed {
                    match self.range() {
                        Some(start) => taken.extend(start..start + index(RANGE)),
                        None => refused += 1,
                    }
                }
            }
            (taken, refused)
        }

        fn release(&mut self, addresses: &[usize]) {
            for address in addresses {
                self.taken[*address] = false;
            }
        }
    }

    #[test]
    fn every_node_gets_its_ranges_from_a_reservation_of_what_is_reckoned() {
        for (range, nodes, pods) in [("10.0.0.0/21", 35, 560), ("10.0.0.0/20", 35, 1_100), ("10.0.0.0/18", 133, 2_500)]
        {
            for seed in 1..=8 {
                let parts = reservation(range.parse().unwrap(), ranges(nodes, pods));
                let mut subnet = Subnet::new(range, &parts, seed);
                // One half of the nodes comes, then the other, and the first goes and comes back, some times.
                let half = index(nodes / 2);
                let (mut first, mut refused) = subnet.fill(half, pods / 2);
                refused += subnet.fill(index(nodes) - half, pods - pods / 2).1;
                for _ in 0..4 {
                    subnet.release(&first);
                    let (again, more) = subnet.fill(half, pods / 2);
                    (first, refused) = (again, refused + more);
                }
                assert_eq!(refused, 0, "{range}, seed {seed}");
            }
        }
    }

    #[test]
    fn one_range_fewer_than_is_reckoned_can_be_too_few() {
        // Each node has a pod more than whole ranges hold: the worst case that the reckoning covers.
        let (nodes, pods) = (4_u64, 4 * 17);
        let needed: u64 = (0..nodes).map(|_| (pods / nodes).div_ceil(RANGE) + WARM_RANGES).sum();
        assert!(needed <= ranges(nodes, pods) && ranges(nodes, pods) <= needed + 1);
    }

    #[test]
    fn without_a_reservation_single_addresses_spoil_ranges_though_enough_are_free() {
        let seeds = 1..=20;
        let left: usize = seeds
            .map(|seed| {
                let mut subnet = Subnet::new("10.0.0.0/21", &[], seed);
                // 35 nodes with three interfaces each, which need 105 ranges of 128.
                for _ in 0..105 {
                    subnet.single();
                }
                subnet.free(false).len()
            })
            .sum();
        assert!((48..60).contains(&(left / 20)), "{} of 105 ranges are left on average", left / 20);
    }

    #[test]
    fn a_reservation_lies_inside_its_subnet_and_leaves_the_first_and_last_range_out() {
        for (range, ranges) in [("10.0.0.0/18", 112), ("10.0.0.0/19", 425), ("10.0.0.0/21", 105), ("10.0.0.0/24", 99)] {
            let subnet: Cidr = range.parse().unwrap();
            let parts = reservation(subnet, ranges);
            let held: u64 = parts.iter().map(|part| part.addresses() / RANGE).sum();
            let most = subnet.addresses() / RANGE - 2;
            assert!(held >= ranges.min(most) && held <= most, "{range}: {parts:?}");
            let (first, last) = (subnet.part(0, 1), subnet.part(subnet.addresses() - 1, 1));
            for (index, part) in parts.iter().enumerate() {
                assert!(subnet.contains(*part) && !part.contains(first) && !part.contains(last), "{part}");
                assert!(!parts[..index].iter().any(|other| other.overlaps(*part)), "{parts:?}");
            }
        }
        let parts = |range: &str, ranges| reservation(range.parse().unwrap(), ranges);
        assert_eq!(parts("10.0.0.0/18", 112), ["10.0.32.0/21".parse().unwrap()]);
    }
}

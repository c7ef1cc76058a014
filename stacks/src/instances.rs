//! The instance types that nodes may be of: how large they are, what of them pods get, what they cost, and where AWS has them.
//!
//! The facts are the tables of the capacity twin's catalogue, each with its source and date; they are read when first asked. A type that
//! is not among them is none that this platform can reckon with.

use std::sync::LazyLock;

use synth_framework::nearest;
use synth_twin::catalogue::{Machine, Offers};

use crate::settings::Architecture;

/// The addresses of a range that an interface gets as one, where the CNI delegates prefixes: a /28.
pub(crate) const RANGE: u64 = 16;

/// Ranges that a node keeps beyond those that its pods need (`WARM_PREFIX_TARGET`).
pub(crate) const WARM_RANGES: u64 = 1;

/// Pods that the kubelet of one of Karpenter's nodes takes. Its own bound, by single addresses, would leave most of each range
/// unused: <https://docs.aws.amazon.com/eks/latest/userguide/cni-increase-ip-addresses.html> advises 110 for fewer than 30 vCPUs and
/// 250 beyond, and larger nodes share the class of the smaller ones.
pub(crate) const MOST_PODS: u32 = 110;

/// An instance type of AWS.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct InstanceType {
    /// Its name, such as `m7i.xlarge`.
    pub(crate) name: &'static str,
    pub(crate) architecture: Architecture,
    pub(crate) vcpus: u64,
    /// MiB.
    pub(crate) memory: u64,
    /// Network interfaces that it may have.
    interfaces: u64,
    /// Addresses, or ranges of them, that each interface may have.
    per_interface: u64,
    /// Price of an hour in us-east-1, in millionths of a dollar: what is cheaper there is cheaper elsewhere, give or take a
    /// few percent. A type without a known price is bought last.
    price: u64,
    /// Volumes that may be attached, the root's included.
    attachments: u64,
    /// Does each interface but the first take the place of a volume?
    shared: bool,
    /// The kind of load that it is made for, and how new it is among its kind, read of its name once: policies ask every type for them.
    category: &'static str,
    generation: u64,
    /// The letters of the zones of each region in which it is offered; empty where nothing is known of it.
    offered: &'static [&'static str],
}

static KNOWN: LazyLock<Vec<InstanceType>> = LazyLock::new(|| Machine::all().map(InstanceType::of).collect());

static OFFERED: LazyLock<Offers> = LazyLock::new(Offers::known);

/// Every type that is known.
pub(crate) fn all() -> &'static [InstanceType] {
    &KNOWN
}

/// The type of a name.
pub(crate) fn named(name: &str) -> Option<&'static InstanceType> {
    all().iter().find(|known| known.name == name)
}

/// The known type that is most likely meant by a name that is none.
pub(crate) fn meant(name: &str) -> Option<&'static str> {
    nearest(name, all().iter().map(|known| known.name))
}

/// The column of a region in the table of offers; nothing where the region is not known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Offered(Option<usize>);

impl Offered {
    /// The offers of a region.
    pub(crate) fn in_region(region: &str) -> Self {
        Self(OFFERED.regions.iter().position(|known| *known == region))
    }

    /// In how many zones a type is offered; nothing where the region is not known.
    pub(crate) fn zones(&self, of: &InstanceType) -> Option<usize> {
        self.0.map(|region| of.offered.get(region).map_or(0, |zones| zones.len()))
    }

    /// Is a type there? What is not known of a region does not speak against it.
    pub(crate) fn has(&self, of: &InstanceType) -> bool {
        self.zones(of) != Some(0)
    }
}

/// The number in the name of a type.
fn generation(name: &str) -> u64 {
    let rest = name.trim_start_matches(|character: char| character.is_ascii_lowercase());
    let digits = rest.split(|character: char| !character.is_ascii_digit()).next();
    digits.and_then(|digits| digits.parse().ok()).unwrap_or_default()
}

impl InstanceType {
    fn of(machine: Machine) -> Self {
        let Machine { name, arch, vcpus, memory, interfaces, addresses_per_interface, attachments, shared, price } =
            machine;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the dearest costs some hundred dollars"
        )]
        let millionths = |dollars: f64| (dollars * 1e6).round() as u64;
        Self {
            name,
            architecture: arch.parse().expect("machines are of two architectures"),
            vcpus,
            memory,
            interfaces,
            per_interface: addresses_per_interface,
            price: price.map_or(u64::MAX, millionths),
            attachments,
            shared,
            category: name.split(|character: char| character.is_ascii_digit()).next().unwrap_or_default(),
            generation: generation(name),
            offered: OFFERED.zones(name),
        }
    }

    /// The first part of its name: `m7i`.
    pub(crate) fn family(&self) -> &'static str {
        self.parts().0
    }

    /// The second part of its name: `xlarge`.
    pub(crate) fn size(&self) -> &'static str {
        self.parts().1
    }

    fn parts(&self) -> (&'static str, &'static str) {
        self.name.split_once('.').unwrap_or((self.name, ""))
    }

    /// The kind of load that it is made for: `m`.
    pub(crate) fn category(&self) -> &'static str {
        self.category
    }

    /// How new it is among its kind: 7 of `m7i`.
    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    /// The key that sorts the cheaper type first; of equal ones the smaller, then that of the earlier name.
    pub(crate) fn cheapness(&self) -> impl Ord + use<> {
        (self.price, self.memory, self.name)
    }

    /// The pods that its network interfaces have single addresses for. EKS keeps memory for so many, whatever the kubelet takes.
    fn pods_of_single_addresses(&self) -> u64 {
        self.interfaces * (self.per_interface - 1) + 2
    }

    /// The most pods that a node of Karpenter's takes: what is set, as far as there are addresses in ranges.
    pub(crate) fn most_pods(&self) -> u64 {
        u64::from(MOST_PODS).min(self.interfaces * (self.per_interface - 1) * RANGE + 2)
    }

    /// The interfaces that hold its ranges of addresses when it is full of pods; each has an address of its own beside them.
    pub(crate) fn interfaces_in_use(&self) -> u64 {
        (self.most_pods().div_ceil(RANGE) + WARM_RANGES).div_ceil(self.per_interface - 1)
    }

    /// The volumes of pods that can be attached beside so many of the node's own, with every interface that it may have.
    pub(crate) fn volumes_beside(&self, own: u64) -> u64 {
        let interfaces = if self.shared { self.interfaces - 1 } else { 0 };
        self.attachments.saturating_sub(own + interfaces)
    }

    /// Thousandths of a vCPU that pods get: EKS keeps 6 % of the first core, 1 % of the second, 0.5 % of the next two, and
    /// 0.25 % of the rest.
    pub(crate) fn allocatable_cpu(&self) -> u64 {
        let rest = self.vcpus.saturating_sub(4) * 10 / 4;
        let kept = [60, 10, 5, 5].iter().take(usize::try_from(self.vcpus).unwrap_or(4)).sum::<u64>();
        self.vcpus * 1000 - kept - rest
    }

    /// MiB that pods get: without what the hypervisor takes, what EKS keeps for the kubelet and the system, and the room
    /// below which the kubelet evicts. It is an estimate of Karpenter's, a little below what nodes then have.
    pub(crate) fn allocatable_memory(&self) -> u64 {
        let there = self.memory - if self.architecture == Architecture::Arm64 { 64 } else { 0 };
        let hypervisor = (there * 75).div_ceil(1000);
        let kept = 255 + 11 * self.pods_of_single_addresses() + 100;
        there.saturating_sub(hypervisor + kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_that_pools_may_buy_have_addresses_for_all_pods_that_are_set() {
        let bought = all().iter().filter(|of| of.vcpus >= 2 && ["c", "m", "r"].contains(&of.category()));
        let fewer: Vec<_> = bought.filter(|of| of.most_pods() < u64::from(MOST_PODS)).map(|of| of.name).collect();
        assert_eq!(fewer, [""; 0]);
    }

    #[test]
    fn pods_get_what_karpenter_says_of_every_type() {
        let reference = include_str!("../tests/fixtures/karpenter-allocatable.csv");
        let mut compared = 0;
        for line in reference.lines().filter(|line| !line.starts_with('#')).skip(1) {
            let mut row = line.split(',');
            let name = row.next().unwrap();
            let said: Vec<u64> = row.map(|cell| cell.parse().unwrap()).collect();
            let known = named(name).unwrap_or_else(|| panic!("{name} is not in the table"));
            let pods = known.pods_of_single_addresses();
            assert_eq!([known.allocatable_cpu(), known.allocatable_memory(), pods], said[..], "{name}");
            compared += 1;
        }
        assert_eq!(compared, 995);
    }

    #[test]
    fn names_say_family_size_category_and_generation() {
        let said = |name| named(name).map(|of| (of.family(), of.size(), of.category(), of.generation()));
        assert_eq!(said("c7gn.4xlarge"), Some(("c7gn", "4xlarge", "c", 7)));
        assert_eq!(said("t4g.micro"), Some(("t4g", "micro", "t", 4)));
        assert_eq!(said("m7i.metal-24xl"), Some(("m7i", "metal-24xl", "m", 7)));
    }

    #[test]
    fn regions_have_types_in_some_of_their_zones() {
        let zones = |name, region| Offered::in_region(region).zones(named(name).unwrap());
        assert_eq!(zones("c5.large", "us-east-1"), Some(5));
        assert_eq!(zones("c5.large", "ap-southeast-5"), Some(0));
        // A type that differs from its family.
        assert_ne!(zones("c5d.metal", "ap-northeast-3"), zones("c5d.large", "ap-northeast-3"));
        assert_eq!(zones("c5.large", "cn-north-1"), None);
        assert!(Offered::in_region("cn-north-1").has(named("c5.large").unwrap()));
    }

    #[test]
    fn volumes_share_their_places_with_interfaces_on_older_types_only() {
        let volumes = |name, own| named(name).unwrap().volumes_beside(own);
        // 27 without the first interface, 3 more of which it may have; a local disk takes one more place.
        assert_eq!([volumes("m5.xlarge", 1), volumes("m5.xlarge", 2), volumes("m5d.xlarge", 1)], [23, 22, 22]);
        assert_eq!(volumes("m7i.xlarge", 1), 31);
        assert_eq!(volumes("m5d.24xlarge", 1), 8);
    }

    #[test]
    fn prices_are_ordered_and_an_unknown_one_comes_last() {
        let cheapness = |name| named(name).unwrap().cheapness();
        assert!(cheapness("c6g.large") < cheapness("c5.large"));
        assert!(cheapness("m5.24xlarge") < cheapness("r9g.medium"));
    }
}

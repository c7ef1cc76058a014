//! What pods get of an instance, as karpenter-provider-aws 1.14 reckons it before the node is there.

use super::tables::Facts;
use crate::resources::{MEBIBYTE, Resources};

/// What of an `EC2NodeClass`, its `kubelet` and Karpenter's own settings decides what nodes hold.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeClass {
    /// Names of the zones in which its subnets lie; none given is all.
    pub zones: Option<Vec<String>>,
    /// `VM_MEMORY_OVERHEAD_PERCENT`, as a share.
    pub memory_overhead: f64,
    /// `kubelet.maxPods`.
    pub max_pods: Option<i64>,
    /// `kubelet.podsPerCore`.
    pub pods_per_core: Option<i64>,
    /// `RESERVED_ENIS`: interfaces that no pod gets an address of.
    pub reserved_interfaces: i64,
    /// `kubelet.kubeReserved`: thousandths of a vCPU, and bytes, in place of what EKS keeps.
    pub kube_reserved: (Option<i64>, Option<i64>),
    /// `kubelet.systemReserved`.
    pub system_reserved: Resources,
    /// `kubelet.evictionHard` for `memory.available`.
    pub eviction: Eviction,
    /// The AMI is Bottlerocket's, or else AL2023's.
    pub bottlerocket: bool,
}

/// The free memory below which the kubelet evicts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Eviction {
    /// Bytes.
    Bytes(i64),
    /// A share of the memory in a hundred; 100 is none.
    Percent(f64),
}

impl Default for NodeClass {
    fn default() -> Self {
        Self {
            zones: None,
            memory_overhead: 0.075,
            max_pods: None,
            pods_per_core: None,
            reserved_interfaces: 0,
            kube_reserved: (None, None),
            system_reserved: Resources::default(),
            eviction: Eviction::Bytes(100 * MEBIBYTE),
            bottlerocket: false,
        }
    }
}

impl NodeClass {
    /// Has it a subnet in this zone?
    pub(super) fn has(&self, region: &str, letter: char) -> bool {
        self.zones.as_ref().is_none_or(|zones| zones.contains(&format!("{region}{letter}")))
    }

    pub(super) fn capacity(&self, facts: &Facts) -> Resources {
        Resources { cpu: facts.vcpus * 1000, memory: self.memory(facts), pods: self.pods(facts) }
    }

    pub(super) fn allocatable(&self, facts: &Facts) -> Resources {
        let (cpu, memory) = self.kube_reserved;
        // AL2023 keeps memory for as many pods as there are addresses, whatever the kubelet takes.
        let pods = if self.bottlerocket { self.pods(facts) } else { addresses(facts, 0) };
        let kube = Resources {
            cpu: cpu.unwrap_or_else(|| kube_reserved_cpu(facts.vcpus * 1000)),
            memory: memory.unwrap_or((11 * pods + 255) * MEBIBYTE),
            pods: 0,
        };
        let eviction = Resources { memory: self.eviction.of(self.memory(facts)), ..Resources::default() };
        self.capacity(facts) - kube - self.system_reserved - eviction
    }

    /// Bytes, less what Karpenter supposes that the hypervisor takes; Graviton keeps 64 MiB more.
    #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "sizes of memory are below 2^53")]
    fn memory(&self, facts: &Facts) -> i64 {
        let there = (facts.memory - if facts.arch == "arm64" { 64 } else { 0 }) * MEBIBYTE;
        let taken = (there as f64 * self.memory_overhead / 1024.0 / 1024.0).ceil() as i64;
        there - taken * MEBIBYTE
    }

    fn pods(&self, facts: &Facts) -> i64 {
        let most = self.max_pods.unwrap_or_else(|| addresses(facts, self.reserved_interfaces));
        let each = self.pods_per_core.filter(|each| *each > 0 && !self.bottlerocket);
        each.map_or(most, |each| most.min(each * facts.vcpus))
    }
}

impl Eviction {
    #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "sizes of memory are below 2^53")]
    fn of(self, memory: i64) -> i64 {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Percent(share) if share >= 100.0 => 0,
            Self::Percent(share) => (memory as f64 / 100.0 * share).ceil() as i64,
        }
    }
}

/// Pods that the interfaces have single addresses for, and the two that need none.
fn addresses(facts: &Facts, reserved: i64) -> i64 {
    match (facts.interfaces - reserved).max(0) {
        0 => 0,
        usable => usable * (facts.addresses_per_interface - 1) + 2,
    }
}

/// What EKS keeps for the kubelet and the system, in thousandths of a vCPU: 6 % of the first core, 1 % of the second, 0.5 % of the next
/// two, 0.25 % beyond; Karpenter cuts each part to whole thousandths.
fn kube_reserved_cpu(cpu: i64) -> i64 {
    let parts = [(0, 1000, 600), (1000, 2000, 100), (2000, 4000, 50), (4000, i64::MAX, 25)];
    parts.iter().map(|(from, to, share)| (cpu.min(*to) - from).max(0) * share / 10_000).sum()
}

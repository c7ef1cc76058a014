//! The labels that Karpenter gives instance types, turned round: which types have a value.

use std::collections::BTreeMap;

use super::{Catalogue, InstanceType, TypeId, TypeSet};
use crate::pods::{Capacity, ZONE};

/// The label of a node's instance type.
const INSTANCE_TYPE: &str = "node.kubernetes.io/instance-type";
/// The label of how a node is paid for.
pub(crate) const CAPACITY_TYPE: &str = "karpenter.sh/capacity-type";

/// Labels of which a type has as many values as it is offered with.
pub(super) const OF_OFFERINGS: [&str; 2] = [ZONE, CAPACITY_TYPE];

/// Labels of whose kind no type of these categories has one.
const ABSENT: [&str; 9] = [
    "node.kubernetes.io/windows-build",
    "karpenter.k8s.aws/instance-gpu-name",
    "karpenter.k8s.aws/instance-gpu-manufacturer",
    "karpenter.k8s.aws/instance-gpu-count",
    "karpenter.k8s.aws/instance-gpu-memory",
    "karpenter.k8s.aws/instance-accelerator-name",
    "karpenter.k8s.aws/instance-accelerator-manufacturer",
    "karpenter.k8s.aws/instance-accelerator-count",
    "karpenter.k8s.aws/capacity-reservation-id",
];

/// Which types have which value of a label. A type may have several.
#[derive(Clone, Debug, Default)]
pub struct Label {
    /// Values by name, each with the types that have it.
    pub values: Vec<(String, TypeSet)>,
    /// Types of which it is known that they have none.
    pub without: TypeSet,
}

pub(super) fn of(catalogue: &Catalogue) -> BTreeMap<&'static str, Label> {
    let count = catalogue.types.len();
    let mut labels: BTreeMap<&'static str, BTreeMap<String, TypeSet>> = BTreeMap::new();
    for (id, of) in catalogue.types.iter().enumerate() {
        let mut insert = |key: &'static str, value: String| {
            let values = labels.entry(key).or_default();
            values.entry(value).or_insert_with(|| TypeSet::none(count)).insert(TypeId(id));
        };
        for (key, value) in own(of) {
            insert(key, value);
        }
        insert("topology.kubernetes.io/region", catalogue.region.clone());
        for zone in of.facts.zones.chars().map(|letter| format!("{}{letter}", catalogue.region)) {
            if catalogue.zones.contains(&zone) {
                insert(ZONE, zone);
            }
        }
    }
    for key in ABSENT {
        labels.entry(key).or_default();
    }
    let label = |(key, values): (&'static str, BTreeMap<String, TypeSet>)| {
        let mut any = TypeSet::none(count);
        for types in values.values() {
            any.join(types);
        }
        let mut without = TypeSet::all(count);
        without.retain(|id| !any.has(id));
        (key, Label { values: values.into_iter().collect(), without })
    };
    labels.into_iter().map(label).collect()
}

/// What does not depend on where a type is.
fn own(of: &InstanceType) -> impl Iterator<Item = (&'static str, String)> {
    let facts = &of.facts;
    let mega = (facts.ghz * 1000.0).round();
    let known = |value: &str| (!value.is_empty()).then(|| value.to_owned());
    let disk = (facts.local_disk > 0).then(|| facts.local_disk.to_string());
    let spot = Capacity::Spot.label().to_owned();
    [
        (INSTANCE_TYPE, known(facts.name)),
        ("kubernetes.io/arch", known(facts.arch)),
        ("kubernetes.io/os", known("linux")),
        (CAPACITY_TYPE, Some(Capacity::OnDemand.label().to_owned())),
        (CAPACITY_TYPE, Some(spot)),
        ("karpenter.k8s.aws/instance-cpu", Some(facts.vcpus.to_string())),
        ("karpenter.k8s.aws/instance-cpu-manufacturer", Some(facts.maker.to_lowercase())),
        ("karpenter.k8s.aws/instance-cpu-sustained-clock-speed-mhz", Some(mega.to_string())),
        ("karpenter.k8s.aws/instance-memory", Some(facts.memory.to_string())),
        ("karpenter.k8s.aws/instance-ebs-bandwidth", known(facts.volumes)),
        ("karpenter.k8s.aws/instance-network-bandwidth", known(facts.bandwidth)),
        ("karpenter.k8s.aws/instance-category", known(facts.category())),
        ("karpenter.k8s.aws/instance-capability-flex", Some(facts.family().contains("-flex").to_string())),
        ("karpenter.k8s.aws/instance-family", known(facts.family())),
        ("karpenter.k8s.aws/instance-generation", known(facts.generation())),
        ("karpenter.k8s.aws/instance-local-nvme", disk),
        ("karpenter.k8s.aws/instance-size", known(facts.size())),
        // The label of a type without a hypervisor is there and empty.
        ("karpenter.k8s.aws/instance-hypervisor", Some(if facts.is_metal() { "" } else { "nitro" }.to_owned())),
        ("karpenter.k8s.aws/instance-tenancy", known("default")),
        ("karpenter.k8s.aws/instance-tenancy", known("dedicated")),
    ]
    .into_iter()
    .filter_map(|(key, value)| Some((key, value?)))
}

impl Capacity {
    /// Its value of `karpenter.sh/capacity-type`.
    pub fn label(self) -> &'static str {
        match self {
            Self::Spot => "spot",
            Self::OnDemand => "on-demand",
        }
    }
}

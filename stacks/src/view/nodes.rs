//! The arithmetic of nodes: which types pools make, what of them pods get, and how many a number of pods takes.

use std::collections::BTreeMap;

use synth_kubernetes::{Amount, karpenter::Requirement, quantity};

use super::{NodePool, Object, PerNode, PodGroup};
use crate::{
    Platform,
    instances::{self, InstanceType, Offered},
};

impl InstanceType {
    /// The part of a node that pods get.
    pub(crate) fn allocatable(&self) -> Amount {
        Amount::new(self.allocatable_cpu(), self.allocatable_memory())
    }
}

/// Pools of nodes, taken together.
pub(crate) struct Pools<'a> {
    /// The pools.
    pub(crate) pools: Vec<Object<'a, NodePool>>,
    types: Vec<&'static InstanceType>,
}

/// The nodes of the pools that a number of pods takes, and their capacity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) nodes: u64,
    /// Whole nodes, since that is what limits count.
    pub(crate) capacity: Amount,
}

impl<'a> Pools<'a> {
    /// The pools that make nodes of a capacity type, or all.
    pub(crate) fn of(platform: &'a Platform, capacity_type: Option<&str>) -> Self {
        let has = |pool: &Object<'_, NodePool>| {
            let types = requirement(pool, "karpenter.sh/capacity-type");
            capacity_type.is_none_or(|wanted| types.is_empty() || types.iter().any(|of| of == wanted))
        };
        let pools: Vec<_> = platform.every::<NodePool>().filter(has).collect();
        let mut types: Vec<_> = pools.iter().flat_map(|pool| types(platform, pool)).collect();
        types.sort_by_cached_key(|of| (of.vcpus, of.cheapness()));
        types.dedup();
        Self { pools, types }
    }

    /// The pools that make nodes with these labels, with such types alone.
    pub(crate) fn labelled(platform: &'a Platform, labels: &BTreeMap<String, String>) -> Self {
        let has = |pool: &Object<'_, NodePool>| {
            labels.iter().all(|(key, value)| {
                let values = requirement(pool, key);
                values.is_empty() || values.contains(value)
            })
        };
        let mut pools = Self::of(platform, None);
        pools.pools.retain(has);
        let rules: Vec<_> = labels.iter().map(|(key, value)| Requirement::new(key, "In", &[value.clone()])).collect();
        let rules: Vec<_> = rules.iter().filter_map(Rule::about_types).collect();
        pools.types = pools.pools.iter().flat_map(|pool| types(platform, pool)).collect();
        pools.types.retain(|of| rules.iter().all(|rule| rule.admits(of)));
        pools.types.sort_by_cached_key(|of| (of.vcpus, of.cheapness()));
        pools.types.dedup();
        pools
    }

    /// Every type of the smallest size that may be made.
    pub(crate) fn smallest(&self) -> impl Iterator<Item = &'static InstanceType> {
        let vcpus = self.types.first().map(|of| of.vcpus);
        self.types.iter().copied().take_while(move |of| Some(of.vcpus) == vcpus)
    }

    /// All limits together; a pool without one makes the sum endless.
    pub(crate) fn limits(&self) -> Amount {
        let all = |limits: &mut dyn Iterator<Item = Option<u64>>| limits.sum::<Option<u64>>().unwrap_or(u64::MAX);
        let limits = || self.pools.iter().map(|pool| &pool.typed().spec.limits);
        Amount::new(
            all(&mut limits().map(|limits| limits.cpu.as_ref().and_then(quantity::millicores))),
            all(&mut limits().map(|limits| limits.memory.as_ref().and_then(quantity::mebibytes))),
        )
    }

    /// The limits of one pool.
    pub(crate) fn limits_of(pool: Object<'a, NodePool>) -> Amount {
        Self { pools: vec![pool], types: Vec::new() }.limits()
    }

    /// The largest node that one pool makes: the most vCPUs and the most memory, each of whichever type has it.
    pub(crate) fn largest_of(platform: &Platform, pool: &Object<'_, NodePool>) -> Amount {
        let types = types(platform, pool);
        let most = |of: fn(&InstanceType) -> u64| types.iter().map(|one| of(one)).max().unwrap_or_default();
        Amount::new(most(|of| of.vcpus * 1000), most(|of| of.memory))
    }

    /// The most nodes that the limits allow: all of the smallest.
    pub(crate) fn most_nodes(&self) -> u64 {
        let smallest = self.types.first().map_or(1, |of| of.vcpus);
        match self.limits().cpu {
            u64::MAX => u64::MAX,
            limit => limit.div_ceil(1000 * smallest),
        }
    }

    /// The nodes that host groups of pods, each on the cheapest of the smallest nodes that fit one: pods come a few
    /// at a time, and for a few Karpenter buys small nodes. Returns the first group that no node can host.
    pub(crate) fn hosting<'b>(&self, groups: &'b [PodGroup], daemons: PerNode) -> Result<Taken, &'b PodGroup> {
        let mut taken = Taken::default();
        for group in groups {
            let fitting = self.types.iter().find_map(|of| {
                let free = of.most_pods().saturating_sub(daemons.pods);
                let each = (of.allocatable() - daemons.requests).fits(group.each).min(free);
                (each > 0).then_some((of, each))
            });
            let (of, each) = fitting.ok_or(group)?;
            let nodes = group.pods.div_ceil(each);
            taken.nodes += nodes;
            taken.capacity += Amount::new(of.vcpus * 1000, of.memory) * nodes;
        }
        Ok(taken)
    }
}

/// The label of nodes that says how they are bought.
pub(crate) const CAPACITY_TYPE: &str = "karpenter.sh/capacity-type";

/// The values that a pool allows for a label; none where it does not say.
pub(crate) fn requirement<'a>(pool: &Object<'a, NodePool>, key: &str) -> &'a [String] {
    let mut requirements = pool.typed().spec.template.spec.requirements.iter();
    requirements.find(|of| of.key == key && of.operator == "In").map(|of| of.values.as_slice()).unwrap_or_default()
}

/// The key of a setting of a pool.
pub(crate) fn pool_setting(pool: &Object<'_, NodePool>, name: &str) -> String {
    format!("karpenter.node_pools.{}.{name}", pool.name())
}

/// The types that a pool may make nodes of, as far as the region has them.
pub(crate) fn types(platform: &Platform, pool: &Object<'_, NodePool>) -> Vec<&'static InstanceType> {
    let region = Offered::in_region(platform.settings.aws.region.name);
    let requirements = &pool.spec.template.spec.requirements;
    let mut rules: Vec<_> = requirements.iter().filter_map(Rule::about_types).collect();
    // Numbers are compared sooner than texts, and rule out most.
    rules.sort_by_key(|rule| matches!(rule.of, Property::Text(_)));
    let admitted = |of: &&InstanceType| rules.iter().all(|rule| rule.admits(of)) && region.has(of);
    instances::all().iter().filter(admitted).collect()
}

/// A requirement on types, read once: it is asked of every type there is.
struct Rule<'a> {
    of: Property,
    operator: &'a str,
    values: Vec<&'a str>,
    numbers: Vec<u64>,
}

/// A property of a type, as text or number.
enum Property {
    Text(fn(&InstanceType) -> &'static str),
    Number(fn(&InstanceType) -> u64),
}

impl<'a> Rule<'a> {
    /// A requirement that is about types.
    fn about_types(requirement: &'a Requirement) -> Option<Self> {
        let of = match requirement.key.as_str() {
            "node.kubernetes.io/instance-type" => Property::Text(|of| of.name),
            "kubernetes.io/arch" => Property::Text(|of| of.architecture.as_str()),
            "karpenter.k8s.aws/instance-category" => Property::Text(InstanceType::category),
            "karpenter.k8s.aws/instance-family" => Property::Text(InstanceType::family),
            "karpenter.k8s.aws/instance-size" => Property::Text(InstanceType::size),
            "karpenter.k8s.aws/instance-generation" => Property::Number(InstanceType::generation),
            "karpenter.k8s.aws/instance-cpu" => Property::Number(|of| of.vcpus),
            "karpenter.k8s.aws/instance-memory" => Property::Number(|of| of.memory),
            _ => return None,
        };
        let values: Vec<_> = requirement.values.iter().map(String::as_str).collect();
        let numbers = values.iter().filter_map(|value| value.parse().ok()).collect();
        Some(Self { of, operator: &requirement.operator, values, numbers })
    }

    fn admits(&self, of: &InstanceType) -> bool {
        let among = || match self.of {
            Property::Text(read) => self.values.contains(&read(of)),
            Property::Number(read) => self.numbers.contains(&read(of)),
        };
        let compared = |fits: fn(&u64, &u64) -> bool| match (&self.of, self.numbers.first()) {
            (Property::Number(read), Some(bound)) => fits(&read(of), bound),
            _ => false,
        };
        match self.operator {
            "In" => among(),
            "NotIn" => !among(),
            "Gt" => compared(u64::gt),
            "Gte" => compared(u64::ge),
            "Lt" => compared(u64::lt),
            "Lte" => compared(u64::le),
            operator => operator != "DoesNotExist",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requirements_admit_types_by_every_operator() {
        let large = instances::named("m7g.large").unwrap();
        let admitted = |key: &str, operator: &str, values: &[&str]| {
            let key = format!("karpenter.k8s.aws/instance-{key}");
            let values: Vec<_> = values.iter().map(|value| (*value).to_owned()).collect();
            Rule::about_types(&Requirement::new(&key, operator, &values)).unwrap().admits(large)
        };
        assert!(admitted("category", "In", &["c", "m"]) && !admitted("category", "NotIn", &["m"]));
        assert!(admitted("generation", "Gte", &["7"]) && !admitted("generation", "Gt", &["7"]));
        assert!(admitted("memory", "Lte", &["8192"]) && !admitted("memory", "Lt", &["8192"]));
        assert!(!admitted("memory", "Lte", &["8191"]));
        assert!(admitted("cpu", "Exists", &[]) && !admitted("cpu", "DoesNotExist", &[]));
        assert!(admitted("size", "In", &["large"]) && !admitted("family", "In", &["m7i"]));
        let other = Requirement::new("kubernetes.io/arch", "In", &["amd64".to_owned()]);
        assert!(!Rule::about_types(&other).unwrap().admits(large));
        assert!(Rule::about_types(&Requirement::new("kubernetes.io/os", "Exists", &[])).is_none());
    }
}

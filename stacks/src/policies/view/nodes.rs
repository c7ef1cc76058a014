//! The arithmetic of nodes: how large they are, what of them pods get, and how many a number of pods takes.

use synth_framework::Manifest;

use super::{Amount, PodGroup, items, quantity, strings, text};
use crate::Platform;

/// The sizes that count where a pool names none.
const ANY_SIZE: [u64; 4] = [2, 4, 8, 16];

/// How large a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NodeShape {
    pub(crate) vcpus: u64,
    pub(crate) memory: u64,
}

impl NodeShape {
    /// A node of an instance category: `c` has 2 GiB for each vCPU, `r` and its like 8, all others 4.
    fn new(vcpus: u64, category: &str) -> Self {
        let gib_per_vcpu = match category {
            "c" => 2,
            "r" | "x" | "z" | "i" => 8,
            _ => 4,
        };
        Self { vcpus, memory: vcpus * gib_per_vcpu * 1024 }
    }

    /// A node of an instance type such as `m7i.xlarge`.
    pub(crate) fn of_instance_type(instance_type: &str) -> Option<Self> {
        let (family, size) = instance_type.split_once('.')?;
        let vcpus = match size {
            "medium" => 1,
            "large" => 2,
            _ => {
                4 * size
                    .strip_suffix("xlarge")
                    .map(|times| if times.is_empty() { Ok(1) } else { times.parse() })?
                    .ok()?
            }
        };
        Some(Self::new(vcpus, &family.chars().take_while(char::is_ascii_lowercase).collect::<String>()))
    }

    /// The most pods that EKS lets the kubelet take, as by the network interfaces of the size.
    pub(crate) fn most_pods(self) -> u64 {
        match self.vcpus {
            ..=1 => 8,
            2 => 29,
            3..=8 => 58,
            _ => 234,
        }
    }

    /// What pods get: all but what the hypervisor takes, what EKS keeps for the kubelet and the system, and the room
    /// below which the kubelet evicts.
    pub(crate) fn allocatable(self) -> Amount {
        // 6 % of the first core, 1 % of the second, 0.5 % of the next two, 0.25 % of the rest.
        let kept_cpu = match self.vcpus {
            ..=1 => 60,
            2 => 70,
            3 | 4 => 80,
            more => 80 + (more - 4) * 10 / 4,
        };
        let kept_memory = 255 + 11 * self.most_pods() + 100;
        Amount::new(self.vcpus * 1000, self.memory * 925 / 1000) - Amount::new(kept_cpu, kept_memory)
    }
}

/// Pools of nodes, taken together.
pub(crate) struct Pools<'a> {
    /// The pools.
    pub(crate) pools: Vec<&'a Manifest>,
    shapes: Vec<NodeShape>,
}

/// What a number of pods takes of the pools.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) nodes: u64,
    /// Whole nodes, since that is what limits count.
    pub(crate) capacity: Amount,
}

impl<'a> Pools<'a> {
    /// The pools that make nodes of a capacity type, or all.
    pub(crate) fn of(platform: &'a Platform, capacity_type: Option<&str>) -> Self {
        let has = |pool: &&Manifest| {
            let types = requirement(pool, "karpenter.sh/capacity-type");
            capacity_type.is_none_or(|wanted| types.is_empty() || types.contains(&wanted))
        };
        let pools: Vec<_> = platform.of_kind("NodePool").filter(has).collect();
        let mut shapes: Vec<_> = pools.iter().flat_map(|pool| shapes(pool)).collect();
        shapes.sort_unstable();
        // Of each size the leanest is bought, because it is the cheapest.
        shapes.dedup_by_key(|shape| shape.vcpus);
        Self { pools, shapes }
    }

    /// The smallest node that may be made.
    pub(crate) fn smallest(&self) -> Option<NodeShape> {
        self.shapes.first().copied()
    }

    /// All limits together; a pool without one makes the sum endless.
    pub(crate) fn limits(&self) -> Amount {
        let limit = |key: &str, read: fn(&serde_json::Value) -> Option<u64>| {
            let limits = self.pools.iter().map(|pool| pool.object["spec"]["limits"].get(key).and_then(read));
            limits.sum::<Option<u64>>().unwrap_or(u64::MAX)
        };
        Amount::new(limit("cpu", quantity::millicores), limit("memory", quantity::mebibytes))
    }

    /// The limits of one pool.
    pub(crate) fn limits_of(pool: &'a Manifest) -> Amount {
        Self { pools: vec![pool], shapes: Vec::new() }.limits()
    }

    /// The most nodes that the limits allow: all of the smallest.
    pub(crate) fn most_nodes(&self) -> u64 {
        let smallest = self.shapes.first().map_or(1, |shape| shape.vcpus);
        match self.limits().cpu {
            u64::MAX => u64::MAX,
            limit => limit.div_ceil(1000 * smallest),
        }
    }

    /// The nodes that host groups of pods, each on the smallest nodes that fit one: pods come a few at a time, and for a
    /// few Karpenter buys small nodes. Returns the first group that no node can host.
    pub(crate) fn hosting<'b>(&self, groups: &'b [PodGroup], daemons: PerNode) -> Result<Taken, &'b PodGroup> {
        let mut taken = Taken::default();
        for group in groups {
            let fitting = self.shapes.iter().find_map(|shape| {
                let free = shape.most_pods().saturating_sub(daemons.pods);
                let each = (shape.allocatable() - daemons.requests).fits(group.each).min(free);
                (each > 0).then_some((shape, each))
            });
            let (shape, each) = fitting.ok_or(group)?;
            let nodes = group.pods.div_ceil(each);
            taken.nodes += nodes;
            taken.capacity += Amount::new(shape.vcpus * 1000, shape.memory) * nodes;
        }
        Ok(taken)
    }
}

/// What runs on every node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct PerNode {
    pub(crate) pods: u64,
    pub(crate) requests: Amount,
}

/// The values that a pool allows for a label; none where it does not say.
pub(crate) fn requirement<'a>(pool: &'a Manifest, key: &str) -> Vec<&'a str> {
    let requirements = items(&pool.object, "/spec/template/spec/requirements");
    let named = requirements.iter().find(|of| text(of, "/key") == key && text(of, "/operator") == "In");
    named.map(|of| strings(of, "/values")).unwrap_or_default()
}

/// The key of a setting of a pool.
pub(crate) fn pool_setting(pool: &Manifest, name: &str) -> String {
    format!("karpenter.node_pools.{}.{name}", pool.name())
}

fn shapes(pool: &Manifest) -> Vec<NodeShape> {
    let types = requirement(pool, "node.kubernetes.io/instance-type");
    if !types.is_empty() {
        return types.into_iter().filter_map(NodeShape::of_instance_type).collect();
    }
    let sizes: Vec<u64> =
        requirement(pool, "karpenter.k8s.aws/instance-cpu").iter().filter_map(|n| n.parse().ok()).collect();
    let categories = requirement(pool, "karpenter.k8s.aws/instance-category");
    let categories = if categories.is_empty() { vec!["m"] } else { categories };
    let sizes = if sizes.is_empty() { ANY_SIZE.to_vec() } else { sizes };
    sizes.iter().flat_map(|vcpus| categories.iter().map(|category| NodeShape::new(*vcpus, category))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instance_types_say_how_large_their_nodes_are() {
        let shape = |name| NodeShape::of_instance_type(name).map(|shape| (shape.vcpus, shape.memory / 1024));
        assert_eq!(shape("m5.large"), Some((2, 8)));
        assert_eq!(shape("c7gn.4xlarge"), Some((16, 32)));
        assert_eq!(shape("r8g.xlarge"), Some((4, 32)));
        assert_eq!(shape("m7i.metal-24xl"), None);
    }

    #[test]
    fn pods_get_less_than_the_whole_node() {
        let large = NodeShape::of_instance_type("m5.large").unwrap();
        assert_eq!(large.allocatable(), Amount::new(1930, 8192 * 925 / 1000 - 674));
    }
}

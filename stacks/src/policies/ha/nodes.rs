//! Nodes: in every zone, of many kinds, and enough of them for the system's own pods.

use std::collections::BTreeSet;

use synth_framework::{Expression, Findings};

use crate::{
    Platform,
    policies::view::{
        Amount, Declared, NodeShape, PodGroup, Pools, base_pods, charts, daemon_pods, number, requirement,
    },
};

/// The fewest types that a pool may name.
const FEWEST_TYPES: usize = 5;

pub(super) fn pools_cover_zones(platform: &Platform, findings: &mut Findings) {
    let zones = &platform.settings.network.zones;
    for pool in platform.of_kind("NodePool") {
        let allowed = requirement(pool, "topology.kubernetes.io/zone");
        let missing: Vec<_> =
            zones.iter().filter(|zone| !allowed.contains(&zone.as_str())).map(String::as_str).collect();
        if !allowed.is_empty() && !missing.is_empty() {
            findings.report(
                platform.place(pool),
                format!("makes no nodes in {}", missing.join(" and ")),
                "allow every zone of `network.zones` in its requirements",
            );
        }
    }
}

pub(super) fn nat_per_zone(platform: &Platform, findings: &mut Findings) {
    let zones = platform.settings.network.zones.len();
    let gateways: Vec<_> = platform.managed("aws_nat_gateway").collect();
    if let Some(gateway) = gateways.first()
        && gateways.len() < zones
    {
        findings.report(
            gateway.place(),
            format!("is one of {} NAT gateways for {zones} zones", gateways.len()),
            "set `network.nat_gateways` to \"per-zone\"",
        );
    }
}

pub(super) fn many_instance_types(platform: &Platform, findings: &mut Findings) {
    for pool in platform.of_kind("NodePool") {
        let types = requirement(pool, "node.kubernetes.io/instance-type");
        if !types.is_empty() && types.len() < FEWEST_TYPES {
            findings.report(
                platform.place(pool),
                format!("makes nodes of {} only", types.join(" and ")),
                "require instance categories and sizes instead of types",
            );
        }
    }
}

/// The zones in which a node group makes nodes.
fn zones_of(group: &Declared<'_>) -> BTreeSet<String> {
    let subnets = group.get("subnet_ids").and_then(Expression::as_list).unwrap_or_default();
    subnets.iter().filter_map(|subnet| group.leads_to(subnet)?.text("availability_zone")).collect()
}

pub(super) fn base_nodes_in_every_zone(platform: &Platform, findings: &mut Findings) {
    let zones = &platform.settings.network.zones;
    for group in platform.managed("aws_eks_node_group") {
        let missing: Vec<_> =
            zones.iter().filter(|zone| !zones_of(&group).contains(*zone)).map(String::as_str).collect();
        if !missing.is_empty() {
            findings.report(
                group.place(),
                format!("has no subnet in {}", missing.join(" and ")),
                "give it a private subnet of every zone",
            );
        }
    }
}

pub(super) fn base_nodes_host_system_pods(platform: &Platform, findings: &mut Findings) {
    let most_nodes = Pools::of(platform, None).most_nodes();
    let groups = base_pods(platform, most_nodes);
    let daemons = daemon_pods(platform);
    for group in platform.managed("aws_eks_node_group") {
        let types = group.get("instance_types").and_then(Expression::as_list).unwrap_or_default();
        // Any of the types may be what AWS has, so the least of them counts.
        let Some(shape) = types.iter().filter_map(|of| NodeShape::of_instance_type(of.as_str()?)).min() else {
            continue;
        };
        let Some(size) = group.nested("scaling_config", "min_size").and_then(|size| size.parse::<u64>().ok()) else {
            continue;
        };
        let zones = platform.settings.network.zones.len() as u64;
        let remaining = size - size.div_ceil(zones);
        let mut free = vec![shape.allocatable() - daemons.requests; usize::try_from(remaining).unwrap_or(usize::MAX)];
        let homeless = place(&groups, &mut free);
        if !homeless.is_empty() {
            findings.report(
                group.place(),
                format!(
                    "has {remaining} of {size} nodes left without one zone, each with {} for pods, and no room for {}",
                    shape.allocatable() - daemons.requests,
                    homeless.join(", ")
                ),
                "raise `base_nodes.min_size`, or take larger `base_nodes.instance_types`",
            );
        }
    }
}

/// Puts pods onto nodes, the largest first, and returns those that find no room.
fn place(groups: &[PodGroup], free: &mut [Amount]) -> Vec<String> {
    let mut groups: Vec<_> = groups.iter().collect();
    groups.sort_by_key(|group| std::cmp::Reverse((group.each.cpu, group.each.memory)));
    let mut homeless = Vec::new();
    for group in groups {
        let (mut taken, mut left) = (BTreeSet::new(), 0);
        for _ in 0..group.pods {
            let room = (0..free.len())
                .filter(|node| free[*node].fits(group.each) > 0 && !(group.apart && taken.contains(node)))
                .max_by_key(|node| (free[*node].cpu, free[*node].memory));
            match room {
                Some(node) => {
                    free[node] = free[node] - group.each;
                    taken.insert(node);
                }
                None => left += 1,
            }
        }
        if left > 0 {
            homeless.push(format!("{left} of {} ({})", group.name, group.each));
        }
    }
    homeless
}

/// The charts by which the platform scales, and where their values say how many pods run.
const CONTROLLERS: [(&str, &str, u64); 3] = [
    ("karpenter", "/replicas", 2),
    ("metrics-server", "/replicas", 1),
    ("aws-load-balancer-controller", "/replicaCount", 2),
];

pub(super) fn controllers_in_pairs(platform: &Platform, findings: &mut Findings) {
    for chart in charts(platform) {
        let Some((_, pointer, default)) = CONTROLLERS.iter().find(|(name, ..)| *name == chart.name) else { continue };
        let pods = number(chart.values, pointer).unwrap_or(*default);
        if pods < 2 {
            findings.report(
                platform.place(chart.application),
                format!("runs {pods} pod of {}", chart.name),
                "set its `replicas` to 2 or more",
            );
        }
    }
}

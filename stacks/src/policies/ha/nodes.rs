//! Nodes: in every zone, of many kinds, and enough of them for the system's own pods.

use std::collections::BTreeSet;

use synth_bindings::{aws_eks_node_group, aws_nat_gateway, aws_subnet};
use synth_framework::Expression;
use synth_kubernetes::Amount;
use synth_review::{Findings, Policy, Severity};

use crate::{
    Platform,
    instances::{self, InstanceType},
    settings::Zone,
    view::{Declared, NodePool, PodGroup, Pools, base_pods, daemon_pods, requirement, types},
};

/// The fewest types that a pool may name.
const FEWEST_TYPES: usize = 5;

pub(super) const POOLS_COVER_ZONES: Policy<Platform> = Policy {
    code: "HA007",
    name: "pools-cover-zones",
    severity: Severity::Error,
    explanation: "Pods that are spread over zones stay pending for a zone in which no pool makes nodes.",
    check: pools_cover_zones,
};

fn pools_cover_zones(platform: &Platform, findings: &mut Findings) {
    let zones = &platform.settings.network.zones;
    for pool in platform.every::<NodePool>() {
        let allowed = requirement(&pool, "topology.kubernetes.io/zone");
        let zones = zones.iter().map(Zone::as_str);
        let missing: Vec<_> = zones.filter(|zone| !allowed.iter().any(|of| of == zone)).collect();
        if !allowed.is_empty() && !missing.is_empty() {
            findings
                .report(
                    pool.place(),
                    format!("makes no nodes in {}", missing.join(" and ")),
                    "allow every zone of `network.zones` in its requirements",
                )
                .set_by(["network.zones"]);
        }
    }
}

pub(super) const NAT_PER_ZONE: Policy<Platform> = Policy {
    code: "HA008",
    name: "nat-per-zone",
    severity: Severity::Warning,
    explanation: "A zone that reaches the internet through another zone's NAT gateway loses it with that zone.",
    check: nat_per_zone,
};

fn nat_per_zone(platform: &Platform, findings: &mut Findings) {
    let zones = platform.settings.network.zones.len();
    let gateways: Vec<_> = platform.resources::<aws_nat_gateway::Handle>().collect();
    if let Some(gateway) = gateways.first()
        && gateways.len() < zones
    {
        findings
            .report(
                gateway.place(),
                format!("is one of {} NAT gateways for {zones} zones", gateways.len()),
                "set `network.nat_gateways` to \"per-zone\"",
            )
            .set_by(["network.nat_gateways"]);
    }
}

pub(super) const MANY_INSTANCE_TYPES: Policy<Platform> = Policy {
    code: "HA009",
    name: "many-instance-types",
    severity: Severity::Error,
    explanation: "A pool of one instance type makes no node when AWS runs out of that type, which happens when \
                  everyone scales.",
    check: many_instance_types,
};

fn many_instance_types(platform: &Platform, findings: &mut Findings) {
    let region = &platform.settings.aws.region;
    for pool in platform.every::<NodePool>() {
        let types: Vec<_> = types(platform, &pool).iter().map(|of| of.name).collect();
        let message = match types.len() {
            0 => format!("makes no node: its requirements admit no known instance type of {region}"),
            1..FEWEST_TYPES => format!(
                "makes only nodes of {}: its requirements admit no other known instance type of {region}",
                types.join(" and ")
            ),
            _ => continue,
        };
        findings.report(pool.place(), message, "allow more architectures, instance categories, generations or sizes");
    }
}

/// The zones in which a node group makes nodes.
fn zones_of(group: &Declared<'_, aws_eks_node_group::Handle>) -> BTreeSet<String> {
    let subnets = group.lead(|of| of.subnet_ids()).filter_map(|subnet| subnet.of_type::<aws_subnet::Handle>());
    subnets.filter_map(|subnet| subnet.text(|of| of.availability_zone())).collect()
}

pub(super) const BASE_NODES_IN_EVERY_ZONE: Policy<Platform> = Policy {
    code: "HA010",
    name: "base-nodes-in-every-zone",
    severity: Severity::Error,
    explanation: "Controllers whose nodes are all in one zone are lost with it, and then nothing makes new nodes.",
    check: base_nodes_in_every_zone,
};

fn base_nodes_in_every_zone(platform: &Platform, findings: &mut Findings) {
    let zones = &platform.settings.network.zones;
    for group in platform.resources::<aws_eks_node_group::Handle>() {
        let there = zones_of(&group);
        let missing: Vec<_> = zones.iter().map(Zone::as_str).filter(|zone| !there.contains(*zone)).collect();
        if !missing.is_empty() {
            findings.report(
                group.place(),
                format!("has no subnet in {}", missing.join(" and ")),
                "give it a private subnet of every zone",
            );
        }
    }
}

pub(super) const BASE_NODES_HOST_SYSTEM_PODS: Policy<Platform> = Policy {
    code: "HA011",
    name: "base-nodes-host-system-pods",
    severity: Severity::Error,
    explanation: "System pods run only on base nodes: those that do not fit when a zone is lost stay pending, even \
                  Karpenter's.",
    check: base_nodes_host_system_pods,
};

fn base_nodes_host_system_pods(platform: &Platform, findings: &mut Findings) {
    let most_nodes = Pools::of(platform, None).most_nodes();
    let groups = base_pods(platform, most_nodes);
    let daemons = daemon_pods(platform);
    for group in platform.resources::<aws_eks_node_group::Handle>() {
        let types = group.list(|of| of.instance_types());
        let (known, unknown) = known_types(types.iter().filter_map(Expression::as_str));
        for name in unknown {
            let meant = instances::meant(name).map(|meant| format!(", such as `{meant}`")).unwrap_or_default();
            findings.report(
                group.place(),
                format!("may have nodes of `{name}`, an instance type whose size is not known here"),
                format!("use instance types that the platform knows{meant}"),
            );
        }
        // Any of the types may be what AWS has, so the least of them counts.
        let Some(each) = known.iter().map(|of| of.allocatable()).reduce(Amount::least) else { continue };
        let Some(size) = group.text(|of| of.scaling_config().min_size()).and_then(|size| size.parse::<u64>().ok())
        else {
            continue;
        };
        let zones = platform.settings.network.zones.len() as u64;
        let remaining = size - size.div_ceil(zones);
        let mut free = vec![each - daemons.requests; usize::try_from(remaining).unwrap_or(usize::MAX)];
        let homeless = place(&groups, &mut free);
        if !homeless.is_empty() {
            findings.report(
                group.place(),
                format!(
                    "has {remaining} of {size} nodes left when a zone is lost, each with {} for pods, and no room for \
                     {}",
                    each - daemons.requests,
                    homeless.join(", ")
                ),
                "raise `base_nodes.min_size` and `base_nodes.desired_size`, or take larger `base_nodes.instance_types`",
            )
            .set_by(["base_nodes.min_size", "base_nodes.desired_size", "base_nodes.instance_types"]);
        }
    }
}

/// The types of these names that are known, and the names of those that are not.
fn known_types<'a>(names: impl Iterator<Item = &'a str>) -> (Vec<&'static InstanceType>, Vec<&'a str>) {
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for name in names {
        match instances::named(name) {
            Some(of) => known.push(of),
            None => unknown.push(name),
        }
    }
    (known, unknown)
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

pub(super) const ROLLOUTS_FIT_BASE_NODES: Policy<Platform> = Policy {
    code: "HA013",
    name: "rollouts-fit-base-nodes",
    severity: Severity::Error,
    explanation: "If pods may never share a node and there are as many as base nodes, a new one fits only after an old \
                  one has left: a rollout that may remove none first waits for ever.",
    check: rollouts_fit_base_nodes,
};

fn rollouts_fit_base_nodes(platform: &Platform, findings: &mut Findings) {
    let charts: Vec<_> = platform.all_charts().collect();
    for group in platform.resources::<aws_eks_node_group::Handle>() {
        let Some(nodes) = group.text(|of| of.scaling_config().min_size()).and_then(|size| size.parse::<u64>().ok())
        else {
            continue;
        };
        for known in &charts {
            for apart in known.chart.pods().into_iter().filter(|pods| pods.apart && pods.on_base_nodes) {
                let Some(rollout) = apart.rollout else { continue };
                let pods = apart.replicas;
                if pods >= nodes && rollout.missing(pods) == 0 {
                    findings.report(
                        known.place.clone(),
                        format!(
                            "keeps {pods} pods of {} apart on {nodes} nodes, but a rollout needs one node more",
                            apart.name
                        ),
                        format!("set `maxUnavailable: 1` in `{}` of its values", rollout.key),
                    );
                }
            }
        }
    }
}

pub(super) const CONTROLLERS_IN_PAIRS: Policy<Platform> = Policy {
    code: "HA012",
    name: "controllers-in-pairs",
    severity: Severity::Error,
    explanation: "While the only pod of a controller moves, no node is made, no target is registered and no \
                  autoscaler sees a metric.",
    check: controllers_in_pairs,
};

fn controllers_in_pairs(platform: &Platform, findings: &mut Findings) {
    for known in platform.known_charts() {
        if let Some(pods) = known.chart.scales_by().filter(|pods| *pods < 2) {
            findings.report(
                known.place,
                format!("runs {pods} pod of {}", known.name),
                "set its `replicas` to 2 or more",
            );
        }
    }
}

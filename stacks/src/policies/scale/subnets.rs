//! Addresses: what nodes and their pods take of the subnets.

use synth_bindings::{aws_ec2_subnet_cidr_reservation, aws_subnet, aws_vpc_endpoint};
use synth_review::{Findings, Policy, Severity};

use crate::{
    Platform,
    addresses::{ranges, share},
    instances::RANGE,
    settings::Cidr,
    view::{Declared, PodGroup, Pools, base_pods, daemon_pods, discovered_subnets, other_pods, pool_setting},
};

pub(super) const SUBNETS_HOLD_NODES_AND_PODS: Policy<Platform> = Policy {
    code: "SCALE009",
    name: "subnets-hold-nodes-and-pods",
    severity: Severity::Error,
    explanation: "A node that finds no free range of addresses in its subnet runs no pods, and Karpenter keeps making \
                  more such nodes; without a reservation, single addresses break up the ranges while most addresses \
                  are free.",
    check: subnets_hold_nodes_and_pods,
};

/// Nodes with all their pods, at the most that the limits allow, and one zone gone: the rest is in the other subnets.
fn subnets_hold_nodes_and_pods(platform: &Platform, findings: &mut Findings) {
    let pools = Pools::of(platform, None);
    let interfaces = pools.smallest().map(|of| of.interfaces_in_use()).max();
    let (Some(interfaces), u64::MIN..=0xFFFF_FFFF) = (interfaces, pools.most_nodes()) else { return };
    let nodes = pools.most_nodes() + u64::from(platform.settings.base_nodes.max_size);
    let subnets = discovered_subnets(platform);
    let here = share(nodes, subnets.len());
    let needed = ranges(here, here * daemon_pods(platform).pods + pods(platform, pools.most_nodes()));
    let single = here * interfaces + platform.resources::<aws_vpc_endpoint::Handle>().count() as u64;
    let mend = "give it a larger range in `network.subnets.private`, or lower `limit_cpu` of the pools";
    let settings = || {
        let limits = pools.pools.iter().map(|pool| pool_setting(pool, "limit_cpu"));
        limits.chain(["network.subnets.private".to_owned()]).collect::<Vec<_>>()
    };
    for subnet in subnets {
        let Some(range) = subnet.text(|of| of.cidr_block()).and_then(|range| range.parse::<Cidr>().ok()) else {
            continue;
        };
        let reserved = reserved(platform, &subnet, range);
        let lost = format!("with a zone lost, {here} of {nodes} nodes may be in it");
        if reserved / RANGE < needed {
            let held = reserved / RANGE;
            let message =
                format!("keeps {held} ranges of {RANGE} addresses for prefixes, but {lost}, which need {needed}");
            findings.report(subnet.place(), message, mend).set_by(settings());
        } else if range.usable_addresses().saturating_sub(reserved) < single {
            let left = range.usable_addresses().saturating_sub(reserved);
            let message =
                format!("has {left} addresses beside its ranges, but {lost}, which need {single} with the endpoints");
            findings.report(subnet.place(), message, mend).set_by(settings());
        }
    }
}

/// The addresses of a subnet that are kept for ranges.
fn reserved(platform: &Platform, subnet: &Declared<'_, aws_subnet::Handle>, range: Cidr) -> u64 {
    let all = platform.resources::<aws_ec2_subnet_cidr_reservation::Handle>();
    let here = all.filter(|reservation| {
        reservation.leads(|of| of.subnet_id()).is_some_and(|of| of.is(subnet))
            && reservation.text(|of| of.reservation_type()).as_deref() == Some("prefix")
    });
    let parts = here.filter_map(|reservation| reservation.text(|of| of.cidr_block())?.parse::<Cidr>().ok());
    parts.filter(|part| range.contains(*part)).map(Cidr::addresses).sum()
}

/// Every pod that there may be beside those of every node: in a rollout at the maximum, while all of the former pods still drain.
fn pods(platform: &Platform, nodes: u64) -> u64 {
    let services = platform.autoscaled().into_iter().map(|workload| 2 * workload.most() + workload.most().div_ceil(4));
    let system = base_pods(platform, nodes).into_iter().chain(other_pods(platform));
    services.sum::<u64>() + system.map(|PodGroup { pods, .. }| 2 * pods).sum::<u64>()
}

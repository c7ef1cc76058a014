//! Addresses: what nodes and their pods take of the subnets.

use synth_framework::Findings;

use crate::{
    Platform,
    policies::view::{Pools, discovered_subnets, pool_setting},
    settings::Cidr,
};

/// With prefix delegation an interface gets ranges of this many addresses, a /28, and not single ones.
const PREFIX: u64 = 16;

/// A node keeps one range more than its pods need (`WARM_PREFIX_TARGET`).
const WARM_PREFIXES: u64 = 1;

/// Each interface has an address of its own; the ranges of a small node spread over no more interfaces than this.
const INTERFACES: u64 = 3;

/// Nodes with all their pods, at the most that the limits allow, and one zone gone: the rest is in the other subnets.
pub(super) fn subnets_hold_nodes_and_pods(platform: &Platform, findings: &mut Findings) {
    let pools = Pools::of(platform, None);
    let (Some(smallest), u64::MIN..=0xFFFF_FFFF) = (pools.smallest(), pools.most_nodes()) else { return };
    let base = u64::from(platform.settings.base_nodes.max_size);
    let nodes = pools.most_nodes() + base;
    let each = (smallest.most_pods().div_ceil(PREFIX) + WARM_PREFIXES) * PREFIX + INTERFACES;
    let endpoints = platform.managed("aws_vpc_endpoint").count() as u64;
    let subnets = discovered_subnets(platform);
    let remaining = (subnets.len() as u64).saturating_sub(1).max(1);
    let needed = nodes.div_ceil(remaining) * each + endpoints;
    for subnet in subnets {
        let Some(range) = subnet.text("cidr_block").and_then(|range| range.parse::<Cidr>().ok()) else { continue };
        if range.usable_addresses() < needed {
            findings.report(
                subnet.place(),
                format!(
                    "holds {} addresses, but with a zone lost {} of {nodes} nodes may stand in it, of {each} addresses each",
                    range.usable_addresses(),
                    nodes.div_ceil(remaining)
                ),
                format!("give it a range of {needed} addresses or more in `network.subnets.private`, or lower `limit_cpu` of the pools"),
            )
            .set_by(pools.pools.iter().map(|pool| pool_setting(pool, "limit_cpu")).chain(["network.subnets.private".to_owned()]));
        }
    }
}

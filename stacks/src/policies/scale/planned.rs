//! How Karpenter counts nodes that are only planned.

use synth_kubernetes::Amount;

use crate::{
    Platform,
    view::{HOST, NodePool, Object, Pools, pool_setting, whole},
};

/// The fewest nodes of a pool that the services' maximum takes at once. They share them, so it is the most that one asks for, by its
/// spread over nodes or by its size, or what all of them fill.
pub(super) fn planned(platform: &Platform, pool: &Object<'_, NodePool>) -> u64 {
    let largest = Pools::largest_of(platform, pool);
    let mut all = Amount::default();
    let mut fewest = 0;
    for workload in platform.autoscaled() {
        let spread = workload.spread(HOST, "DoNotSchedule");
        let apart = spread.map_or(u64::MAX, |spread| whole(spread.max_skew));
        let each = apart.min(largest.fits(workload.requests())).max(1);
        fewest = fewest.max(workload.most().div_ceil(each));
        all += workload.requests() * workload.most();
    }
    let filled = |all: u64, of_one: u64| all.div_ceil(of_one.max(1));
    fewest.max(filled(all.cpu, largest.cpu)).max(filled(all.memory, largest.memory))
}

/// The amount that the planned nodes count for in a pool: each as much as the largest that it makes.
pub(super) fn counted(platform: &Platform, pool: &Object<'_, NodePool>) -> Amount {
    Pools::largest_of(platform, pool) * planned(platform, pool)
}

/// The limits that the planned nodes go beyond in a pool, by their keys, and what they have to be.
pub(super) fn wanted_of(platform: &Platform, pool: &Object<'_, NodePool>) -> impl Iterator<Item = (String, u64)> {
    let (limits, counted) = (Pools::limits_of(*pool), counted(platform, pool));
    let parts =
        [("limit_cpu", limits.cpu, counted.cpu, 1000), ("limit_memory_gib", limits.memory, counted.memory, 1024)];
    let beyond = parts.into_iter().filter(|(_, limit, counted, _)| counted > limit);
    beyond.map(|(name, _, counted, unit)| (pool_setting(pool, name), counted.div_ceil(unit)))
}

/// The same of every pool of Spot.
pub(super) fn wanted_limits(platform: &Platform) -> impl Iterator<Item = (String, u64)> {
    Pools::of(platform, Some("spot")).pools.into_iter().flat_map(|pool| wanted_of(platform, &pool).collect::<Vec<_>>())
}

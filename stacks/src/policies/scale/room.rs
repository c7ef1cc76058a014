//! Room for the maximum: the services' pods and those that watch them, on whole nodes, against limits and quotas.

use synth_framework::{Findings, Manifest, Place};

use crate::{
    Platform,
    policies::view::{Amount, PodGroup, Pools, Taken, at, daemon_pods, number, other_pods, quantity},
};

/// Every pod on Karpenter's nodes when all autoscalers are at their maximum.
fn maximum(platform: &Platform) -> Vec<PodGroup> {
    let services = platform.autoscaled().into_iter().map(|workload| PodGroup {
        name: workload.name().to_owned(),
        pods: workload.most(),
        each: workload.requests(),
        apart: false,
    });
    services.chain(other_pods(platform)).collect()
}

fn described(groups: &[PodGroup]) -> String {
    let groups = groups.iter().map(|group| format!("{} of {} ({})", group.pods, group.name, group.each));
    groups.collect::<Vec<_>>().join(", ")
}

fn sizes(amount: Amount) -> String {
    let unlimited = |number: u64, unit: &str| match number {
        u64::MAX => format!("any {unit}"),
        number => format!("{} {unit}", number.div_ceil(if unit == "vCPU" { 1000 } else { 1024 })),
    };
    format!("{} and {}", unlimited(amount.cpu, "vCPU"), unlimited(amount.memory, "GiB"))
}

/// Where a finding about several pools is reported: at the first of them.
fn pool_place(platform: &Platform, pools: &Pools<'_>) -> Option<Place> {
    pools.pools.first().map(|pool| platform.place(pool))
}

/// Reports when pools cannot host the maximum, of which `lost` nodes are there and dead.
fn fits(platform: &Platform, pools: &Pools<'_>, lost: fn(Taken, u64) -> Taken, what: &str, findings: &mut Findings) {
    let groups = maximum(platform);
    let Some(place) = pool_place(platform, pools) else { return };
    let taken = match pools.hosting(&groups, daemon_pods(platform)) {
        Ok(taken) => lost(taken, platform.settings.network.zones.len() as u64),
        Err(group) => {
            let message = format!("makes no node that hosts a pod of {} ({})", group.name, group.each);
            return findings.report(place, message, "allow larger nodes, or lower the pod's requests");
        }
    };
    let limits = pools.limits();
    if limits.fits(taken.capacity) == 0 {
        findings.report(
            place,
            format!(
                "belongs to pools of {} together, but {what} takes {} nodes of {} in all: {}",
                sizes(limits),
                taken.nodes,
                sizes(taken.capacity),
                described(&groups)
            ),
            format!(
                "raise `limit_cpu` and `limit_memory_gib` of the pools to {} in sum, or lower `max_replicas` of the services",
                sizes(taken.capacity)
            ),
        );
    }
}

pub(super) fn maximum_fits_pools(platform: &Platform, findings: &mut Findings) {
    fits(platform, &Pools::of(platform, None), |taken, _| taken, "the autoscalers' maximum", findings);
}

pub(super) fn maximum_fits_without_a_zone(platform: &Platform, findings: &mut Findings) {
    let pools = Pools::of(platform, None);
    fits(platform, &pools, with_dead_zone, "the autoscalers' maximum beside the dead nodes of a lost zone", findings);
}

/// The nodes of one zone once more: the dead ones count until they are gone.
fn with_dead_zone(taken: Taken, zones: u64) -> Taken {
    let dead = taken.nodes.div_ceil(zones);
    let share = |whole: u64| whole + (whole * dead).div_ceil(taken.nodes.max(1));
    Taken { nodes: taken.nodes + dead, capacity: Amount::new(share(taken.capacity.cpu), share(taken.capacity.memory)) }
}

pub(super) fn maximum_fits_without_spot(platform: &Platform, findings: &mut Findings) {
    let on_demand = Pools::of(platform, Some("on-demand"));
    if on_demand.pools.is_empty() {
        if let Some(place) = pool_place(platform, &Pools::of(platform, None)) {
            findings.report(place, "is Spot, as every pool is", "add a pool of capacity type `on-demand`");
        }
        return;
    }
    fits(platform, &on_demand, |taken, _| taken, "the autoscalers' maximum without Spot", findings);
}

pub(super) fn quota_admits_maximum(platform: &Platform, findings: &mut Findings) {
    for quota in platform.of_kind("ResourceQuota") {
        let hard = at(&quota.object, "/spec/hard");
        let (mut pods, mut requests) = (0, Amount::default());
        for workload in platform.autoscaled().iter().filter(|workload| workload.namespace() == quota.namespace()) {
            let surged = workload.most() + surge(workload.deployment, workload.most());
            pods += surged;
            requests += workload.requests() * surged;
        }
        let needed = [
            ("pods", hard.get("pods").and_then(quantity::count), pods, ""),
            ("requests.cpu", hard.get("requests.cpu").and_then(quantity::millicores), requests.cpu, "m"),
            ("requests.memory", hard.get("requests.memory").and_then(quantity::mebibytes), requests.memory, "Mi"),
        ];
        for (name, admitted, needed, unit) in needed {
            if let Some(admitted) = admitted.filter(|admitted| *admitted < needed) {
                findings.report(
                    platform.place(quota),
                    format!("admits {admitted}{unit} of `{name}`, but the maximum takes {needed}{unit} in a rollout"),
                    format!("raise its `{name}` to {needed}{unit} or more"),
                );
            }
        }
    }
}

/// The pods that a rollout adds; the API server's default is a quarter.
fn surge(deployment: &Manifest, pods: u64) -> u64 {
    let surge = at(&deployment.object, "/spec/strategy/rollingUpdate/maxSurge");
    let percent = surge.as_str().and_then(|text| text.strip_suffix('%')?.parse::<u64>().ok());
    number(&deployment.object, "/spec/strategy/rollingUpdate/maxSurge")
        .unwrap_or_else(|| (pods * percent.unwrap_or(25)).div_ceil(100))
}

pub(super) fn pools_are_limited(platform: &Platform, findings: &mut Findings) {
    for pool in platform.of_kind("NodePool") {
        for limit in ["cpu", "memory"] {
            if at(&pool.object, "/spec/limits").get(limit).is_none() {
                findings.report(
                    platform.place(pool),
                    format!("has no limit of `{limit}`"),
                    format!("set `spec.limits.{limit}`"),
                );
            }
        }
    }
}

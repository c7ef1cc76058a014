//! Room for the maximum: the services' pods and those that watch them, on whole nodes, against limits and quotas.

use k8s_openapi::{
    api::{apps::v1::Deployment, core::v1::ResourceQuota},
    apimachinery::pkg::util::intstr::IntOrString,
};
use std::collections::BTreeMap;

use synth_kubernetes::{
    Amount,
    quantity::{self, CPU, MEMORY},
};
use synth_review::{Findings, Place, Policy, Severity};

use super::planned;
use crate::{
    Platform,
    view::{NodePool, Object, PodGroup, Pools, Taken, daemon_pods, maximum, pool_setting, whole},
};

fn described(groups: &[PodGroup]) -> String {
    let groups = groups.iter().map(|group| format!("{} of {} ({})", group.pods, group.name, group.each));
    groups.collect::<Vec<_>>().join(", ")
}

pub(super) fn sizes(amount: Amount) -> String {
    let unlimited = |number: u64, unit: &str| match number {
        u64::MAX => format!("any {unit}"),
        number => format!("{} {unit}", number.div_ceil(if unit == "vCPU" { 1000 } else { 1024 })),
    };
    format!("{} and {}", unlimited(amount.cpu, "vCPU"), unlimited(amount.memory, "GiB"))
}

/// Where a finding about several pools is reported: at the first of them.
fn pool_place(pools: &Pools<'_>) -> Option<Place> {
    pools.pools.first().map(Object::place)
}

/// A shortage of several pools together.
struct Shortage<'a> {
    pools: Pools<'a>,
    taken: Taken,
    /// The demand that takes so much.
    what: &'static str,
}

/// The shortages of the pools: with all nodes alive, beside the dead ones of a zone, and without Spot. One maximum that
/// is too high makes one finding, of the first of these; what mends it is enough for all of them.
fn shortages<'a>(platform: &'a Platform, groups: &[PodGroup]) -> [Option<Shortage<'a>>; 3] {
    let zones = platform.settings.network.zones.len() as u64;
    let lacking = |capacity_type, lost: fn(Taken, u64) -> Taken, what| {
        let pools = Pools::of(platform, capacity_type);
        let taken = lost(pools.hosting(groups, daemon_pods(platform)).ok()?, zones);
        let short = !pools.pools.is_empty() && pools.limits().fits(taken.capacity) == 0;
        short.then_some(Shortage { pools, taken, what })
    };
    [
        lacking(None, |taken, _| taken, "the autoscalers' maximum"),
        lacking(None, with_dead_zone, "the autoscalers' maximum beside the dead nodes of a lost zone"),
        lacking(Some("on-demand"), |taken, _| taken, "the autoscalers' maximum without Spot"),
    ]
}

/// Reports the shortage that is `asked` for, if it is the first.
fn fits(platform: &Platform, asked: usize, findings: &mut Findings) {
    let groups = maximum(platform);
    let shortages = shortages(platform, &groups);
    let Some(first) = shortages.iter().position(Option::is_some).filter(|first| *first == asked) else { return };
    let Some(Shortage { pools, taken, what }) = &shortages[first] else { return };
    let Some(place) = pool_place(pools) else { return };
    let raised = raised(platform, &shortages);
    let wanted: Vec<_> = raised.iter().map(|(key, limit)| format!("`{key}` to {limit}")).collect();
    let lower = platform.autoscaled().into_iter().max_by_key(|workload| workload.most());
    let lower = lower.map(|workload| workload.setting("max_replicas"));
    let otherwise = lower.as_ref().map(|key| format!(", or lower `{key}`")).unwrap_or_default();
    let message = format!(
        "belongs to pools that are limited to {} together, but {what} takes {} nodes of {} in all: {}",
        sizes(pools.limits()),
        taken.nodes,
        sizes(taken.capacity),
        described(&groups)
    );
    findings
        .report(place, message, format!("raise {}{otherwise}", wanted.join(" and ")))
        .set_by(raised.into_iter().map(|(key, _)| key).chain(lower));
}

/// One of what an amount is made of.
type Part = fn(Amount) -> u64;

/// The limits that mend all shortages, by their keys: on-demand pools come first, since what they lack alone must be
/// theirs; what all pools still lack goes to the first pool of Spot, or to the same where there is none.
fn raised(platform: &Platform, shortages: &[Option<Shortage<'_>>; 3]) -> Vec<(String, u64)> {
    let [all, with_dead, on_demand] = shortages.each_ref().map(|of| of.as_ref().map(|of| of.taken.capacity));
    let needed = [all, with_dead].into_iter().flatten().fold(Amount::default(), Amount::at_least);
    let steady = Pools::of(platform, Some("on-demand"));
    let pools = Pools::of(platform, None);
    let spot = pools.pools.iter().find(|pool| !steady.pools.iter().any(|other| other.name() == pool.name()));
    let (first, rest) = (steady.pools.first(), spot.or(steady.pools.first()));
    let lack = |needed: u64, limit: u64, unit: u64| needed.saturating_sub(limit).div_ceil(unit);
    let mut raised = BTreeMap::new();
    let kinds: [(&str, u64, Part); 2] =
        [("limit_cpu", 1000, |amount| amount.cpu), ("limit_memory_gib", 1024, |amount| amount.memory)];
    for (name, unit, of) in kinds {
        let more = on_demand.map_or(0, |needed| lack(of(needed), of(steady.limits()), unit));
        let left = lack(of(needed), of(pools.limits()).saturating_add(more * unit), unit);
        for (pool, more) in [(first, more), (rest, left)] {
            let Some(pool) = pool.filter(|_| more > 0) else { continue };
            let now = of(Pools::limits_of(*pool)) / unit;
            *raised.entry(pool_setting(pool, name)).or_insert(now) += more;
        }
    }
    // What is bought at once counts for more, and would be the next finding.
    for (key, limit) in planned::wanted_limits(platform) {
        let now = raised.entry(key).or_default();
        *now = limit.max(*now);
    }
    raised.into_iter().collect()
}

/// Are the pools short of room, in any of the ways that have a policy here?
pub(super) fn is_short(platform: &Platform) -> bool {
    shortages(platform, &maximum(platform)).iter().any(Option::is_some)
}

/// A group of which no node of the pools hosts a single pod.
fn homeless<'a>(platform: &Platform, pools: &Pools<'_>, groups: &'a [PodGroup]) -> Option<&'a PodGroup> {
    pools.hosting(groups, daemon_pods(platform)).err()
}

fn report_homeless(platform: &Platform, pools: &Pools<'_>, group: &PodGroup, findings: &mut Findings) {
    let Some(place) = pool_place(pools) else { return };
    let message = format!("makes no node that hosts a pod of {} ({})", group.name, group.each);
    let workloads = platform.autoscaled().into_iter().filter(|workload| workload.name() == group.name);
    let asked = ["cpu_request_millicores", "memory_mib"];
    let jobs = platform.scheduled().filter(|job| job.name() == group.name);
    let jobs = jobs.flat_map(|of| asked.map(|name| of.setting(name)));
    let requests: Vec<_> = workloads.flat_map(|of| asked.map(|name| of.setting(name))).chain(jobs).collect();
    let mend = "allow larger nodes, or lower `cpu_request_millicores` or `memory_mib` of the service";
    findings.report(place, message, mend).set_by(requests);
}

pub(super) const MAXIMUM_FITS_POOLS: Policy<Platform> = Policy {
    code: "SCALE001",
    name: "maximum-fits-pools",
    severity: Severity::Error,
    explanation: "An autoscaler's maximum that the node pools' limits cannot host is never reached: pods stay pending \
                  at the height of the load.",
    check: maximum_fits_pools,
};

fn maximum_fits_pools(platform: &Platform, findings: &mut Findings) {
    let (pools, groups) = (Pools::of(platform, None), maximum(platform));
    match homeless(platform, &pools, &groups) {
        Some(group) => report_homeless(platform, &pools, group, findings),
        None => fits(platform, 0, findings),
    }
}

pub(super) const MAXIMUM_FITS_WITHOUT_A_ZONE: Policy<Platform> = Policy {
    code: "SCALE002",
    name: "maximum-fits-without-a-zone",
    severity: Severity::Error,
    explanation: "The nodes of a lost zone count against the limits until they are gone, so the pools need room for \
                  their replacements beside them.",
    check: maximum_fits_without_a_zone,
};

fn maximum_fits_without_a_zone(platform: &Platform, findings: &mut Findings) {
    fits(platform, 1, findings);
}

/// The nodes of one zone once more: the dead ones count until they are gone.
fn with_dead_zone(taken: Taken, zones: u64) -> Taken {
    let dead = taken.nodes.div_ceil(zones);
    let share = |whole: u64| whole + (whole * dead).div_ceil(taken.nodes.max(1));
    Taken { nodes: taken.nodes + dead, capacity: Amount::new(share(taken.capacity.cpu), share(taken.capacity.memory)) }
}

pub(super) const MAXIMUM_FITS_WITHOUT_SPOT: Policy<Platform> = Policy {
    code: "SCALE003",
    name: "maximum-fits-without-spot",
    severity: Severity::Warning,
    explanation: "Spot capacity can disappear all at once: then the on-demand pools have to host everything.",
    check: maximum_fits_without_spot,
};

fn maximum_fits_without_spot(platform: &Platform, findings: &mut Findings) {
    let (all, steady, groups) = (Pools::of(platform, None), Pools::of(platform, Some("on-demand")), maximum(platform));
    if steady.pools.is_empty() {
        if let Some(pool) = all.pools.first() {
            findings
                .report(
                    pool.place(),
                    "is a Spot pool, like every other pool",
                    "add a pool of capacity type `on-demand`",
                )
                .set_by([pool_setting(pool, "capacity_type")]);
        }
        return;
    }
    match homeless(platform, &steady, &groups).filter(|_| homeless(platform, &all, &groups).is_none()) {
        Some(group) => report_homeless(platform, &steady, group, findings),
        None => fits(platform, 2, findings),
    }
}

pub(super) const QUOTA_ADMITS_MAXIMUM: Policy<Platform> = Policy {
    code: "SCALE004",
    name: "quota-admits-maximum",
    severity: Severity::Error,
    explanation: "A quota below the autoscalers' maximum, with a rollout under way, refuses pods while nodes stand \
                  empty.",
    check: quota_admits_maximum,
};

fn quota_admits_maximum(platform: &Platform, findings: &mut Findings) {
    for quota in platform.every::<ResourceQuota>() {
        let hard = |of: &str| quota.spec.as_ref().and_then(|spec| spec.hard.as_ref()?.get(of));
        let (mut pods, mut requests) = (0, Amount::default());
        for workload in platform.autoscaled().iter().filter(|workload| workload.namespace() == quota.namespace()) {
            let surged = workload.most() + surge(&workload.deployment, workload.most());
            pods += surged;
            requests += workload.requests() * surged;
        }
        for job in platform.scheduled().filter(|job| job.cron_job.namespace() == quota.namespace()) {
            pods += 1;
            requests += job.group().each;
        }
        let needed = [
            ("pods", hard("pods").and_then(quantity::count), pods, ""),
            ("requests.cpu", hard("requests.cpu").and_then(quantity::millicores), requests.cpu, "m"),
            ("requests.memory", hard("requests.memory").and_then(quantity::mebibytes), requests.memory, "Mi"),
        ];
        for (name, admitted, needed, unit) in needed {
            if let Some(admitted) = admitted.filter(|admitted| *admitted < needed) {
                findings.report(
                    quota.place(),
                    format!(
                        "admits {admitted}{unit} of `{name}`, but the autoscalers' maximum takes {needed}{unit} in a \
                         rollout"
                    ),
                    format!("raise its `{name}` to {needed}{unit} or more"),
                );
            }
        }
    }
}

/// The pods that a rollout adds; the API server's default is a quarter.
fn surge(deployment: &Deployment, pods: u64) -> u64 {
    let strategy = deployment.spec.as_ref().and_then(|spec| spec.strategy.as_ref());
    let percent = match strategy.and_then(|strategy| strategy.rolling_update.as_ref()?.max_surge.as_ref()) {
        Some(IntOrString::Int(number)) => return whole(*number),
        Some(IntOrString::String(text)) => text.strip_suffix('%').and_then(|text| text.parse().ok()),
        None => None,
    };
    (pods * percent.unwrap_or(25)).div_ceil(100)
}

pub(super) const POOLS_ARE_LIMITED: Policy<Platform> = Policy {
    code: "SCALE010",
    name: "pools-are-limited",
    severity: Severity::Error,
    explanation: "A pool without limits turns a loop that makes pods into a bill without limits.",
    check: pools_are_limited,
};

fn pools_are_limited(platform: &Platform, findings: &mut Findings) {
    for pool in platform.every::<NodePool>() {
        let limits = &pool.spec.limits;
        for (limit, given) in [(CPU, &limits.cpu), (MEMORY, &limits.memory)] {
            if given.is_none() {
                findings.report(
                    pool.place(),
                    format!("has no limit of `{limit}`"),
                    format!("set `spec.limits.{limit}`"),
                );
            }
        }
    }
}

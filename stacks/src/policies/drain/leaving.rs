//! The time of a leaving pod: what it promises, what its load balancer needs, and what its node leaves it.

use k8s_openapi::api::core::v1::Container;
use synth_review::{Findings, Policy, Severity};

use super::balanced;
use crate::{
    Platform,
    settings::Duration,
    view::{Balancer, CAPACITY_TYPE, Pools, TARGET_GROUP, Workload, flag, whole},
};

/// Seconds that the kubelet waits longer than everything that it waits for.
const MARGIN: u64 = 5;

/// Seconds from AWS's notice to the end of a Spot instance.
const SPOT_NOTICE: u64 = 120;

/// Seconds of the notice that are over when pods are told: the event, the queue, the taint and the eviction.
const SPOT_REACTION: u64 = 5;

/// The setting of how long the load balancer keeps a leaving pod's connections.
const DEREGISTRATION: &str = "services.proxy.deregistration_delay_seconds";

/// How a container leaves, in seconds.
#[derive(Clone, Copy, Default)]
pub(super) struct Leaving {
    /// The stop signal is held back, and the server knows nothing.
    held: u64,
    /// It still accepts, and reports that it is not ready.
    delay: u64,
    /// Requests in flight may end.
    timeout: u64,
}

impl Leaving {
    fn of(container: &Container) -> Self {
        let given = |name| flag(container, name).find_map(Duration::seconds_of).unwrap_or_default();
        let pre_stop = container.lifecycle.as_ref().and_then(|lifecycle| lifecycle.pre_stop.as_ref());
        let held = pre_stop.and_then(|handler| handler.sleep.as_ref());
        Self {
            held: held.map(|sleep| whole(sleep.seconds)).unwrap_or_default(),
            delay: given("--drain-delay"),
            timeout: given("--drain-timeout"),
        }
    }

    /// The longest of a workload's containers.
    pub(super) fn longest(workload: &Workload<'_>) -> Self {
        workload.containers().iter().map(Self::of).max_by_key(|leaving| leaving.promised()).unwrap_or_default()
    }

    /// How long it takes what is new, from the moment at which it is told to stop.
    pub(super) fn accepts(self) -> u64 {
        self.held + self.delay
    }

    /// How long a connection may live that the pod has when it is told to stop.
    pub(super) fn promised(self) -> u64 {
        self.held + self.delay + self.timeout
    }
}

pub(super) const GRACE_COVERS_DRAIN: Policy<Platform> = Policy {
    code: "DRAIN001",
    name: "grace-covers-drain",
    severity: Severity::Error,
    explanation: "A pod that is killed before its server has drained drops the requests that it was still answering.",
    check: grace_covers_drain,
};

fn grace_covers_drain(platform: &Platform, findings: &mut Findings) {
    for workload in platform.autoscaled() {
        for container in workload.containers() {
            let leaving = Leaving::of(container);
            let Leaving { held, delay, timeout } = leaving;
            let needed = leaving.promised() + MARGIN;
            let grace = workload.grace();
            if grace < needed {
                findings.report(
                    workload.deployment.place(),
                    format!(
                        "is killed after {grace} s, but its container `{}` needs {needed} s: {held} s before the stop signal, \
                         {delay} s until it stops accepting, {timeout} s for requests in flight, {MARGIN} s to end",
                        container.name
                    ),
                    format!("raise `terminationGracePeriodSeconds` to {needed} or more"),
                );
            }
        }
    }
}

/// How long a load balancer keeps the connections of a target that it no longer has; AWS's default is five minutes.
fn deregistration_delay(balancer: &Balancer<'_>) -> u64 {
    let delay = balancer.attribute(TARGET_GROUP, "deregistration_delay.timeout_seconds");
    delay.and_then(|delay| delay.parse().ok()).unwrap_or(300)
}

pub(super) const GRACE_COVERS_DEREGISTRATION: Policy<Platform> = Policy {
    code: "DRAIN002",
    name: "grace-covers-deregistration",
    severity: Severity::Error,
    explanation: "A load balancer keeps the connections of a leaving pod for its deregistration delay: a pod that ends \
                  before then resets them.",
    check: grace_covers_deregistration,
};

fn grace_covers_deregistration(platform: &Platform, findings: &mut Findings) {
    for (workload, balancer) in balanced(platform) {
        let delay = deregistration_delay(&balancer);
        if workload.grace() < delay {
            findings.report(
                workload.deployment.place(),
                format!(
                    "is killed after {} s, but the load balancer of Service/{} keeps its connections for {delay} s",
                    workload.grace(),
                    balancer.service.name()
                ),
                format!(
                    "raise `terminationGracePeriodSeconds` to {delay} or more, or lower `deregistration_delay_seconds`"
                ),
            )
            .set_by([DEREGISTRATION]);
        }
    }
}

pub(super) const LEAVING_IS_NOTICED: Policy<Platform> = Policy {
    code: "DRAIN003",
    name: "leaving-is-noticed",
    severity: Severity::Error,
    explanation: "A load balancer keeps sending new connections for a while after a pod is told to stop, and longer \
                  where only health checks notice it: a pod that stops accepting before then refuses them.",
    check: leaving_is_noticed,
};

/// A pod that is deleted is an endpoint that terminates, which the controller deregisters at once where pods themselves are the
/// targets: the time before the stop signal counts. Where nodes are the targets, or nobody deregisters, only failing health checks
/// tell the load balancer, and they succeed until the signal.
fn leaving_is_noticed(platform: &Platform, findings: &mut Findings) {
    let late = u64::from(platform.settings.services.proxy.late_connections_seconds);
    for (workload, balancer) in balanced(platform) {
        let (interval, threshold) = balancer.believes();
        let unhealthy = interval * threshold;
        let Leaving { held, delay, .. } = Leaving::longest(&workload);
        let deregistered = balancer.sends_to_pods();
        let (accepts, since, needed, why) = if deregistered {
            let why = format!("may send new connections for {late} s");
            (held + delay, "it is told to stop", late, why)
        } else {
            let why = format!(
                "has nodes as targets and may send new connections for {late} s after {unhealthy} s of failing checks"
            );
            (delay, "its stop signal", unhealthy + late, why)
        };
        let balancer = format!("the load balancer of Service/{}", balancer.service.name());
        if accepts < needed {
            findings
                .report(
                    workload.deployment.place(),
                    format!("accepts for {accepts} s after {since}, but {balancer} {why}"),
                    if deregistered {
                        format!("raise `pre_stop_seconds` and `drain_delay_seconds` to {needed} or more together")
                    } else {
                        "let the pods themselves be its targets (`nlb-target-type: ip`)".to_owned()
                    },
                )
                .set_by(["pre_stop_seconds", "drain_delay_seconds"].map(|name| workload.setting(name)));
        } else if delay < unhealthy {
            findings.report(
                workload.deployment.place(),
                format!(
                    "accepts for {delay} s after its stop signal, but where nothing deregisters it, {balancer} notices \
                     after {unhealthy} s: {threshold} checks, one every {interval} s"
                ),
                format!("raise `drain_delay_seconds` to {unhealthy} or more"),
            )
            .set_by([workload.setting("drain_delay_seconds")]);
        }
    }
}

pub(super) const DEREGISTRATION_CUTS_NOTHING: Policy<Platform> = Policy {
    code: "DRAIN008",
    name: "deregistration-cuts-nothing",
    severity: Severity::Error,
    explanation: "A load balancer that ends connections after its deregistration delay resets requests that a leaving \
                  pod still answers, unless the delay covers the pod's whole drain.",
    check: deregistration_cuts_nothing,
};

fn deregistration_cuts_nothing(platform: &Platform, findings: &mut Findings) {
    for (workload, balancer) in balanced(platform) {
        let cuts = balancer.attribute(TARGET_GROUP, "deregistration_delay.connection_termination.enabled");
        let (delay, promised) = (deregistration_delay(&balancer), Leaving::longest(&workload).promised());
        if cuts.as_deref() == Some("true") && delay < promised {
            findings.report(
                balancer.place(),
                format!(
                    "ends connections {delay} s after a pod is deregistered, but Deployment/{} promises them {promised} s",
                    workload.name()
                ),
                format!("raise `deregistration_delay_seconds` to {promised} or more"),
            )
            .set_by([DEREGISTRATION]);
        }
    }
}

pub(super) const LEAVING_FITS_SPOT_NOTICE: Policy<Platform> = Policy {
    code: "DRAIN009",
    name: "leaving-fits-spot-notice",
    severity: Severity::Warning,
    explanation: "AWS reclaims a Spot node two minutes after its notice: a pod that takes longer to leave loses its \
                  unfinished requests.",
    check: leaving_fits_spot_notice,
};

fn leaving_fits_spot_notice(platform: &Platform, findings: &mut Findings) {
    let Some(pool) = Pools::of(platform, Some("spot")).pools.first().copied() else { return };
    let left = SPOT_NOTICE - SPOT_REACTION;
    for workload in platform.autoscaled() {
        let leaving = Leaving::longest(&workload);
        if leaving.promised() == 0 {
            working(&workload, pool.name(), left, findings);
            continue;
        }
        let accepts = leaving.held + leaving.delay;
        if leaving.promised() <= left {
            continue;
        }
        let lost = match left.checked_sub(accepts) {
            Some(rest) => format!("requests in flight have {rest} s instead of {} s", leaving.timeout),
            None => format!("it is cut off while it still accepts, {} s too early", accepts - left),
        };
        findings.report(
            workload.deployment.place(),
            format!(
                "takes {} s to leave, but on the nodes of NodePool/{} it has {left} s: Spot gives {SPOT_NOTICE} s, of \
                 which {SPOT_REACTION} s pass before the pod is told; {lost}",
                leaving.promised(),
                pool.name()
            ),
            format!(
                "lower `pre_stop_seconds`, `drain_delay_seconds` and `drain_timeout_seconds` to {left} together, or \
                 use only pools of `on-demand` nodes"
            ),
        )
        .set_by(
            ["pre_stop_seconds", "drain_delay_seconds", "drain_timeout_seconds"].map(|name| workload.setting(name)),
        );
    }
}

/// What holds no signal back and drains no connections, as a worker, uses all of its time for what it has begun.
fn working(workload: &Workload<'_>, pool: &str, left: u64, findings: &mut Findings) {
    let grace = workload.grace();
    let bought = workload.pod().node_selector.as_ref().and_then(|labels| labels.get(CAPACITY_TYPE));
    if grace <= left || bought.is_some_and(|bought| bought != "spot") {
        return;
    }
    findings
        .report(
            workload.deployment.place(),
            format!(
                "may take {grace} s to end what it has begun, but on the nodes of NodePool/{pool} it has {left} s: Spot \
                 gives {SPOT_NOTICE} s, of which {SPOT_REACTION} s pass before the pod is told"
            ),
            format!("lower `stop_seconds` to {left} or less, or set `nodes.capacity_type` to `on-demand`"),
        )
        .set_by(["stop_seconds", "nodes.capacity_type"].map(|name| workload.setting(name)));
}

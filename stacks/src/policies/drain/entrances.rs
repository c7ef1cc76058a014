//! Pods behind application load balancers: whether they leave without a lost request.

use synth_review::{Findings, Policy, Severity};

use super::leaving::Leaving;
use crate::{
    Platform,
    view::{Entrance, Meta as _, TARGET_GROUP, Workload},
};

/// How long an application load balancer keeps the requests of a target that it no longer has, where nothing else is said.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html>
const DEREGISTRATION: u64 = 300;

pub(super) const PODS_LEAVE_ENTRANCES: Policy<Platform> = Policy {
    code: "DRAIN014",
    name: "pods-leave-entrances",
    severity: Severity::Error,
    explanation: "An application load balancer sends requests to a pod until it has heard that the pod goes, and waits for \
                  its answers as long as its target group says: a pod that goes earlier, or is cut off, loses requests.",
    check: pods_leave_entrances,
};

fn pods_leave_entrances(platform: &Platform, findings: &mut Findings) {
    for workload in platform.autoscaled() {
        for entrance in workload.entrances(platform) {
            leaves(platform, &workload, &entrance, findings);
        }
    }
}

fn leaves(platform: &Platform, workload: &Workload<'_>, entrance: &Entrance<'_>, findings: &mut Findings) {
    let late = u64::from(platform.settings.services.proxy.late_connections_seconds);
    let leaving = Leaving::longest(workload);
    let ingress = entrance.ingress.name();
    if leaving.accepts() < late {
        findings
            .report(
                workload.deployment.place(),
                format!(
                    "accepts for {} s after it is told to stop, but the load balancer of Ingress/{ingress} may send new \
                     requests for {late} s",
                    leaving.accepts()
                ),
                format!("raise `pre_stop_seconds` and `drain_delay_seconds` to {late} or more together"),
            )
            .set_by(["pre_stop_seconds", "drain_delay_seconds"].map(|name| workload.setting(name)));
    }
    let delay = entrance.attribute(TARGET_GROUP, "deregistration_delay.timeout_seconds");
    let delay = delay.and_then(|delay| delay.parse().ok()).unwrap_or(DEREGISTRATION);
    if delay < leaving.promised() || workload.grace() < delay {
        findings.report(
            entrance.ingress.place(),
            format!(
                "waits {delay} s for the answers of a pod that goes, but Deployment/{} promises them {} s and is killed after {}",
                workload.name(),
                leaving.promised(),
                workload.grace()
            ),
            "let `deregistration_delay.timeout_seconds` lie between the two",
        );
    }
    if entrance.ingress.wave() >= workload.deployment.wave() {
        findings.report(
            entrance.ingress.place(),
            format!(
                "is synced no earlier than Deployment/{}, whose first pods then have no readiness gate",
                workload.name()
            ),
            "give it a lower `argocd.argoproj.io/sync-wave`",
        );
    }
}

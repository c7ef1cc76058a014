//! DRAIN: whether pods and nodes that leave finish what they have begun.

use serde_json::Value as Json;
use synth_framework::{Findings, Policy, Severity};

use crate::{
    Platform,
    policies::view::{Workload, annotation, at, flag, items, number, seconds, strings, text},
};

pub(super) const POLICIES: &[Policy<Platform>] = &[
    Policy {
        code: "DRAIN001",
        name: "grace-covers-drain",
        severity: Severity::Error,
        explanation: "A pod that is killed before its server has drained drops the requests that it was still answering.",
        check: grace_covers_drain,
    },
    Policy {
        code: "DRAIN002",
        name: "grace-covers-deregistration",
        severity: Severity::Error,
        explanation: "A load balancer keeps a leaving pod's connections for its deregistration delay: a pod that is gone \
                      before then resets them.",
        check: grace_covers_deregistration,
    },
    Policy {
        code: "DRAIN003",
        name: "leaving-is-noticed",
        severity: Severity::Error,
        explanation: "Until health checks have failed often enough the load balancer sends new connections: a pod that stops \
                      accepting before then refuses them.",
        check: leaving_is_noticed,
    },
    Policy {
        code: "DRAIN004",
        name: "budget-leaves-room",
        severity: Severity::Error,
        explanation: "A disruption budget that allows no eviction at the minimum of pods keeps every node from draining.",
        check: budget_leaves_room,
    },
    Policy {
        code: "DRAIN005",
        name: "nodes-wait-for-pods",
        severity: Severity::Error,
        explanation: "Expiry ignores disruption budgets: without a termination grace period one pod keeps a node for ever, \
                      and with one below the pods' own they are cut off.",
        check: nodes_wait_for_pods,
    },
    Policy {
        code: "DRAIN006",
        name: "pools-disrupt-gently",
        severity: Severity::Error,
        explanation: "A pool that may replace all nodes at once takes every service's pods at once; one that may replace none \
                      never takes a new image.",
        check: pools_disrupt_gently,
    },
    Policy {
        code: "DRAIN007",
        name: "readiness-gates",
        severity: Severity::Error,
        explanation: "Without the readiness gate a rollout counts new pods as ready before the load balancer knows them, and \
                      takes the old ones away.",
        check: readiness_gates,
    },
];

/// Seconds that the kubelet waits longer than everything that it waits for.
const MARGIN: u64 = 5;

/// Seconds for which the stop signal is held back.
fn pre_stop(container: &Json) -> u64 {
    number(container, "/lifecycle/preStop/sleep/seconds").unwrap_or_default()
}

/// The seconds that a container's arguments give a flag.
fn given(container: &Json, name: &str) -> u64 {
    flag(container, name).find_map(seconds).unwrap_or_default()
}

fn grace_covers_drain(platform: &Platform, findings: &mut Findings) {
    for workload in platform.autoscaled() {
        for container in workload.containers() {
            let (held, delay, timeout) =
                (pre_stop(container), given(container, "--drain-delay"), given(container, "--drain-timeout"));
            let needed = held + delay + timeout + MARGIN;
            let grace = workload.grace();
            if grace < needed {
                findings.report(
                    platform.place(workload.deployment),
                    format!(
                        "is killed after {grace} s, but its container `{}` needs {needed} s: {held} s before the stop signal, \
                         {delay} s until it stops accepting, {timeout} s for requests in flight, {MARGIN} s to end",
                        text(container, "/name")
                    ),
                    format!("raise `terminationGracePeriodSeconds` to {needed} or more"),
                );
            }
        }
    }
}

/// The workloads behind load balancers, each with its Service.
fn balanced(platform: &Platform) -> impl Iterator<Item = (Workload<'_>, &synth_framework::Manifest)> {
    platform.autoscaled().into_iter().flat_map(|workload| {
        let services = workload.services(platform);
        services.filter(|of| text(&of.object, "/spec/type") == "LoadBalancer").map(move |service| (workload, service))
    })
}

fn grace_covers_deregistration(platform: &Platform, findings: &mut Findings) {
    for (workload, service) in balanced(platform) {
        let attributes = annotation(service, "target-group-attributes");
        let delay = attributes.split(',').find_map(|of| of.strip_prefix("deregistration_delay.timeout_seconds="));
        // AWS's default is five minutes.
        let delay = delay.and_then(|delay| delay.parse().ok()).unwrap_or(300);
        if workload.grace() < delay {
            findings.report(
                platform.place(workload.deployment),
                format!(
                    "is killed after {} s, but the load balancer of Service/{} keeps its connections for {delay} s",
                    workload.grace(),
                    service.name()
                ),
                format!(
                    "raise `terminationGracePeriodSeconds` to {delay} or more, or lower `deregistration_delay_seconds`"
                ),
            )
            .set_by(["services.proxy.deregistration_delay_seconds"]);
        }
    }
}

fn leaving_is_noticed(platform: &Platform, findings: &mut Findings) {
    for (workload, service) in balanced(platform) {
        let setting = |name: &str, default| annotation(service, name).parse().unwrap_or(default);
        let (interval, threshold): (u64, u64) =
            (setting("healthcheck-interval", 10), setting("healthcheck-unhealthy-threshold", 3));
        let accepts =
            workload.containers().iter().map(|container| pre_stop(container) + given(container, "--drain-delay")).max();
        let (accepts, notices) = (accepts.unwrap_or_default(), interval * threshold);
        if accepts < notices {
            findings.report(
                platform.place(workload.deployment),
                format!(
                    "accepts for {accepts} s after it is told to go, but the load balancer of Service/{} notices after \
                     {notices} s: {threshold} checks, one every {interval} s",
                    service.name()
                ),
                format!("raise `pre_stop_seconds` and `drain_delay_seconds` to {notices} or more together"),
            )
            .set_by(["pre_stop_seconds", "drain_delay_seconds"].map(|name| workload.setting(name)));
        }
    }
}

fn budget_leaves_room(platform: &Platform, findings: &mut Findings) {
    for workload in platform.autoscaled() {
        for budget in workload.selecting(platform, "PodDisruptionBudget", "/spec/selector") {
            let pods = workload.fewest();
            let share = |pointer: &str| {
                let value = at(&budget.object, pointer);
                let percent = value.as_str().and_then(|text| text.strip_suffix('%')?.parse::<u64>().ok());
                value.as_u64().or_else(|| percent.map(|percent| (pods * percent).div_ceil(100)))
            };
            let allowed = match (share("/spec/maxUnavailable"), share("/spec/minAvailable")) {
                (Some(lost), _) => lost,
                (None, Some(kept)) => pods.saturating_sub(kept),
                (None, None) => 0,
            };
            if allowed == 0 {
                findings.report(
                    platform.place(budget),
                    format!("lets none of the {pods} pods of {} go at its minimum", workload.name()),
                    "set `maxUnavailable` to 1 or to a percentage",
                );
            }
        }
    }
}

fn nodes_wait_for_pods(platform: &Platform, findings: &mut Findings) {
    let longest = platform.autoscaled().iter().map(Workload::grace).max().unwrap_or_default();
    for pool in platform.of_kind("NodePool") {
        let spec = at(&pool.object, "/spec/template/spec");
        // Karpenter's default is 30 days.
        let expires = text(spec, "/expireAfter") != "Never";
        match seconds(text(spec, "/terminationGracePeriod")).filter(|seconds| *seconds > 0) {
            None if expires => findings.report(
                platform.place(pool),
                "lets its nodes expire without a bound on how long they wait for their pods",
                "set `karpenter.termination_grace_period`, such as 30m",
            ),
            Some(wait) if wait < longest => findings.report(
                platform.place(pool),
                format!("ends its nodes after {wait} s, but their pods may take {longest} s to leave"),
                format!("raise `karpenter.termination_grace_period` to {longest}s or more"),
            ),
            _ => continue,
        }
        .set_by(["karpenter.termination_grace_period"]);
    }
}

fn pools_disrupt_gently(platform: &Platform, findings: &mut Findings) {
    for pool in platform.of_kind("NodePool") {
        for budget in items(&pool.object, "/spec/disruption/budgets") {
            let (nodes, reasons) = (text(budget, "/nodes"), strings(budget, "/reasons"));
            // An empty node takes no pod with it.
            let harmless = reasons == ["Empty"];
            let always = budget.get("schedule").is_none();
            let what = if reasons.is_empty() { "any reason".to_owned() } else { reasons.join(" and ") };
            let (message, mend) = match nodes {
                "100%" if !harmless => ("may replace all of its nodes at once", "lower the budget, to 20% or less"),
                "0" | "0%" if always => ("may never replace a node", "raise the budget, or give it a schedule"),
                _ => continue,
            };
            findings.report(platform.place(pool), format!("{message} for {what}"), mend);
        }
    }
}

fn readiness_gates(platform: &Platform, findings: &mut Findings) {
    for (workload, service) in balanced(platform) {
        let Some(namespace) = platform.object("Namespace", "", workload.namespace()) else { continue };
        let label = &at(&namespace.object, "/metadata/labels")["elbv2.k8s.aws/pod-readiness-gate-inject"];
        if label != "enabled" {
            findings.report(
                platform.place(namespace),
                format!("holds the pods behind Service/{} and gives them no readiness gate", service.name()),
                "label it `elbv2.k8s.aws/pod-readiness-gate-inject: enabled`",
            );
        }
    }
}

//! Pods: enough of them, spread, replaced one by one.

use k8s_openapi::api::core::v1::{HTTPGetAction, Probe, TopologySpreadConstraint};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use synth_review::{Findings, Policy, Severity};

use crate::{
    Platform,
    names::{DEAD_NODE_TAINTS, MOST_NODES},
    view::{HOST, ZONE, whole},
};

pub(super) const MINIMUM_COVERS_ZONES: Policy<Platform> = Policy {
    code: "HA001",
    name: "minimum-covers-zones",
    severity: Severity::Error,
    explanation: "With fewer pods than zones at rest, the loss of one zone can take all of a service at once.",
    check: minimum_covers_zones,
};

fn minimum_covers_zones(platform: &Platform, findings: &mut Findings) {
    let zones = platform.settings.network.zones.len() as u64;
    for workload in platform.autoscaled() {
        let fewest = workload.fewest();
        if fewest < zones {
            findings
                .report(
                    workload.scaler.place(),
                    format!("keeps only {fewest} of its pods at rest, fewer than one in each of {zones} zones"),
                    format!("raise `min_replicas` of the service to {zones} or more"),
                )
                .set_by([workload.setting("min_replicas")]);
        }
    }
}

pub(super) const SPREAD_OVER_ZONES: Policy<Platform> = Policy {
    code: "HA002",
    name: "spread-over-zones",
    severity: Severity::Error,
    explanation: "Without a required spread, the scheduler may put all pods of a service into one zone: the \
                  first node that is ready takes every pod that is pending.",
    check: spread_over_zones,
};

fn spread_over_zones(platform: &Platform, findings: &mut Findings) {
    for workload in platform.autoscaled() {
        let own = |spread: Option<&TopologySpreadConstraint>| {
            spread.is_some_and(|of| workload.selected_by(of.label_selector.as_ref()))
        };
        let mut report = |message: &str, mend: &str| {
            findings.report(workload.deployment.place(), message, mend);
        };
        let (kept, even) = (workload.zone_spread(), workload.spread(ZONE, "ScheduleAnyway"));
        if kept.is_none() {
            report(
                "has no required spread over zones",
                "spread its pods over `topology.kubernetes.io/zone` with `DoNotSchedule`",
            );
        } else if !own(kept) {
            report("has a spread over zones that does not select its own pods", "select the pods of its own template");
        }
        if !own(even) || even.map(|even| even.max_skew) != Some(1) {
            report(
                "does not ask for an even spread over zones",
                "add a spread over `topology.kubernetes.io/zone` with `maxSkew: 1` and `ScheduleAnyway`",
            );
        }
        let half = workload.fewest().div_ceil(2);
        let node = workload.spread(HOST, "DoNotSchedule");
        let taken = node.map_or(u64::MAX, |spread| whole(spread.max_skew)).min(workload.fewest());
        // A single node is the emptiest as well as the fullest: only `minDomains` says that there have to be more.
        let alone = node.and_then(|spread| spread.min_domains).unwrap_or(1) < 2;
        let taken = if alone { workload.fewest() } else { taken };
        if !own(node) || taken > half {
            report(
                &format!(
                    "lets the first node that is ready take {taken} of its {} pods, while nodes in other zones are \
                     still starting",
                    workload.fewest()
                ),
                &format!(
                    "spread its pods over `{HOST}` with `maxSkew: {half}`, `minDomains: {MOST_NODES}` and `DoNotSchedule`"
                ),
            );
        }
    }
}

pub(super) const SCHEDULES_WITHOUT_A_ZONE: Policy<Platform> = Policy {
    code: "HA003",
    name: "schedules-without-a-zone",
    severity: Severity::Error,
    explanation: "With `minDomains` at the number of zones, or with dead nodes counted as a zone, the loss of a zone \
                  leaves every new pod pending; below zones - 1, all pods may share a zone. With a narrow `maxSkew` a \
                  zone that is healthy but full stops the scale-up in all others.",
    check: schedules_without_a_zone,
};

fn schedules_without_a_zone(platform: &Platform, findings: &mut Findings) {
    let remaining = platform.settings.network.zones.len() as u64 - 1;
    for workload in platform.autoscaled() {
        let Some(spread) = workload.zone_spread() else { continue };
        let mut report = |message: String, mend: String| {
            findings.report(workload.deployment.place(), message, mend);
        };
        let domains = spread.min_domains.map_or(1, whole);
        if domains != remaining {
            report(
                format!("spreads over at least {domains} zones, but {remaining} are left when one is lost"),
                format!("set `minDomains` of its spread over zones to {remaining}"),
            );
        }
        let skew = whole(spread.max_skew);
        let (runs, most) = (remaining * skew, workload.most());
        if runs < most {
            report(
                format!("can run only {runs} of {most} pods when one zone is full, although the other zones have room"),
                format!("set `maxSkew` of its spread over zones to {}", most.div_ceil(remaining)),
            );
        }
        for (key, what) in [(ZONE, "zones"), (HOST, "nodes")] {
            let Some(spread) = workload.spread(key, "DoNotSchedule") else { continue };
            if spread.node_taints_policy.as_deref() != Some("Honor") {
                report(
                    "counts the dead nodes of a lost zone as room, which keeps new pods pending".to_owned(),
                    format!("set `nodeTaintsPolicy: Honor` on its spread over {what}"),
                );
            }
            let keys = spread.match_label_keys.as_deref().unwrap_or_default();
            if !keys.iter().any(|key| key == "pod-template-hash") {
                report(
                    "spreads the pods of two rollouts as if they were one, which leaves the new one uneven".to_owned(),
                    format!("add `pod-template-hash` to `matchLabelKeys` of its spread over {what}"),
                );
            }
        }
    }
}

/// Seconds for which a pod may stay bound to a dead node; it was declared dead after 50.
const BOUND_SECONDS: u64 = 60;

pub(super) const DEAD_NODES_LET_GO: Policy<Platform> = Policy {
    code: "HA015",
    name: "dead-nodes-let-pods-go",
    severity: Severity::Error,
    explanation: "By default a pod stays bound to an unreachable node for 300 seconds, and the autoscaler adds none in \
                  its place meanwhile: the capacity of a lost zone is missing for six minutes.",
    check: dead_nodes_let_go,
};

fn dead_nodes_let_go(platform: &Platform, findings: &mut Findings) {
    for workload in platform.autoscaled() {
        for taint in DEAD_NODE_TAINTS {
            let tolerations = workload.pod().tolerations.as_deref().unwrap_or_default().iter();
            let own = tolerations.filter(|toleration| {
                let effect = toleration.effect.as_deref();
                toleration.key.as_deref() == Some(taint) && effect.is_none_or(|effect| effect == "NoExecute")
            });
            // The API server gives a pod that says nothing 300 seconds; a toleration without a number is for ever.
            let stays = own.map(|of| of.toleration_seconds.map(whole)).next().unwrap_or(Some(300));
            if stays.is_none_or(|seconds| seconds > BOUND_SECONDS) {
                let stays = stays.map_or("for ever".to_owned(), |seconds| format!("for {seconds} s"));
                findings
                    .report(
                        workload.deployment.place(),
                        format!(
                            "stays bound {stays} to a node with the taint `{taint}`, and is not replaced meanwhile"
                        ),
                        format!("set `services.unreachable_seconds` to {BOUND_SECONDS} or less"),
                    )
                    .set_by(["services.unreachable_seconds".to_owned()]);
            }
        }
    }
}

pub(super) const ONE_DISRUPTION_BUDGET: Policy<Platform> = Policy {
    code: "HA004",
    name: "one-disruption-budget",
    severity: Severity::Error,
    explanation: "Without a disruption budget, consolidation may evict all pods at once; with two, the API server \
                  refuses every eviction and nodes never drain.",
    check: one_disruption_budget,
};

fn one_disruption_budget(platform: &Platform, findings: &mut Findings) {
    for workload in platform.autoscaled() {
        let budgets = workload.budgets(platform);
        let names: Vec<_> = budgets.map(|budget| format!("`{}`", budget.name())).collect();
        let (message, mend) = match names.as_slice() {
            [_] => continue,
            [] => ("has no PodDisruptionBudget".to_owned(), "add one that selects its pods"),
            several => (
                format!("has {} PodDisruptionBudgets, {}", several.len(), several.join(" and ")),
                "keep only one that selects its pods",
            ),
        };
        findings.report(workload.deployment.place(), message, mend);
    }
}

pub(super) const PROBES: Policy<Platform> = Policy {
    code: "HA005",
    name: "probes",
    severity: Severity::Error,
    explanation: "Without a readiness probe a pod gets requests before it can serve; without a liveness probe a hung \
                  pod stays; one check for both restarts pods that only have to wait. A container without a port, as \
                  a worker may be, gets no requests, and nobody could ask it.",
    check: probes,
};

fn probes(platform: &Platform, findings: &mut Findings) {
    for workload in platform.autoscaled() {
        for container in workload.containers().iter().filter(|container| container.ports.is_some()) {
            let name = &container.name;
            let (ready, live) = (container.readiness_probe.as_ref(), container.liveness_probe.as_ref());
            let starts = container.startup_probe.as_ref();
            for (probe, given) in [("readinessProbe", ready), ("livenessProbe", live), ("startupProbe", starts)] {
                if given.is_none() {
                    findings.report(
                        workload.deployment.place(),
                        format!("has a container `{name}` without a `{probe}`"),
                        format!("give the container a `{probe}`"),
                    );
                }
            }
            if question(ready).is_some_and(|asked| question(live) == Some(asked)) {
                findings.report(
                    workload.deployment.place(),
                    format!("has a container `{name}` that is restarted whenever it is not ready"),
                    "let the liveness probe use a path that does not depend on readiness",
                );
            }
        }
    }
}

fn question(probe: Option<&Probe>) -> Option<&HTTPGetAction> {
    probe?.http_get.as_ref()
}

pub(super) const ROLLOUT_WITHOUT_LOSS: Policy<Platform> = Policy {
    code: "HA006",
    name: "rollout-without-loss",
    severity: Severity::Error,
    explanation: "A rollout that removes pods before their replacements are ready serves the same load with fewer \
                  pods.",
    check: rollout_without_loss,
};

fn rollout_without_loss(platform: &Platform, findings: &mut Findings) {
    for workload in platform.autoscaled() {
        let strategy = workload.deployment.spec.as_ref().and_then(|spec| spec.strategy.as_ref());
        let rolling = strategy.and_then(|strategy| strategy.rolling_update.as_ref());
        // The API server's default is a quarter.
        let keeps = match rolling.and_then(|rolling| rolling.max_unavailable.as_ref()) {
            Some(IntOrString::Int(lost)) => *lost == 0,
            Some(IntOrString::String(lost)) => lost == "0%",
            None => false,
        };
        if strategy.and_then(|strategy| strategy.type_.as_deref()) == Some("Recreate") || !keeps {
            findings.report(
                workload.deployment.place(),
                "removes pods in a rollout before their replacements are ready",
                "use a rolling update with `maxUnavailable: 0`",
            );
        }
        if workload.deployment.spec.as_ref().and_then(|spec| spec.min_ready_seconds).unwrap_or_default() == 0 {
            findings.report(
                workload.deployment.place(),
                "takes a new pod for available as soon as it is ready: one that fails a second later has ended an old one",
                "set `minReadySeconds`",
            );
        }
    }
}

//! Pods: enough of them, spread, replaced one by one.

use serde_json::Value as Json;
use synth_framework::Findings;

use crate::{
    Platform,
    names::DEAD_NODE_TAINTS,
    policies::view::{HOST, ZONE, at, items, number, strings, text},
};

pub(super) fn minimum_covers_zones(platform: &Platform, findings: &mut Findings) {
    let zones = platform.settings.network.zones.len() as u64;
    for workload in platform.autoscaled() {
        let fewest = workload.fewest();
        if fewest < zones {
            findings
                .report(
                    platform.place(workload.scaler),
                    format!("keeps {fewest} of its pods at rest, fewer than one in each of {zones} zones"),
                    format!("raise `min_replicas` of the service to {zones} or more"),
                )
                .set_by([workload.setting("min_replicas")]);
        }
    }
}

pub(super) fn spread_over_zones(platform: &Platform, findings: &mut Findings) {
    for workload in platform.autoscaled() {
        let own = |spread: Option<&'_ Json>| spread.is_some_and(|of| workload.selected_by(at(of, "/labelSelector")));
        let mut report = |message: &str, mend: &str| {
            findings.report(platform.place(workload.deployment), message, mend);
        };
        let (kept, even) = (workload.zone_spread(), workload.spread(ZONE, "ScheduleAnyway"));
        if kept.is_none() {
            report(
                "has no spread over zones that holds pods back",
                "spread its pods over `topology.kubernetes.io/zone` with `DoNotSchedule`",
            );
        } else if !own(kept) {
            report("has a spread over zones that does not select its own pods", "select the pods of its own template");
        }
        if !own(even) || even.and_then(|even| number(even, "/maxSkew")) != Some(1) {
            report(
                "does not ask for as many pods in one zone as in another",
                "add a spread over `topology.kubernetes.io/zone` with `maxSkew: 1` and `ScheduleAnyway`",
            );
        }
        let half = workload.fewest().div_ceil(2);
        let node = workload.spread(HOST, "DoNotSchedule");
        let taken = node.and_then(|spread| number(spread, "/maxSkew")).unwrap_or(u64::MAX).min(workload.fewest());
        // A single node is the emptiest as well as the fullest: only `minDomains` says that there have to be more.
        let alone = node.and_then(|spread| number(spread, "/minDomains")).unwrap_or(1) < 2;
        let taken = if alone { workload.fewest() } else { taken };
        if !own(node) || taken > half {
            report(
                &format!(
                    "lets the first node that is ready take {taken} of its {} pods, while nodes in other zones come up",
                    workload.fewest()
                ),
                &format!("spread its pods over `{HOST}` with `maxSkew: {half}`, `minDomains: 2` and `DoNotSchedule`"),
            );
        }
    }
}

pub(super) fn schedules_without_a_zone(platform: &Platform, findings: &mut Findings) {
    let remaining = platform.settings.network.zones.len() as u64 - 1;
    for workload in platform.autoscaled() {
        let Some(spread) = workload.zone_spread() else { continue };
        let mut report = |message: String, mend: String| {
            findings.report(platform.place(workload.deployment), message, mend);
        };
        let domains = number(spread, "/minDomains").unwrap_or(1);
        if domains != remaining {
            report(
                format!("spreads over at least {domains} zones, but {remaining} are left when one is lost"),
                format!("set `minDomains` of its spread over zones to {remaining}"),
            );
        }
        let skew = number(spread, "/maxSkew").unwrap_or_default();
        let (runs, most) = (remaining * skew, workload.most());
        if runs < most {
            report(
                format!("runs {runs} of {most} pods beside a zone that is full, though the other zones have room"),
                format!("set `maxSkew` of its spread over zones to {}", most.div_ceil(remaining)),
            );
        }
        for (key, what) in [(ZONE, "zones"), (HOST, "nodes")] {
            let Some(spread) = workload.spread(key, "DoNotSchedule") else { continue };
            if text(spread, "/nodeTaintsPolicy") != "Honor" {
                report(
                    "counts the dead nodes of a lost zone as room, which holds new pods back".to_owned(),
                    format!("set `nodeTaintsPolicy: Honor` on its spread over {what}"),
                );
            }
            if !strings(spread, "/matchLabelKeys").contains(&"pod-template-hash") {
                report(
                    "spreads the pods of two rollouts as one, which leaves the new one uneven".to_owned(),
                    format!("add `pod-template-hash` to `matchLabelKeys` of its spread over {what}"),
                );
            }
        }
    }
}

/// Seconds for which a pod may stay bound to a dead node; it was declared dead after 50.
const BOUND_SECONDS: u64 = 60;

pub(super) fn dead_nodes_let_go(platform: &Platform, findings: &mut Findings) {
    for workload in platform.autoscaled() {
        for taint in DEAD_NODE_TAINTS {
            let tolerations = items(workload.pod(), "/tolerations").iter();
            let own = tolerations.filter(|toleration| {
                text(toleration, "/key") == taint && ["", "NoExecute"].contains(&text(toleration, "/effect"))
            });
            // The API server gives a pod that says nothing 300 seconds; a toleration without a number is for ever.
            let stays = own.map(|of| number(of, "/tolerationSeconds")).next().unwrap_or(Some(300));
            if stays.is_none_or(|seconds| seconds > BOUND_SECONDS) {
                let stays = stays.map_or("for ever".to_owned(), |seconds| format!("for {seconds} s"));
                findings
                    .report(
                        platform.place(workload.deployment),
                        format!("stays bound {stays} to a node with the taint `{taint}`, and counts as there"),
                        format!("set `services.unreachable_seconds` to {BOUND_SECONDS} or less"),
                    )
                    .set_by(["services.unreachable_seconds".to_owned()]);
            }
        }
    }
}

pub(super) fn one_disruption_budget(platform: &Platform, findings: &mut Findings) {
    for workload in platform.autoscaled() {
        let budgets = workload.selecting(platform, "PodDisruptionBudget", "/spec/selector");
        let names: Vec<_> = budgets.map(|budget| format!("`{}`", budget.name())).collect();
        let (message, mend) = match names.as_slice() {
            [_] => continue,
            [] => ("has no PodDisruptionBudget".to_owned(), "add one that selects its pods"),
            several => (
                format!("has {} PodDisruptionBudgets, {}", several.len(), several.join(" and ")),
                "leave one that selects its pods",
            ),
        };
        findings.report(platform.place(workload.deployment), message, mend);
    }
}

pub(super) fn probes(platform: &Platform, findings: &mut Findings) {
    for workload in platform.autoscaled() {
        for container in workload.containers() {
            let name = text(container, "/name");
            for probe in ["readinessProbe", "livenessProbe", "startupProbe"] {
                if container.get(probe).is_none() {
                    findings.report(
                        platform.place(workload.deployment),
                        format!("has a container `{name}` without a `{probe}`"),
                        format!("give the container a `{probe}`"),
                    );
                }
            }
            let question = |probe: &str| -> Option<&Json> { container.get(probe)?.get("httpGet") };
            if question("readinessProbe").is_some_and(|ready| question("livenessProbe") == Some(ready)) {
                findings.report(
                    platform.place(workload.deployment),
                    format!("has a container `{name}` that is restarted whenever it is not ready"),
                    "let the liveness probe ask a path that does not depend on readiness",
                );
            }
        }
    }
}

pub(super) fn rollout_without_loss(platform: &Platform, findings: &mut Findings) {
    for workload in platform.autoscaled() {
        let strategy = at(&workload.deployment.object, "/spec/strategy");
        let lost = at(strategy, "/rollingUpdate/maxUnavailable");
        // The API server's default is a quarter.
        let keeps = *lost == 0 || lost == "0%";
        if text(strategy, "/type") == "Recreate" || !keeps {
            findings.report(
                platform.place(workload.deployment),
                "takes pods away in a rollout before others are ready",
                "use a rolling update with `maxUnavailable: 0`",
            );
        }
    }
}

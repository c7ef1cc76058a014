//! Pods: enough of them, spread, replaced one by one.

use serde_json::Value as Json;
use synth_framework::Findings;

use crate::{
    Platform,
    policies::view::{at, number, strings, text},
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
        let spread = workload.zone_spread();
        let own = spread.is_some_and(|spread| workload.selected_by(at(spread, "/labelSelector")));
        let message = match spread {
            None => "has no spread over zones that holds pods back",
            Some(_) if !own => "has a spread over zones that does not select its own pods",
            Some(spread) if number(spread, "/maxSkew") != Some(1) => "has a spread over zones with a `maxSkew` above 1",
            Some(_) => continue,
        };
        findings.report(
            platform.place(workload.deployment),
            message,
            "spread its pods over `topology.kubernetes.io/zone` with `maxSkew: 1` and `DoNotSchedule`",
        );
    }
}

pub(super) fn schedules_without_a_zone(platform: &Platform, findings: &mut Findings) {
    let remaining = platform.settings.network.zones.len() as u64 - 1;
    for workload in platform.autoscaled() {
        let Some(spread) = workload.zone_spread() else { continue };
        let domains = number(spread, "/minDomains").unwrap_or(1);
        if domains != remaining {
            findings.report(
                platform.place(workload.deployment),
                format!("spreads over at least {domains} zones, but {remaining} are left when one is lost"),
                format!("set `minDomains` of its spread over zones to {remaining}"),
            );
        }
        if text(spread, "/nodeTaintsPolicy") != "Honor" {
            findings.report(
                platform.place(workload.deployment),
                "counts the dead nodes of a lost zone as room, which holds every new pod back",
                "set `nodeTaintsPolicy: Honor` on its spread over zones",
            );
        }
        if !strings(spread, "/matchLabelKeys").contains(&"pod-template-hash") {
            findings.report(
                platform.place(workload.deployment),
                "spreads the pods of two rollouts as one, which leaves the new one uneven",
                "add `pod-template-hash` to `matchLabelKeys` of its spread over zones",
            );
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

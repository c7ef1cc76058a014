//! Who owns the number of pods, and what the autoscaler looks at.

use synth_framework::Findings;

use crate::{
    Platform,
    policies::view::{Workload, addon, at, charts, items, strings, text},
};

pub(super) fn no_replicas_beside_autoscaler(platform: &Platform, findings: &mut Findings) {
    for workload in platform.autoscaled() {
        let replicas = at(&workload.deployment.object, "/spec/replicas");
        if !replicas.is_null() {
            findings.report(
                platform.place(workload.deployment),
                format!("sets `replicas: {replicas}`, which HorizontalPodAutoscaler/{} owns", workload.scaler.name()),
                "leave `spec.replicas` out",
            );
        }
    }
}

pub(super) fn autoscaler_owns_replicas(platform: &Platform, findings: &mut Findings) {
    for workload in platform.autoscaled() {
        for application in platform.applications_of(&workload.deployment.path) {
            let rules = items(&application.object, "/spec/ignoreDifferences").iter();
            let about: Vec<_> = rules.filter(|rule| ignores_replicas(rule, &workload)).collect();
            let name = workload.name();
            if about.is_empty() {
                findings.report(
                    platform.place(application),
                    format!("heals the number of pods of Deployment/{name}, which an autoscaler owns"),
                    "ignore `/spec/replicas` of that Deployment in `ignoreDifferences`",
                );
            } else if !about.iter().any(|rule| text(rule, "/group") == "apps") {
                findings.report(
                    platform.place(application),
                    format!(
                        "ignores `/spec/replicas` of Deployment/{name} without the group `apps`, which matches nothing"
                    ),
                    "add `group: apps` to the rule in `ignoreDifferences`",
                );
            } else if !strings(&application.object, "/spec/syncPolicy/syncOptions")
                .contains(&"RespectIgnoreDifferences=true")
            {
                findings.report(
                    platform.place(application),
                    format!("ignores `/spec/replicas` of Deployment/{name} when it compares, but not when it syncs"),
                    "add `RespectIgnoreDifferences=true` to its sync options",
                );
            }
        }
    }
}

fn ignores_replicas(rule: &serde_json::Value, workload: &Workload<'_>) -> bool {
    let named = text(rule, "/name");
    text(rule, "/kind") == "Deployment"
        && (named.is_empty() || named == workload.name())
        && strings(rule, "/jsonPointers").contains(&"/spec/replicas")
}

pub(super) fn requests_set(platform: &Platform, findings: &mut Findings) {
    for workload in platform.autoscaled() {
        for container in workload.containers() {
            for resource in ["cpu", "memory"] {
                if at(container, "/resources/requests").get(resource).is_none() {
                    findings.report(
                        platform.place(workload.deployment),
                        format!("has a container `{}` without a request of {resource}", text(container, "/name")),
                        format!("set `resources.requests.{resource}`"),
                    );
                }
            }
        }
    }
}

pub(super) fn memory_limited(platform: &Platform, findings: &mut Findings) {
    for workload in platform.autoscaled() {
        for container in workload.containers() {
            let limit = at(container, "/resources/limits/memory");
            let request = at(container, "/resources/requests/memory");
            let name = text(container, "/name");
            let message = if limit.is_null() {
                format!("has a container `{name}` without a limit of memory")
            } else if !request.is_null() && limit != request {
                format!(
                    "has a container `{name}` that asks for {} of memory and may use {}",
                    text(request, ""),
                    text(limit, "")
                )
            } else {
                continue;
            };
            let mend = "set `resources.limits.memory` to what is requested";
            findings.report(platform.place(workload.deployment), message, mend);
        }
    }
}

pub(super) fn autoscaler_has_target(platform: &Platform, findings: &mut Findings) {
    for scaler in platform.of_kind("HorizontalPodAutoscaler") {
        let target = at(&scaler.object, "/spec/scaleTargetRef");
        let (kind, name) = (text(target, "/kind"), text(target, "/name"));
        if platform.object(kind, scaler.namespace(), name).is_none() {
            findings.report(
                platform.place(scaler),
                format!("scales {kind}/{name}, which does not exist in namespace `{}`", scaler.namespace()),
                "name a Deployment of its namespace in `scaleTargetRef`",
            );
        }
    }
}

/// The chart and the managed add-on that measure processor time and memory.
const METRICS: &str = "metrics-server";

pub(super) fn autoscaler_has_metrics(platform: &Platform, findings: &mut Findings) {
    let chart = charts(platform).find(|chart| chart.name == METRICS);
    let addon = addon(platform, METRICS);
    if let (Some(chart), Some(addon)) = (&chart, &addon) {
        findings.report(
            platform.place(chart.application),
            format!("and {} register the same API, each instead of the other", addon.place().subject),
            "keep one of them",
        );
    }
    if chart.is_some() || addon.is_some() {
        return;
    }
    for scaler in platform.of_kind("HorizontalPodAutoscaler") {
        let metrics = items(&scaler.object, "/spec/metrics");
        let measured = metrics.iter().any(|metric| ["Resource", "ContainerResource"].contains(&text(metric, "/type")));
        if measured {
            findings.report(
                platform.place(scaler),
                "looks at what pods use, which nobody measures",
                format!("install `{METRICS}`"),
            );
        }
    }
}

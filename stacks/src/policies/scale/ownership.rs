//! Who owns the number of pods, and what the autoscaler looks at.

use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use synth_kubernetes::{
    argocd::IgnoredDifference,
    quantity::{self, CPU, MEMORY},
};
use synth_review::{Findings, Policy, Severity};

use crate::{
    Platform,
    charts::{Values as _, metrics_server},
    view::{Workload, addon, limit, request},
};

pub(super) const NO_REPLICAS_BESIDE_AUTOSCALER: Policy<Platform> = Policy {
    code: "SCALE005",
    name: "no-replicas-beside-autoscaler",
    severity: Severity::Error,
    explanation: "A number of replicas in Git undoes the autoscaler's work at every sync.",
    check: no_replicas_beside_autoscaler,
};

fn no_replicas_beside_autoscaler(platform: &Platform, findings: &mut Findings) {
    for workload in platform.autoscaled() {
        if let Some(replicas) = workload.deployment.spec.as_ref().and_then(|spec| spec.replicas) {
            findings.report(
                workload.deployment.place(),
                format!("sets `replicas: {replicas}`, which {} owns", workload.scaler.place().subject),
                "leave `spec.replicas` out",
            );
        }
    }
}

pub(super) const AUTOSCALER_OWNS_REPLICAS: Policy<Platform> = Policy {
    code: "SCALE006",
    name: "autoscaler-owns-replicas",
    severity: Severity::Error,
    explanation: "Argo CD takes the autoscaler's number of replicas for drift and reverts it, unless the difference is \
                  ignored, with the group `apps`, when it compares and when it syncs.",
    check: autoscaler_owns_replicas,
};

fn autoscaler_owns_replicas(platform: &Platform, findings: &mut Findings) {
    for workload in platform.autoscaled() {
        for application in platform.applications_of(&workload.deployment.manifest.path) {
            let rules = application.spec.ignore_differences.iter();
            let about: Vec<_> = rules.filter(|rule| ignores_replicas(rule, &workload)).collect();
            let name = workload.name();
            if about.is_empty() {
                findings.report(
                    application.place(),
                    format!("reverts the number of replicas of Deployment/{name}, which an autoscaler owns"),
                    "ignore `/spec/replicas` of that Deployment in `ignoreDifferences`",
                );
            } else if !about.iter().any(|rule| rule.group == "apps") {
                findings.report(
                    application.place(),
                    format!(
                        "ignores `/spec/replicas` of Deployment/{name} without the group `apps`, which matches nothing"
                    ),
                    "add `group: apps` to the rule in `ignoreDifferences`",
                );
            } else if !application.spec.sync_policy.sync_options.iter().any(|of| of == "RespectIgnoreDifferences=true")
            {
                findings.report(
                    application.place(),
                    format!("ignores `/spec/replicas` of Deployment/{name} when it compares, but not when it syncs"),
                    "add `RespectIgnoreDifferences=true` to its sync options",
                );
            }
        }
    }
}

fn ignores_replicas(rule: &IgnoredDifference, workload: &Workload<'_>) -> bool {
    rule.kind == "Deployment"
        && (rule.name.is_empty() || rule.name == workload.name())
        && rule.json_pointers.iter().any(|pointer| pointer == "/spec/replicas")
}

pub(super) const REQUESTS_SET: Policy<Platform> = Policy {
    code: "SCALE007",
    name: "requests-set",
    severity: Severity::Error,
    explanation: "Without requests an autoscaler cannot compute utilization, and nodes are filled until they fail.",
    check: requests_set,
};

fn requests_set(platform: &Platform, findings: &mut Findings) {
    for workload in platform.autoscaled() {
        for container in workload.containers() {
            for resource in [CPU, MEMORY] {
                if request(container, resource).is_none() {
                    findings.report(
                        workload.deployment.place(),
                        format!("has a container `{}` without a request of {resource}", container.name),
                        format!("set `resources.requests.{resource}`"),
                    );
                }
            }
        }
    }
}

pub(super) const MEMORY_LIMITED: Policy<Platform> = Policy {
    code: "SCALE008",
    name: "memory-limited",
    severity: Severity::Error,
    explanation: "A container that may use more memory than it requests can take down the other pods of its node, unless \
                  the settings say that it may.",
    check: memory_limited,
};

fn memory_limited(platform: &Platform, findings: &mut Findings) {
    for workload in platform.autoscaled() {
        for container in workload.containers() {
            let name = &container.name;
            let message = match (request(container, MEMORY), limit(container, MEMORY)) {
                (_, None) => format!("has a container `{name}` without a memory limit"),
                (Some(asked), Some(used)) if asked != used && !is_meant(platform, workload.name(), used) => {
                    format!("has a container `{name}` that requests {} of memory but may use {}", asked.0, used.0)
                }
                _ => continue,
            };
            let mend = "set `resources.limits.memory` to the request";
            findings.report(workload.deployment.place(), message, mend);
        }
    }
}

/// Do the settings name the memory that pods of a workload may use?
fn is_meant(platform: &Platform, workload: &str, used: &Quantity) -> bool {
    let mut runs = platform.settings.services.runs();
    runs.any(|runs| {
        let meant = runs.asks.limits.memory_mib;
        runs.name == workload && meant != 0 && quantity::mebibytes(used) == Some(u64::from(meant))
    })
}

pub(super) const AUTOSCALER_HAS_TARGET: Policy<Platform> = Policy {
    code: "SCALE011",
    name: "autoscaler-has-target",
    severity: Severity::Error,
    explanation: "An autoscaler of a Deployment that does not exist scales nothing, and says so only in events.",
    check: autoscaler_has_target,
};

fn autoscaler_has_target(platform: &Platform, findings: &mut Findings) {
    for scaler in platform.autoscalers() {
        let target = &scaler.spec.scale_target_ref;
        let (kind, name) = (&target.kind, &target.name);
        if !platform.has(kind, scaler.namespace(), name) {
            findings.report(
                scaler.place(),
                format!("scales {kind}/{name}, which does not exist in namespace `{}`", scaler.namespace()),
                "name a Deployment of its namespace in `scaleTargetRef`",
            );
        }
    }
}

pub(super) const AUTOSCALER_HAS_METRICS: Policy<Platform> = Policy {
    code: "SCALE012",
    name: "autoscaler-has-metrics",
    severity: Severity::Error,
    explanation: "An autoscaler that gets no metrics keeps its number of pods, whatever the load; two metrics servers \
                  take the API from each other.",
    check: autoscaler_has_metrics,
};

fn autoscaler_has_metrics(platform: &Platform, findings: &mut Findings) {
    let chart = platform.chart::<metrics_server::Values>();
    let addon = addon(platform, metrics_server::Values::CHART);
    if let (Some(chart), Some(addon)) = (&chart, &addon) {
        findings.report(
            chart.place(),
            format!("and {} register the same API, so that one replaces the other", addon.place().subject),
            "keep one of them",
        );
    }
    if chart.is_some() || addon.is_some() {
        return;
    }
    for scaler in platform.autoscalers() {
        let metrics = scaler.spec.metrics.as_deref().unwrap_or_default();
        let measured = metrics.iter().any(|metric| ["Resource", "ContainerResource"].contains(&metric.type_.as_str()));
        if measured {
            findings.report(
                scaler.place(),
                "scales by what pods use, which nothing measures",
                format!("install `{}`", metrics_server::Values::CHART),
            );
        }
    }
}

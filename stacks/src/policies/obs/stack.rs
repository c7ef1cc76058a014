//! The Prometheus stack as people see it: which of its alerts are on, and which replica answers.

use synth_review::{Findings, Policy, Severity};

use crate::{Platform, charts::prometheus_stack, manifests::PACKED_WELL};

pub(super) const ALERTS_ASK_FOR_SOMETHING: Policy<Platform> = Policy {
    code: "OBS001",
    name: "alerts-ask-for-something",
    severity: Severity::Error,
    explanation: "An alert that only says that nodes or quotas are well filled never ends, and hides alerts that need \
                  an answer.",
    check: alerts_ask_for_something,
};

fn alerts_ask_for_something(platform: &Platform, findings: &mut Findings) {
    let Some(chart) = platform.chart::<prometheus_stack::Values>() else { return };
    let rules = &chart.values.default_rules;
    let off = |alert: &str| {
        let group = if alert.starts_with("Kubelet") { "kubernetesSystem" } else { "kubernetesResources" };
        rules.create == Some(false)
            || rules.rules.get(group) == Some(&false)
            || rules.disabled.get(alert) == Some(&true)
    };
    let on: Vec<_> = PACKED_WELL.into_iter().filter(|alert| !off(alert)).collect();
    if !on.is_empty() {
        findings.report(
            chart.place(),
            format!("raises {} for as long as nodes and quotas are well filled", on.join(" and ")),
            "turn them off in `defaultRules.disabled` of its values",
        );
    }
}

pub(super) const REPLICAS_ANSWER_ALIKE: Policy<Platform> = Policy {
    code: "OBS002",
    name: "replicas-answer-alike",
    severity: Severity::Error,
    explanation: "Replicas behind one Service each have data of their own: unless a user always reaches the same one, \
                  graphs jump and a silence that was just made is missing.",
    check: replicas_answer_alike,
};

fn replicas_answer_alike(platform: &Platform, findings: &mut Findings) {
    let Some(chart) = platform.chart::<prometheus_stack::Values>() else { return };
    for of in chart.values.stateful() {
        if of.replicas > 1 && of.service.session_affinity != "ClientIP" {
            findings.report(
                chart.place(),
                format!("spreads requests over {} pods of {}, each with data of its own", of.replicas, of.name),
                format!("set `{}.service.sessionAffinity` of its values to `ClientIP`", of.name),
            );
        }
    }
    if let Some(grafanas) = chart.values.grafana.pods.replicas.filter(|grafanas| *grafanas > 1) {
        findings.report(
            chart.place(),
            format!("runs {grafanas} pods of Grafana, each with users, sessions and changes of its own"),
            "leave `grafana.replicas` of its values at 1",
        );
    }
}

//! The Prometheus stack as people see it: which of its alerts are on, and which replica answers.

use synth_framework::Findings;

use super::STACK;
use crate::{
    Platform,
    manifests::PACKED_WELL,
    policies::view::{at, charts, number, text},
};

pub(super) fn alerts_ask_for_something(platform: &Platform, findings: &mut Findings) {
    for chart in charts(platform).filter(|chart| chart.name == STACK) {
        let rules = at(chart.values, "/defaultRules");
        let off = |alert: &str| {
            let group = if alert.starts_with("Kubelet") { "kubernetesSystem" } else { "kubernetesResources" };
            rules["create"] == false || rules["rules"][group] == false || rules["disabled"][alert] == true
        };
        let on: Vec<_> = PACKED_WELL.into_iter().filter(|alert| !off(alert)).collect();
        if !on.is_empty() {
            findings.report(
                platform.place(chart.application),
                format!("raises {} for as long as nodes and quotas are well filled", on.join(" and ")),
                "turn them off in `defaultRules.disabled` of its values",
            );
        }
    }
}

/// Components whose replicas have data of their own: where their values say how many there are, and how they are reached.
const APART: [(&str, &str, &str); 2] = [
    ("prometheus", "/prometheus/prometheusSpec/replicas", "/prometheus/service/sessionAffinity"),
    ("alertmanager", "/alertmanager/alertmanagerSpec/replicas", "/alertmanager/service/sessionAffinity"),
];

pub(super) fn replicas_answer_alike(platform: &Platform, findings: &mut Findings) {
    for chart in charts(platform).filter(|chart| chart.name == STACK) {
        for (name, replicas, affinity) in APART {
            let replicas = number(chart.values, replicas).unwrap_or(1);
            if replicas > 1 && text(chart.values, affinity) != "ClientIP" {
                findings.report(
                    platform.place(chart.application),
                    format!("leads each request to another of {replicas} pods of {name}, which have data of their own"),
                    format!("set `{}` of its values to `ClientIP`", affinity[1..].replace('/', ".")),
                );
            }
        }
        let grafanas = number(chart.values, "/grafana/replicas").unwrap_or(1);
        if grafanas > 1 {
            findings.report(
                platform.place(chart.application),
                format!("runs {grafanas} pods of grafana, each with users, sessions and changes of its own"),
                "leave `grafana.replicas` of its values at 1",
            );
        }
    }
}

//! Readiness gates: whether the pods behind a load balancer have one, also those that are made while its controller is away.

use serde_json::{Value as Json, json};
use synth_framework::Findings;
use synth_kubernetes::Manifest;

use super::balanced;
use crate::{
    Platform,
    policies::view::{Workload, annotation, at, charts, matches, text},
};

const CONTROLLER: &str = "aws-load-balancer-controller";

/// The label by which the controller's webhook knows the namespaces whose pods it looks at.
const LABEL: &str = "elbv2.k8s.aws/pod-readiness-gate-inject";

/// What happens to a pod when it is made, as far as the gate is concerned.
pub(super) fn readiness_gates(platform: &Platform, findings: &mut Findings) {
    for (workload, service) in balanced(platform) {
        asked_for(platform, &workload, service, findings);
        webhook_sees(platform, &workload, service, findings);
    }
}

/// The gate is given to pods of labelled namespaces, that are targets themselves, once their Service is there.
fn asked_for(platform: &Platform, workload: &Workload<'_>, service: &Manifest, findings: &mut Findings) {
    let Some(namespace) = platform.object("Namespace", "", workload.namespace()) else { return };
    if at(&namespace.object, "/metadata/labels")[LABEL] != "enabled" {
        findings.report(
            platform.place(namespace),
            format!("holds the pods behind Service/{} and gives them no readiness gate", service.name()),
            format!("label it `{LABEL}: enabled`"),
        );
    }
    if annotation(service, "nlb-target-type") != "ip" {
        findings.report(
            platform.place(service),
            "has nodes for targets, and only pods that are targets themselves get a readiness gate",
            "annotate it `service.beta.kubernetes.io/aws-load-balancer-nlb-target-type: ip`",
        );
    }
    if wave(service) >= wave(workload.deployment) {
        findings.report(
            platform.place(service),
            format!(
                "is made no earlier than Deployment/{}, whose first pods then have no readiness gate",
                workload.name()
            ),
            "give it a lower `argocd.argoproj.io/sync-wave`",
        );
    }
}

/// In which wave of a sync an object is made.
fn wave(manifest: &Manifest) -> i64 {
    let wave = &at(&manifest.object, "/metadata/annotations")["argocd.argoproj.io/sync-wave"];
    wave.as_str().and_then(|wave| wave.parse().ok()).unwrap_or_default()
}

/// The webhook gives the gate. While nobody answers it, a pod that it is asked about is made without the gate (`Ignore`, the
/// chart's default), or refused and tried again (`Fail`). A refused pod is no loss: nobody would register it either.
fn webhook_sees(platform: &Platform, workload: &Workload<'_>, service: &Manifest, findings: &mut Findings) {
    let Some(chart) = charts(platform).find(|chart| chart.name == CONTROLLER) else {
        findings.report(
            platform.place(service),
            "has no controller that makes its load balancer and gives its pods a readiness gate",
            format!("install `{CONTROLLER}`"),
        );
        return;
    };
    let place = || platform.place(chart.application);
    let policy = text(chart.values, "/podMutatorWebhookConfig/failurePolicy");
    if policy != "Fail" {
        findings.report(
            place(),
            format!("lets pods of {} be made without a readiness gate while the controller is down", workload.name()),
            "set `podMutatorWebhookConfig.failurePolicy: Fail` in its values",
        );
    }
    let selector = at(chart.values, "/objectSelector");
    let seen = |workload: &Workload<'_>| selector.is_null() || workload.selected_by(selector);
    let namespaces = at(chart.values, "/webhookNamespaceSelectors");
    let namespace = platform.object("Namespace", "", workload.namespace());
    let labels = namespace.map_or(&Json::Null, |namespace| at(&namespace.object, "/metadata/labels"));
    let found = namespaces.is_null() || matches(&json!({ "matchExpressions": namespaces }), labels);
    if !seen(workload) || !found {
        findings.report(
            place(),
            format!("has a webhook that does not look at the pods of {}, which get no readiness gate", workload.name()),
            "let `objectSelector` in its values select them, and leave `webhookNamespaceSelectors` out",
        );
    }
    let behind: Vec<_> = balanced(platform).map(|(workload, _)| workload.name()).collect();
    let others = platform.autoscaled().into_iter().filter(|of| of.namespace() == workload.namespace());
    for other in others.filter(|other| policy == "Fail" && seen(other) && !behind.contains(&other.name())) {
        findings.report(
            place(),
            format!(
                "keeps pods of {} from being made while the controller is down, though nothing balances them",
                other.name()
            ),
            "let `objectSelector` in its values select only pods behind a load balancer",
        );
    }
}

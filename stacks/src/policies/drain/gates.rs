//! Readiness gates: whether the pods behind a load balancer have one, also those that are made while its controller is away.

use k8s_openapi::api::core::v1::Namespace;
use synth_review::{Findings, Policy, Severity};

use super::balanced;
use crate::{
    Platform,
    charts::{Values as _, load_balancer_controller::Values},
    view::{Balancer, Meta, Workload, holds},
};

/// The label by which the controller's webhook knows the namespaces whose pods it looks at.
const LABEL: &str = "elbv2.k8s.aws/pod-readiness-gate-inject";

pub(super) const READINESS_GATES: Policy<Platform> = Policy {
    code: "DRAIN007",
    name: "readiness-gates",
    severity: Severity::Error,
    explanation: "A pod without a readiness gate counts as ready before the load balancer knows it, so a rollout \
                  removes the old pods too early; a pod made while the controller is down has no gate, unless the API \
                  server refuses it.",
    check: readiness_gates,
};

/// Checks that each pod gets its gate when it is made.
fn readiness_gates(platform: &Platform, findings: &mut Findings) {
    for (workload, balancer) in balanced(platform) {
        asked_for(platform, &workload, &balancer, findings);
        webhook_sees(platform, &workload, &balancer, findings);
    }
}

/// The gate is given to pods of labelled namespaces, that are targets themselves, once their Service is there.
fn asked_for(platform: &Platform, workload: &Workload<'_>, balancer: &Balancer<'_>, findings: &mut Findings) {
    let Some(namespace) = platform.one::<Namespace>("", workload.namespace()) else { return };
    if namespace.labels().get(LABEL).is_none_or(|of| of != "enabled") {
        findings.report(
            namespace.place(),
            format!("holds the pods behind Service/{} and gives them no readiness gate", balancer.service.name()),
            format!("label it `{LABEL}: enabled`"),
        );
    }
    if !balancer.sends_to_pods() {
        findings.report(
            balancer.place(),
            "has nodes as targets, but only pods that are targets themselves get a readiness gate",
            "annotate it `service.beta.kubernetes.io/aws-load-balancer-nlb-target-type: ip`",
        );
    }
    if balancer.wave() >= workload.deployment.wave() {
        findings.report(
            balancer.bound().map_or_else(|| balancer.place(), |bound| bound.binding.place()),
            format!(
                "is synced no earlier than Deployment/{}, whose first pods then have no readiness gate",
                workload.name()
            ),
            "give it a lower `argocd.argoproj.io/sync-wave`",
        );
    }
}

/// The webhook gives the gate. While nobody answers it, a pod that it is asked about is made without the gate (`Ignore`, the
/// chart's default), or refused and tried again (`Fail`). A refused pod is no loss: nobody would register it either.
fn webhook_sees(platform: &Platform, workload: &Workload<'_>, balancer: &Balancer<'_>, findings: &mut Findings) {
    let Some(chart) = platform.chart::<Values>() else {
        findings.report(
            balancer.place(),
            "has no controller that makes its load balancer and gives its pods a readiness gate",
            format!("install `{}`", Values::CHART),
        );
        return;
    };
    let place = || chart.place();
    let policy = chart.values.pod_mutator_webhook_config.failure_policy.as_str();
    if policy != "Fail" {
        findings.report(
            place(),
            format!("lets pods of {} be made without a readiness gate while the controller is down", workload.name()),
            "set `podMutatorWebhookConfig.failurePolicy: Fail` in its values",
        );
    }
    let selector = chart.values.object_selector.as_ref();
    let seen = |workload: &Workload<'_>| selector.is_none() || workload.selected_by(selector);
    let namespaces = chart.values.webhook_namespace_selectors.as_deref();
    let namespace = platform.one::<Namespace>("", workload.namespace());
    let labels = namespace.map(|namespace| namespace.labels().clone()).unwrap_or_default();
    let found = namespaces.is_none_or(|all| all.iter().all(|of| holds(of, &labels)));
    if !seen(workload) || !found {
        findings.report(
            place(),
            format!("has a webhook that skips the pods of {}, so that they get no readiness gate", workload.name()),
            "let `objectSelector` in its values select them, and leave `webhookNamespaceSelectors` out",
        );
    }
    let behind: Vec<_> = balanced(platform).map(|(workload, _)| workload.name()).collect();
    let others = platform.autoscaled().into_iter().filter(|of| of.namespace() == workload.namespace());
    for other in others.filter(|other| policy == "Fail" && seen(other) && !behind.contains(&other.name())) {
        findings.report(
            place(),
            format!(
                "blocks new pods of {} while the controller is down, although no load balancer serves them",
                other.name()
            ),
            "let `objectSelector` in its values select only pods behind a load balancer",
        );
    }
}

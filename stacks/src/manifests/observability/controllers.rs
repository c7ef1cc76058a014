//! Alerts of the controllers that everything else stands on: each is told of when it fails, and when nobody hears of it.

use synth_kubernetes::monitoring::{Rule, RuleGroup};

use super::{
    alert::{Severity, absent, alert},
    cert_manager, external_secrets, keda,
};
use crate::settings::Settings;

/// Calls of a controller's that fail, a second: one in ten seconds goes on and on, where one that is tried again does not.
const FAILURES_A_SECOND: f64 = 0.1;

/// The share of kubelets that do not answer the metrics server: more than a lost node of six.
const UNREAD_KUBELETS: f64 = 0.25;

pub(super) fn define(settings: &Settings) -> RuleGroup {
    let (karpenter, balancers) = ("karpenter", "aws-load-balancer-controller");
    let mut rules = vec![
        fails("KarpenterFails", karpenter, "Karpenter's controller"),
        absent("KarpenterAbsent", karpenter, "no Karpenter controller answers: no node is made or taken away"),
        fails("LoadBalancerControllerFails", balancers, "the load balancer controller's"),
        absent(
            "LoadBalancerControllerAbsent",
            balancers,
            "no load balancer controller answers: targets are neither added nor taken away, and no pod of the proxy starts",
        ),
        metrics_server_fails(),
        absent("MetricsServerAbsent", "metrics-server", "no metrics server answers: nothing is scaled by its load"),
    ];
    if settings.services.scale_by_keda() {
        rules.extend(keda::define(settings));
    }
    if settings.services.ask_for_secrets() {
        rules.extend(external_secrets::define(settings));
    }
    if settings.cert_manager.enabled {
        rules.extend(cert_manager::define());
    }
    RuleGroup::new("controllers", rules)
}

/// A part of a controller, by its own name for it, fails again and again.
fn fails(name: &str, job: &str, who: &str) -> Rule {
    let failures =
        format!("sum by (controller) (rate(controller_runtime_reconcile_errors_total{{job=\"{job}\"}}[10m]))");
    let summary = format!("{who} {{{{ $labels.controller }}}} fails {{{{ $value | printf \"%.2f\" }}}} times a second");
    alert(name, Severity::Critical, "10m", format!("{failures} > {FAILURES_A_SECOND}"), &summary)
}

fn metrics_server_fails() -> Rule {
    let asked =
        |and: &str| format!("sum(rate(metrics_server_kubelet_request_total{{job=\"metrics-server\"{and}}}[10m]))");
    alert(
        "MetricsServerFails",
        Severity::Critical,
        "10m",
        format!("{} / {} > {UNREAD_KUBELETS}", asked(",success=\"false\""), asked("")),
        "the metrics server gets no answer to {{ $value | humanizePercentage }} of what it asks kubelets: their pods scale nothing",
    )
}

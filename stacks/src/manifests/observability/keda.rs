//! Alerts of KEDA, where a service is scaled by it: when nobody answers, and when what it asks Prometheus for is missing.
//!
//! Errors are counted only until the fallback begins, and nothing says that one is in force: from then on empty answers and failed calls tell
//! of it (KEDA 2.21.0, `pkg/scaling/scale_handler.go` and `pkg/metricscollector/prommetrics.go`).

use synth_kubernetes::monitoring::Rule;

use super::alert::{Severity, absent, alert};
use crate::{
    charts::keda::{METRICS_SERVER, OPERATOR},
    settings::Settings,
};

pub(super) fn define(settings: &Settings) -> Vec<Rule> {
    let namespace = &settings.services.namespace;
    let errors = format!(
        "sum by (scaledObject, scaler) (increase(keda_scaler_detail_errors_total{{namespace=\"{namespace}\"}}[5m])) > 1"
    );
    let empty = format!(
        "sum by (scaledResource) (rate(keda_scaler_empty_upstream_responses_total{{namespace=\"{namespace}\"}}[2m])) > 0"
    );
    let unanswered = format!(
        "sum by (scaled_resource) (rate(keda_scaler_http_requests_total{{namespace=\"{namespace}\",status_code!=\"200\"}}[2m])) > 0"
    );
    vec![
        absent(
            "KedaAbsent",
            OPERATOR,
            "no KEDA operator answers: autoscalers see neither requests nor what is in flight",
        ),
        absent(
            "KedaMetricsAbsent",
            METRICS_SERVER,
            "no metrics server of KEDA answers: autoscalers see neither requests nor what is in flight",
        ),
        alert(
            "ScalerFails",
            Severity::Warning,
            "1m",
            errors,
            "{{ $labels.scaledObject }} does not get its metric `{{ $labels.scaler }}`, and takes no pod away",
        ),
        alert(
            "ScalerFallsBack",
            Severity::Critical,
            "3m",
            format!("{empty} or {unanswered}"),
            "{{ $labels.scaledResource }}{{ $labels.scaled_resource }} is scaled blindly: Prometheus does not say what arrives",
        ),
    ]
}

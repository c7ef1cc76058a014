//! Alerts of cert-manager, where it signs what lives inside: when nobody answers, when a certificate is not made, and when one ends unrenewed.
//!
//! The metrics are those of its controller (1.21.2, `internal/collectors/certificate_collector.go`).

use synth_kubernetes::monitoring::Rule;

use super::alert::{Severity, absent, alert};
use crate::charts::cert_manager::CONTROLLER;

/// Seconds of life that are left to a certificate at the least: each is renewed a month before its end, or earlier.
const LEFT: u32 = 14 * 24 * 3600;

pub(super) fn define() -> Vec<Rule> {
    let unready = "max by (namespace, name) (certmanager_certificate_ready_status{condition!=\"True\"}) > 0";
    let left = format!(
        "min by (namespace, name) (certmanager_certificate_expiration_timestamp_seconds > 0) - time() < {LEFT}"
    );
    vec![
        absent(
            "CertManagerAbsent",
            CONTROLLER,
            "no controller of cert-manager answers: certificates inside the cluster are neither made nor renewed",
        ),
        alert(
            "CertificateNotReady",
            Severity::Warning,
            "15m",
            unready.to_owned(),
            "the certificate {{ $labels.name }} of {{ $labels.namespace }} is not made: pods that need it do not start",
        ),
        alert(
            "CertificateEnds",
            Severity::Critical,
            "1h",
            left,
            "the certificate {{ $labels.name }} of {{ $labels.namespace }} ends in {{ $value | humanizeDuration }}, and is not renewed",
        ),
    ]
}

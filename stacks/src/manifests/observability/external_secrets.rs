//! Alerts of the External Secrets Operator, where a service asks for secrets: when nobody answers, and when AWS does not give one.
//!
//! The condition is that of the operator's objects (2.9.0, `pkg/controllers/externalsecret/esmetrics`).

use synth_kubernetes::monitoring::Rule;

use super::alert::{Severity, absent, alert};
use crate::{names::EXTERNAL_SECRETS, settings::Settings};

pub(super) fn define(settings: &Settings) -> Vec<Rule> {
    let namespace = &settings.services.namespace;
    let missing = format!(
        "max by (name) (externalsecret_status_condition{{namespace=\"{namespace}\",condition=\"Ready\",status=\"False\"}}) > 0"
    );
    vec![
        absent(
            "ExternalSecretsAbsent",
            EXTERNAL_SECRETS,
            "no External Secrets Operator answers: secrets that change in AWS stay as they were here, and new ones are not made",
        ),
        alert(
            "SecretNotRead",
            Severity::Warning,
            "10m",
            missing,
            "{{ $labels.name }} does not get its secrets from AWS: its pods go on with those they have",
        ),
    ]
}

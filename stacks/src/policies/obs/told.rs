//! Whether an alert reaches a person, and what is secret about the way there.

use synth_review::{Findings, Policy, Severity};

use crate::{Platform, charts::prometheus_stack};

const SETTINGS: &str = "observability.receivers";

/// Where the operator mounts the Secrets of `alertmanagerSpec.secrets`, each as a folder of its name.
const MOUNTED: &str = "/etc/alertmanager/secrets/";

/// Keys that hold a secret itself in a configuration of Alertmanager, and may name a file instead (`url_file`, …).
const SECRET: [&str; 6] = ["api_url", "auth_password", "auth_secret", "routing_key", "service_key", "url"];

pub(super) const SOMEBODY_IS_TOLD: Policy<Platform> = Policy {
    code: "OBS004",
    name: "somebody-is-told",
    severity: Severity::Warning,
    explanation: "An alert without a receiver is a line on a page that nobody has open: operators then hear of a \
                  failure from their users.",
    check: somebody_is_told,
};

fn somebody_is_told(platform: &Platform, findings: &mut Findings) {
    let Some(chart) = platform.chart::<prometheus_stack::Values>() else { return };
    let configuration = &chart.values.alertmanager.config;
    let name = configuration.critical_goes_to();
    let told = configuration.receivers.iter().any(|receiver| receiver.name == name && !receiver.ways().is_empty());
    if !told {
        findings
            .report(
                chart.place(),
                "has no receiver for critical alerts: only somebody who looks at Alertmanager sees them",
                format!("name a receiver in `{SETTINGS}`"),
            )
            .set_by([SETTINGS]);
    }
}

pub(super) const SECRETS_ARE_READ: Policy<Platform> = Policy {
    code: "OBS005",
    name: "receivers-read-their-secrets",
    severity: Severity::Error,
    explanation: "Whoever has the address or the key of a receiver can send it anything, so neither belongs in Git; a \
                  receiver that reads them where no Secret is mounted tells nobody, which shows only at the first \
                  alert.",
    check: secrets_are_read,
};

fn secrets_are_read(platform: &Platform, findings: &mut Findings) {
    let Some(chart) = platform.chart::<prometheus_stack::Values>() else { return };
    let alertmanager = &chart.values.alertmanager;
    let mounted = &alertmanager.alertmanager_spec.secrets;
    for receiver in &alertmanager.config.receivers {
        let name = &receiver.name;
        for (kind, way) in receiver.ways() {
            for (key, value) in way.as_object().into_iter().flatten() {
                if SECRET.contains(&key.as_str()) {
                    findings.report(
                        chart.place(),
                        format!(
                            "has the `{key}` of receiver `{name}` in Git, where everybody who reads the repository \
                             sees it ({kind})"
                        ),
                        format!("put it into a Secret, and name its file in `{key}_file`"),
                    );
                }
                let Some(file) = value.as_str().filter(|_| key.ends_with("_file")) else { continue };
                let secret = file.strip_prefix(MOUNTED).and_then(|file| file.split_once('/')).map(|(secret, _)| secret);
                if !secret.is_some_and(|secret| mounted.iter().any(|of| of == secret)) {
                    findings
                        .report(
                            chart.place(),
                            format!("reads the {key} of receiver `{name}` at `{file}`, where no Secret is mounted"),
                            "name its Secret in `alertmanager.alertmanagerSpec.secrets` of its values",
                        )
                        .set_by([SETTINGS]);
                }
            }
        }
    }
}

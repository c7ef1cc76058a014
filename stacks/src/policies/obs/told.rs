//! Whether an alert reaches a person, and what is secret about the way there.

use serde_json::Value as Json;
use synth_framework::Findings;

use super::STACK;
use crate::{
    Platform,
    policies::view::{at, charts, items, strings, text},
};

const SETTINGS: &str = "observability.receivers";

/// Where the operator mounts the Secrets of `alertmanagerSpec.secrets`, each as a folder of its name.
const MOUNTED: &str = "/etc/alertmanager/secrets/";

/// What stands for itself in a configuration of Alertmanager, and may be read from a file instead (`url_file`, …).
const SECRET: [&str; 6] = ["api_url", "auth_password", "auth_secret", "routing_key", "service_key", "url"];

pub(super) fn somebody_is_told(platform: &Platform, findings: &mut Findings) {
    for chart in charts(platform).filter(|chart| chart.name == STACK) {
        let receivers = items(chart.values, "/alertmanager/config/receivers");
        let name = critical_goes_to(at(chart.values, "/alertmanager/config/route"));
        let told = receivers.iter().any(|receiver| text(receiver, "/name") == name && !ways(receiver).is_empty());
        if !told {
            findings
                .report(
                    platform.place(chart.application),
                    "tells nobody of a critical alert: whoever does not look at Alertmanager never hears of it",
                    format!("name a receiver in `{SETTINGS}`"),
                )
                .set_by([SETTINGS]);
        }
    }
}

/// The receiver of a critical alert: that of the first branch for them, else that of all.
fn critical_goes_to(route: &Json) -> &str {
    let branch = items(route, "/routes").iter().find(|branch| {
        strings(branch, "/matchers").iter().any(|matcher| matcher.replace(['"', ' '], "") == "severity=critical")
    });
    branch.map_or(text(route, "/receiver"), |branch| text(branch, "/receiver"))
}

/// Each way by which a receiver is told, with the kind of it.
fn ways(receiver: &Json) -> Vec<(&str, &Json)> {
    let Json::Object(fields) = receiver else { return Vec::new() };
    let of_kind = fields.iter().filter(|(kind, _)| kind.ends_with("_configs"));
    of_kind.flat_map(|(kind, ways)| ways.as_array().into_iter().flatten().map(|way| (kind.as_str(), way))).collect()
}

pub(super) fn secrets_are_read(platform: &Platform, findings: &mut Findings) {
    for chart in charts(platform).filter(|chart| chart.name == STACK) {
        let mounted = strings(chart.values, "/alertmanager/alertmanagerSpec/secrets");
        let receivers = items(chart.values, "/alertmanager/config/receivers");
        for (receiver, (kind, way)) in receivers.iter().flat_map(|of| ways(of).into_iter().map(move |way| (of, way))) {
            let name = text(receiver, "/name");
            for (key, value) in way.as_object().into_iter().flatten() {
                if SECRET.contains(&key.as_str()) {
                    findings.report(
                        platform.place(chart.application),
                        format!(
                            "has the `{key}` of receiver `{name}` in Git, for whoever reads the repository ({kind})"
                        ),
                        format!("put it into a Secret, and name its file in `{key}_file`"),
                    );
                }
                let Some(file) = value.as_str().filter(|_| key.ends_with("_file")) else { continue };
                let secret = file.strip_prefix(MOUNTED).and_then(|file| file.split_once('/')).map(|(secret, _)| secret);
                if !secret.is_some_and(|secret| mounted.contains(&secret)) {
                    findings
                        .report(
                            platform.place(chart.application),
                            format!("reads the {key} of receiver `{name}` at `{file}`, where no Secret is mounted"),
                            "name its Secret in `alertmanager.alertmanagerSpec.secrets` of its values",
                        )
                        .set_by([SETTINGS]);
                }
            }
        }
    }
}

//! What holds data, and outlives the edit that removes it from Git.

use synth_framework::Findings;

use crate::{
    Platform,
    policies::view::{at, charts, text},
};

/// Kinds with which data goes. Volumes are made by nobody here but the operator, from its own objects; definitions Argo CD
/// neither prunes nor deletes, because it tracks none.
const HOLDERS: [&str; 4] = ["Namespace", "PersistentVolumeClaim", "PersistentVolume", "StatefulSet"];

/// Where a chart says what becomes of its volumes.
const VOLUMES: [(&str, &str); 2] = [
    ("kube-prometheus-stack", "/prometheus/prometheusSpec/persistentVolumeClaimRetentionPolicy"),
    ("kube-prometheus-stack", "/alertmanager/alertmanagerSpec/persistentVolumeClaimRetentionPolicy"),
];

pub(super) fn data_outlives_an_edit(platform: &Platform, findings: &mut Findings) {
    for object in platform.objects().filter(|object| HOLDERS.contains(&object.kind())) {
        let options = at(&object.object, "/metadata/annotations")["argocd.argoproj.io/sync-options"].as_str();
        let options: Vec<_> = options.unwrap_or_default().split(',').map(str::trim).collect();
        for option in ["Prune", "Delete"] {
            let kept = ["confirm", "false"].iter().any(|value| options.contains(&format!("{option}={value}").as_str()));
            if !kept {
                findings.report(
                    platform.place(object),
                    format!("goes with all its data without a question: it has no `{option}=confirm`"),
                    "set `Prune=confirm,Delete=confirm` in its annotation `argocd.argoproj.io/sync-options`",
                );
            }
        }
    }
    for chart in charts(platform) {
        for (_, pointer) in VOLUMES.iter().filter(|(name, _)| *name == chart.name) {
            for when in ["whenDeleted", "whenScaled"] {
                if text(chart.values, &format!("{pointer}/{when}")) != "Retain" {
                    findings.report(
                        platform.place(chart.application),
                        format!("lets volumes go with their pods: `{}/{when}` is not `Retain`", &pointer[1..]),
                        "retain them",
                    );
                }
            }
        }
    }
}

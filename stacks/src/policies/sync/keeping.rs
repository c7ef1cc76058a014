//! Objects that hold data, and outlive the edit that removes them from Git.

use synth_review::{Findings, Policy, Severity};

use crate::{Platform, charts::prometheus_stack};

/// Kinds with which data goes. Volumes are made by nobody here but the operator, from its own objects; definitions Argo CD
/// neither prunes nor deletes, because it tracks none.
const HOLDERS: [&str; 4] = ["Namespace", "PersistentVolumeClaim", "PersistentVolume", "StatefulSet"];

pub(super) const DATA_OUTLIVES_AN_EDIT: Policy<Platform> = Policy {
    code: "SYNC003",
    name: "data-outlives-an-edit",
    severity: Severity::Error,
    explanation: "Deleting a namespace deletes its volumes: removing a file or an Application from Git must not delete \
                  data before someone has confirmed it.",
    check: data_outlives_an_edit,
};

fn data_outlives_an_edit(platform: &Platform, findings: &mut Findings) {
    for object in platform.objects().filter(|object| HOLDERS.contains(&object.kind())) {
        let options: Vec<_> = object.annotation("argocd.argoproj.io/sync-options").split(',').map(str::trim).collect();
        for option in ["Prune", "Delete"] {
            let kept = ["confirm", "false"].iter().any(|value| options.contains(&format!("{option}={value}").as_str()));
            if !kept {
                findings.report(
                    platform.place(object),
                    format!("can be deleted with all its data without a confirmation: it lacks `{option}=confirm`"),
                    "set `Prune=confirm,Delete=confirm` in its annotation `argocd.argoproj.io/sync-options`",
                );
            }
        }
    }
    if let Some(chart) = platform.chart::<prometheus_stack::Values>() {
        for of in chart.values.stateful() {
            let kept = of.volumes;
            for (when, what) in [("whenDeleted", &kept.when_deleted), ("whenScaled", &kept.when_scaled)] {
                if what != "Retain" {
                    let key = format!("{}/persistentVolumeClaimRetentionPolicy/{when}", of.spec);
                    findings.report(
                        chart.place(),
                        format!("lets volumes be deleted with their pods: `{key}` is not `Retain`"),
                        "set it to `Retain`",
                    );
                }
            }
        }
    }
}

//! The way back.
//!
//! What EKS does, and what it asks for: <https://docs.aws.amazon.com/eks/latest/userguide/rollback-cluster.html>, 2026-11-30.

use crate::{
    settings::{KubernetesVersion, Settings},
    upgrade::Change,
    versions::Release,
};

/// The command by which EKS takes the control plane one minor version back.
pub(super) fn command(settings: &Settings, to: KubernetesVersion) -> String {
    let (region, name) = (settings.aws.region.name, &settings.name);
    format!("aws eks update-cluster-version --region {region} --name {name} --kubernetes-version {to}")
}

/// Settings that are put back, where nothing else is.
pub(super) fn settings(changes: &[Change], then: &str) -> Vec<String> {
    let values: Vec<_> = changes.iter().map(|change| format!("`{}` to `{}`", change.key, change.from)).collect();
    vec![format!("set {} again, `make synth`, merge: {then}", values.join(" and "))]
}

/// From an upgrade of the control plane.
pub(super) fn control_plane(
    settings: &Settings,
    [from, to]: [KubernetesVersion; 2],
    release: Option<String>,
) -> Vec<String> {
    let (region, name) = (settings.aws.region.name, &settings.name);
    let of_the_cluster = format!("--region {region} --cluster-name {name}");
    let until = Release::of(from).standard_until;
    let release = release.map(|release| format!(" --release-version {release}")).unwrap_or_default();
    vec![
        format!(
            "within 7 days of the upgrade EKS takes the control plane back to {from}: neither add-ons nor nodes nor what was \
             stored. Until then use nothing that only {to} has"
        ),
        format!("after {until} the way back needs extended support: apply `cluster.support_type = \"EXTENDED\"` first"),
        format!("aws eks list-insights {of_the_cluster} --filter categories=ROLLBACK_READINESS"),
        format!(
            "aws eks update-nodegroup-version {of_the_cluster} --kubernetes-version {from}{release} --nodegroup-name \
             \"$(aws eks list-nodegroups {of_the_cluster} --query 'nodegroups[0]' --output text)\""
        ),
        command(settings, from),
        format!(
            "Karpenter's nodes are of the control plane's version, so they drift back after it; until they have, an \
             insight says that kubelets are newer than the API, which only `--force` passes over. Go back early, while \
             few of them are of {to}"
        ),
        format!(
            "put the settings of this step back, `make synth`, merge, and apply the stack `{}`: the add-ons follow",
            settings.directory("cluster")
        ),
    ]
}

//! Versions that were made for each other, by what their makers publish.

use synth_bindings::{aws_eks_addon, aws_eks_cluster};
use synth_review::{Findings, Place, Policy, Severity};

use super::SOON;
use crate::{
    Platform,
    charts::{cert_manager, external_dns, external_secrets, karpenter, keda},
    versions::{DOLLARS_A_MONTH, Release, Tested, days, seen_with},
    view::argocd_release,
};

/// A chart as it is installed, and the setting that names its version.
struct Installed<'a> {
    place: Place,
    chart: String,
    version: String,
    setting: &'a str,
}

/// The charts of whose versions something is known.
fn installed(platform: &Platform) -> Vec<Installed<'static>> {
    let argocd = argocd_release(platform).and_then(|release| {
        let (chart, version) = (release.text(|of| of.chart())?, release.text(|of| of.version())?);
        Some(Installed { place: release.place(), chart, version, setting: "argocd.chart_version" })
    });
    let karpenter = platform.chart::<karpenter::Values>().map(|chart| Installed {
        place: chart.place(),
        chart: chart.name.to_owned(),
        version: chart.version.to_owned(),
        setting: "karpenter.chart_version",
    });
    let keda = platform.chart::<keda::Values>().map(|chart| Installed {
        place: chart.place(),
        chart: chart.name.to_owned(),
        version: chart.version.to_owned(),
        setting: "keda.chart_version",
    });
    let external_secrets = platform.chart::<external_secrets::Values>().map(|chart| Installed {
        place: chart.place(),
        chart: chart.name.to_owned(),
        version: chart.version.to_owned(),
        setting: "external_secrets.chart_version",
    });
    let external_dns = platform.chart::<external_dns::Values>().map(|chart| Installed {
        place: chart.place(),
        chart: chart.name.to_owned(),
        version: chart.version.to_owned(),
        setting: "domain.external_dns.chart_version",
    });
    let cert_manager = platform.chart::<cert_manager::Values>().map(|chart| Installed {
        place: chart.place(),
        chart: chart.name.to_owned(),
        version: chart.version.to_owned(),
        setting: "cert_manager.chart_version",
    });
    let charts = argocd.into_iter().chain(karpenter).chain(keda).chain(external_secrets).chain(external_dns);
    let charts = charts.chain(cert_manager);
    charts.filter(|installed| Tested::knows(&installed.chart)).collect()
}

pub(super) const CHARTS_WORK_WITH_KUBERNETES: Policy<Platform> = Policy {
    code: "VER006",
    name: "charts-work-with-kubernetes",
    severity: Severity::Error,
    explanation: "A Karpenter release that is too old for the cluster's Kubernetes version makes no nodes, or nodes \
                  that no pod reaches.",
    check: charts_work_with_kubernetes,
};

fn charts_work_with_kubernetes(platform: &Platform, findings: &mut Findings) {
    let kubernetes = platform.settings.cluster.kubernetes_version;
    for Installed { place, chart, version, setting } in installed(platform) {
        let Some(row) = Tested::of(&chart, &version) else { continue };
        if row.fails_beyond && kubernetes.minor() > *row.kubernetes.end() {
            let message = format!(
                "installs {chart} {version}: {} works with Kubernetes {}, but the cluster runs {kubernetes}",
                row.app,
                row.minors()
            );
            findings.report(place, message, format!("set `{setting}` to a later release")).set_by([setting]);
        }
    }
}

pub(super) const CHARTS_ARE_TESTED_WITH_KUBERNETES: Policy<Platform> = Policy {
    code: "VER007",
    name: "charts-are-tested-with-kubernetes",
    severity: Severity::Warning,
    explanation: "A controller that was not tested with a Kubernetes version may delete, ignore or fight over objects \
                  that this version knows and the controller does not.",
    check: charts_are_tested_with_kubernetes,
};

fn charts_are_tested_with_kubernetes(platform: &Platform, findings: &mut Findings) {
    let kubernetes = platform.settings.cluster.kubernetes_version;
    for Installed { place, chart, version, setting } in installed(platform) {
        let message = match Tested::of(&chart, &version) {
            None => format!(
                "installs {chart} {version}, but it is not known which Kubernetes versions that was tested with"
            ),
            Some(row) if row.fails_beyond || row.kubernetes.contains(&kubernetes.minor()) => continue,
            Some(row) => format!(
                "installs {chart} {version}: {} was tested with Kubernetes {}, but the cluster runs {kubernetes}",
                row.app,
                row.minors()
            ),
        };
        // A waiver is of one version of Kubernetes: it says nothing of the next.
        let place = Place { subject: format!("{} with Kubernetes {kubernetes}", place.subject), ..place };
        let mend = format!("set `{setting}` to a release that was tested with it, or say in a waiver who tested it");
        findings.report(place, message, mend).set_by([setting]);
    }
}

pub(super) const BUILDS_ARE_OF_THIS_KUBERNETES: Policy<Platform> = Policy {
    code: "VER008",
    name: "builds-are-of-this-kubernetes",
    severity: Severity::Warning,
    explanation: "EKS offers each build of an add-on only for some versions of Kubernetes: it refuses a wrong one a \
                  quarter of an hour after the control plane was made or upgraded, and nodes then have no network.",
    check: builds_are_of_this_kubernetes,
};

fn builds_are_of_this_kubernetes(platform: &Platform, findings: &mut Findings) {
    let kubernetes = platform.settings.cluster.kubernetes_version;
    for addon in platform.resources::<aws_eks_addon::Handle>() {
        let (Some(name), Some(build)) = (addon.text(|of| of.addon_name()), addon.text(|of| of.addon_version())) else {
            continue;
        };
        let Some(seen) = seen_with(&name, &build).filter(|seen| *seen != kubernetes.minor()) else { continue };
        let setting = format!("cluster.addon_versions.{}", name.replace('-', "_"));
        let mend = format!(
            "set `{setting}` to one that `aws eks describe-addon-versions --addon-name {name} --kubernetes-version {kubernetes}` lists, or to \"\""
        );
        let message = format!("names the build {build}, which is known only for Kubernetes 1.{seen}");
        findings.report(addon.place(), message, mend).set_by([setting.as_str()]);
    }
}

pub(super) const KUBERNETES_IS_SUPPORTED: Policy<Platform> = Policy {
    code: "VER009",
    name: "kubernetes-is-supported",
    severity: Severity::Warning,
    explanation: "At the end of standard support EKS upgrades the control plane on a day of its own choice, or charges \
                  six times the price.",
    check: kubernetes_is_supported,
};

fn kubernetes_is_supported(platform: &Platform, findings: &mut Findings) {
    let version = platform.settings.cluster.kubernetes_version;
    let end = Release::of(version).standard_until;
    let left = days(findings.today(), end);
    if left >= SOON {
        return;
    }
    let [standard, extended] = DOLLARS_A_MONTH;
    for cluster in platform.resources::<aws_eks_cluster::Handle>() {
        let ends = if left > 0 { format!("ends in {left} days, on {end}") } else { format!("ended on {end}") };
        let then = if cluster.text(|of| of.upgrade_policy().support_type()).as_deref() == Some("EXTENDED") {
            format!("from then on the cluster costs {extended:.0} USD a month instead of {standard:.0}")
        } else {
            "EKS then upgrades the control plane by itself, and neither nodes nor add-ons".to_owned()
        };
        findings
            .report(
                cluster.place(),
                format!("runs Kubernetes {version}, whose standard support {ends}: {then}"),
                "set `cluster.kubernetes_version` to the next one, with builds of the add-ons and an image for it",
            )
            .set_by(["cluster.kubernetes_version"]);
    }
}

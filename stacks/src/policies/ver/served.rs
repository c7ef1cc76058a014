//! What a version of Kubernetes does not have any more, or calls deprecated.

use synth_review::{Findings, Place, Policy, Severity};

use crate::{
    Platform,
    names::KUBE_PROXY_ADD_ON,
    versions::OldApi,
    view::{Root, Template, addon, addon_configuration},
};

/// The chart of the retired ingress controller, and a part of the names of its images.
const INGRESS_NGINX: &str = "ingress-nginx";

pub(super) const APIS_ARE_SERVED: Policy<Platform> = Policy {
    code: "VER010",
    name: "apis-are-served",
    severity: Severity::Error,
    explanation: "An object under a version of its API that Kubernetes no longer serves is refused: its Application \
                  never syncs again, and a release of Helm that holds it can be neither upgraded nor removed.",
    check: apis_are_served,
};

fn apis_are_served(platform: &Platform, findings: &mut Findings) {
    for Old { place, api_version, row, .. } in old(platform).filter(|of| !of.served) {
        let message = format!("is of `{api_version}`, which Kubernetes 1.{} and later do not serve", row.without);
        findings.report(place, message, mend(row));
    }
}

pub(super) const APIS_LAST: Policy<Platform> = Policy {
    code: "VER012",
    name: "apis-last",
    severity: Severity::Warning,
    explanation: "An object under a deprecated version of its API is refused from some Kubernetes version on: whoever \
                  rewrites it before need not do it during an upgrade.",
    check: apis_last,
};

fn apis_last(platform: &Platform, findings: &mut Findings) {
    for Old { place, api_version, row, .. } in old(platform).filter(|of| of.served) {
        let OldApi { deprecated, without, .. } = row;
        let message = format!(
            "is of `{api_version}`, which is deprecated since Kubernetes 1.{deprecated} and not served from 1.{without} on"
        );
        findings.report(place, message, mend(row));
    }
}

/// An object under a version of its API that is deprecated or gone.
struct Old<'a> {
    place: Place,
    api_version: &'a str,
    row: &'static OldApi,
    /// Does the cluster's Kubernetes serve it?
    served: bool,
}

/// The objects of that kind, in the release of the root Application and in the folders that are synced.
fn old(platform: &Platform) -> impl Iterator<Item = Old<'_>> {
    let minor = platform.settings.cluster.kubernetes_version.minor();
    let root = Root::of(platform);
    let released = root.objects.all.iter().map(move |of| {
        let subject = format!("{}/{}", of.kind, of.metadata.name.as_deref().unwrap_or_default());
        (of.api_version.as_str(), of.kind.as_str(), Place { subject, ..root.place.clone() })
    });
    let synced = platform.objects().map(|of| (of.api_version(), of.kind(), platform.place(of)));
    released.chain(synced).filter_map(move |(api_version, kind, place)| {
        let row = OldApi::by(minor, api_version, kind)?;
        Some(Old { place, api_version, row, served: row.served_by(minor) })
    })
}

fn mend(row: &OldApi) -> String {
    match row.instead {
        "" => "remove it: no version takes its place".to_owned(),
        instead => format!("write it as `{instead}`"),
    }
}

/// Kubernetes warns of the mode `ipvs` since 1.35, has a gate for it from 1.37 on, and means to close that in 1.40:
/// <https://github.com/kubernetes/enhancements/issues/5495>, 2026-11-30.
pub(super) const NOTHING_IS_RETIRED: Policy<Platform> = Policy {
    code: "VER011",
    name: "nothing-is-retired",
    severity: Severity::Warning,
    explanation: "The service proxy's mode `ipvs` is deprecated since Kubernetes 1.35, and Ingress-NGINX is retired: \
                  neither gets fixes, and nodes of a version without the mode have no service that answers.",
    check: nothing_is_retired,
};

fn nothing_is_retired(platform: &Platform, findings: &mut Findings) {
    let ipvs = addon_configuration(platform, KUBE_PROXY_ADD_ON).is_some_and(|of| of.mode == "ipvs");
    if let Some(proxy) = addon(platform, KUBE_PROXY_ADD_ON).filter(|_| ipvs) {
        findings.report(
            proxy.place(),
            "runs the service proxy in the mode `ipvs`, which is deprecated since Kubernetes 1.35",
            "leave the mode out: `iptables` is the default",
        );
    }
    let instead =
        "let the AWS Load Balancer Controller make a load balancer for the Service, or take a maintained controller";
    for chart in platform.synced().filter(|chart| chart.name == INGRESS_NGINX) {
        findings.report(chart.place(), "installs Ingress-NGINX, which is retired", instead);
    }
    for Template { place, pod, .. } in platform.templates() {
        let images = pod.containers.iter().filter_map(|container| container.image.as_deref());
        if images.filter(|image| image.contains(INGRESS_NGINX)).count() > 0 {
            findings.report(place, "runs Ingress-NGINX, which is retired", instead);
        }
    }
}

//! What a version of Kubernetes does not have any more.

use k8s_openapi::api::{
    apps::v1::{DaemonSet, Deployment},
    core::v1::PodSpec,
};
use synth_review::{Findings, Place, Policy, Severity};

use crate::{
    Platform,
    names::KUBE_PROXY_ADD_ON,
    versions::Removed,
    view::{Root, addon, addon_configuration},
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
    let minor = platform.settings.cluster.kubernetes_version.minor();
    let root = Root::of(platform);
    for of in &root.objects.all {
        if let Some(removed) = Removed::by(minor, &of.api_version, &of.kind) {
            let subject = format!("{}/{}", of.kind, of.metadata.name.as_deref().unwrap_or_default());
            report(findings, Place { subject, ..root.place.clone() }, &of.api_version, removed);
        }
    }
    for of in platform.objects() {
        if let Some(removed) = Removed::by(minor, of.api_version(), of.kind()) {
            report(findings, platform.place(of), of.api_version(), removed);
        }
    }
}

fn report(findings: &mut Findings, place: Place, api_version: &str, removed: &Removed) {
    let mend = match removed.instead {
        "" => "remove it: no version takes its place".to_owned(),
        instead => format!("write it as `{instead}`"),
    };
    let message = format!("is of `{api_version}`, which Kubernetes 1.{} and later do not serve", removed.without);
    findings.report(place, message, mend);
}

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
    for (place, pod) in templates(platform) {
        let images = pod.containers.iter().filter_map(|container| container.image.as_deref());
        if images.filter(|image| image.contains(INGRESS_NGINX)).count() > 0 {
            findings.report(place, "runs Ingress-NGINX, which is retired", instead);
        }
    }
}

/// The pods that stay, and where they are declared.
fn templates(platform: &Platform) -> impl Iterator<Item = (Place, &PodSpec)> {
    let deployments = platform.every::<Deployment>().filter_map(|of| Some((of.place(), of.typed().spec.as_ref()?)));
    let deployments = deployments.filter_map(|(place, spec)| Some((place, spec.template.spec.as_ref()?)));
    let daemons = platform.every::<DaemonSet>().filter_map(|of| Some((of.place(), of.typed().spec.as_ref()?)));
    deployments.chain(daemons.filter_map(|(place, spec)| Some((place, spec.template.spec.as_ref()?))))
}

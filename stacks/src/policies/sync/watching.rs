//! Whether failures of Argo CD itself are noticed: by people, and by Terraform.

use k8s_openapi::api::core::v1::Container;
use synth_kubernetes::monitoring::Rule;
use synth_review::{Findings, Policy, Severity};

use crate::{
    Platform,
    view::{Meta, Root, ServiceMonitor, argocd_values, root_release, whole},
};

/// The states of an Application that an alert must tell of, and the text that its expression must have.
const TOLD: [(&str, &str); 5] = [
    ("cannot be compared with Git", "sync_status=\"Unknown\""),
    ("is degraded", "health_status=~\"Degraded"),
    ("differs from Git", "sync_status=\"OutOfSync\""),
    ("syncs for too long", "operation=\"sync\""),
    ("no controller watches", "absent(argocd_app_info"),
];

pub(super) const ARGOCD_WATCHED: Policy<Platform> = Policy {
    code: "SYNC007",
    name: "argocd-watched",
    severity: Severity::Error,
    explanation: "An Application that cannot be compared with Git counts as healthy, even the root: without Argo CD's \
                  metrics and alerts nobody learns that nothing is delivered any more.",
    check: argocd_watched,
};

fn argocd_watched(platform: &Platform, findings: &mut Findings) {
    let Some((values, argocd)) = argocd_values(platform) else { return };
    let namespace = &platform.settings.argocd.namespace;
    for (component, label, shows) in values.metrics() {
        if !shows {
            findings.report(
                argocd.clone(),
                format!("exposes no metrics of Argo CD's {label}"),
                format!("set `{component}.metrics.enabled`"),
            );
        }
        let asks = |monitor: &ServiceMonitor| {
            let labels = monitor.spec.selector.match_labels.as_ref();
            monitor.spec.namespace_selector.match_names.contains(namespace)
                && labels.and_then(|labels| labels.get("app.kubernetes.io/component")).is_some_and(|of| of == label)
                && monitor.spec.endpoints.iter().any(|of| of.port.as_deref() == Some("http-metrics"))
        };
        if !platform.every::<ServiceMonitor>().any(|monitor| asks(&monitor)) {
            findings.report(
                argocd.clone(),
                format!("exposes metrics of Argo CD's {label} that nothing scrapes"),
                format!("add a ServiceMonitor for the port `http-metrics` of that component in `{namespace}`"),
            );
        }
    }
    let rules: Vec<_> = platform.alerts().collect();
    let bound = values.configs.params.sync_timeout_seconds.unwrap_or_default();
    for (what, asked) in TOLD {
        let told = |rule: &&&Rule| rule.expr.contains("argocd_app_info") && rule.expr.contains(asked);
        let Some(rule) = rules.iter().find(told) else {
            findings.report(
                argocd.clone(),
                format!("has no alert for an Application that {what}"),
                format!("alert on `argocd_app_info` with `{asked}`"),
            );
            continue;
        };
        let minutes = rule.for_.as_deref().and_then(|time| time.strip_suffix('m')?.parse::<u64>().ok());
        if asked.starts_with("operation") && minutes.is_none_or(|minutes| minutes * 60 >= bound) {
            findings.report(
                argocd.clone(),
                format!(
                    "ends a sync after {bound} s, before the alert `{}` fires",
                    rule.alert.as_deref().unwrap_or_default()
                ),
                "let the alert fire earlier",
            );
        }
    }
}

pub(super) const RELEASE_FOLLOWS_GIT: Policy<Platform> = Policy {
    code: "SYNC008",
    name: "release-follows-git",
    severity: Severity::Error,
    explanation: "Argo CD accepts a revision that does not exist, and waits: unless the release checks the outcome, \
                  Terraform succeeds and nothing is deployed.",
    check: release_follows_git,
};

fn release_follows_git(platform: &Platform, findings: &mut Findings) {
    let Some(release) = root_release(platform) else { return };
    let root = Root::of(platform);
    let place = root.place.clone();
    let job = root.objects.jobs.iter().find(|job| {
        let hooks: Vec<_> = job.annotations().get("helm.sh/hook").into_iter().flat_map(|of| of.split(',')).collect();
        ["post-install", "post-upgrade"].iter().all(|of| hooks.contains(of))
    });
    let Some(job) = job else {
        findings.report(
            place,
            "succeeds even if Argo CD cannot find the revision that the root Application follows",
            "let a Job, as a hook after install and upgrade, wait for a commit in the root's status",
        );
        return;
    };
    let spec = job.spec.as_ref();
    let pod = spec.and_then(|spec| spec.template.spec.as_ref());
    let arguments = |containers: &[Container]| {
        containers.first().and_then(|first| first.args.as_ref()).map(|args| args.join(" ")).unwrap_or_default()
    };
    let begins = arguments(pod.and_then(|pod| pod.init_containers.as_deref()).unwrap_or_default());
    let ends = arguments(pod.map(|pod| pod.containers.as_slice()).unwrap_or_default());
    let revision = format!(
        "--for=jsonpath={{.status.sync.comparedTo.source.targetRevision}}={}",
        platform.settings.repository.revision
    );
    let waits = [
        (begins.contains(&revision), "the revision of the settings"),
        (ends.contains("--for=jsonpath={.status.sync.revision} "), "a commit of that revision"),
    ];
    for (_, what) in waits.iter().filter(|(waits, _)| !waits) {
        findings.report(place.clone(), format!("does not wait for {what}"), "wait for it in the Job's pod");
    }
    let patience = release.text(|of| of.timeout()).and_then(|seconds| seconds.parse::<u64>().ok()).unwrap_or(300);
    let needed = spec.and_then(|spec| spec.active_deadline_seconds).map_or(u64::MAX, whole);
    if patience <= needed {
        findings.report(
            release.place(),
            format!("gives up after {patience} s, before its Job does"),
            format!("give it more than the {needed} s of `activeDeadlineSeconds`"),
        );
    }
}

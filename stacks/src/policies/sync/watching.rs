//! What people learn of Argo CD itself, and when Terraform does.

use serde_json::Value as Json;
use synth_framework::Findings;
use synth_kubernetes::Manifest;

use crate::{
    Platform,
    policies::view::{argocd_values, at, items, number, root_objects, root_release, strings, text},
};

/// Where the chart turns a component's metrics on, and the label of their Service.
const METRICS: [(&str, &str); 5] = [
    ("/controller", "application-controller"),
    ("/server", "server"),
    ("/repoServer", "repo-server"),
    ("/applicationSet", "applicationset-controller"),
    ("/notifications", "notifications-controller"),
];

/// What must be told, and what the expression of an alert asks for when it does.
const TOLD: [(&str, &str); 5] = [
    ("cannot be compared with Git", "sync_status=\"Unknown\""),
    ("is degraded", "health_status=~\"Degraded"),
    ("differs from Git", "sync_status=\"OutOfSync\""),
    ("syncs for too long", "operation=\"sync\""),
    ("is looked after by nobody", "absent(argocd_app_info"),
];

pub(super) fn argocd_watched(platform: &Platform, findings: &mut Findings) {
    let Some((values, argocd)) = argocd_values(platform) else { return };
    let namespace = &platform.settings.argocd.namespace;
    for (component, label) in METRICS {
        let values = at(&values, component);
        if component == "/notifications" && values["enabled"] != true {
            continue;
        }
        if at(values, "/metrics/enabled") != true {
            findings.report(
                argocd.clone(),
                format!("shows no metrics of Argo CD's {label}"),
                format!("set `{}.metrics.enabled`", &component[1..]),
            );
        }
        let asks = |monitor: &&Manifest| {
            strings(&monitor.object, "/spec/namespaceSelector/matchNames").contains(&namespace.as_str())
                && at(&monitor.object, "/spec/selector/matchLabels")["app.kubernetes.io/component"] == label
                && items(&monitor.object, "/spec/endpoints").iter().any(|of| of["port"] == "http-metrics")
        };
        if !platform.of_kind("ServiceMonitor").any(|monitor| asks(&monitor)) {
            findings.report(
                argocd.clone(),
                format!("has metrics of Argo CD's {label} that nobody asks for"),
                format!("add a ServiceMonitor of the port `http-metrics` of that component in `{namespace}`"),
            );
        }
    }
    let rules: Vec<_> = platform
        .of_kind("PrometheusRule")
        .flat_map(|rules| items(&rules.object, "/spec/groups"))
        .flat_map(|group| items(group, "/rules"))
        .filter(|rule| !text(rule, "/alert").is_empty())
        .collect();
    let bound = number(&values, "/configs/params/controller.sync.timeout.seconds").unwrap_or_default();
    for (what, asked) in TOLD {
        let told =
            |rule: &&&Json| text(rule, "/expr").contains("argocd_app_info") && text(rule, "/expr").contains(asked);
        let Some(rule) = rules.iter().find(told) else {
            findings.report(
                argocd.clone(),
                format!("has no alert for when an Application {what}"),
                format!("alert on `argocd_app_info` with `{asked}`"),
            );
            continue;
        };
        let minutes = text(rule, "/for").strip_suffix('m').and_then(|minutes| minutes.parse::<u64>().ok());
        if asked.starts_with("operation") && minutes.is_none_or(|minutes| minutes * 60 >= bound) {
            findings.report(
                argocd.clone(),
                format!("ends a sync after {bound} s, before the alert `{}` tells of it", text(rule, "/alert")),
                "alert earlier",
            );
        }
    }
}

pub(super) fn release_follows_git(platform: &Platform, findings: &mut Findings) {
    let Some(release) = root_release(platform) else { return };
    let (objects, place) = root_objects(platform);
    let job = objects.iter().find(|object| {
        let hook = &at(object, "/metadata/annotations")["helm.sh/hook"];
        let hook: Vec<_> = hook.as_str().unwrap_or_default().split(',').collect();
        object["kind"] == "Job" && ["post-install", "post-upgrade"].iter().all(|of| hook.contains(of))
    });
    let Some(job) = job else {
        findings.report(
            place,
            "succeeds though Argo CD may not find what the root Application follows",
            "let a Job, as a hook after install and upgrade, wait for a commit in the root's status",
        );
        return;
    };
    let spec = at(job, "/spec/template/spec");
    let arguments = |list: &str| strings(at(spec, list).get(0).unwrap_or(&Json::Null), "/args").join(" ");
    let revision = format!(
        "--for=jsonpath={{.status.sync.comparedTo.source.targetRevision}}={}",
        platform.settings.repository.revision
    );
    let waits = [
        (arguments("/initContainers").contains(&revision), "the revision of now"),
        (arguments("/containers").contains("--for=jsonpath={.status.sync.revision} "), "a commit behind it"),
    ];
    for (_, what) in waits.iter().filter(|(waits, _)| !waits) {
        findings.report(place.clone(), format!("does not wait for {what}"), "wait for it in the Job's pod");
    }
    let patience = release.text(|of| of.timeout()).and_then(|seconds| seconds.parse::<u64>().ok()).unwrap_or(300);
    let needed = number(job, "/spec/activeDeadlineSeconds").unwrap_or(u64::MAX);
    if patience <= needed {
        findings.report(
            release.place(),
            format!("gives up after {patience} s, before its Job does"),
            format!("give it more than the {needed} s of `activeDeadlineSeconds`"),
        );
    }
}

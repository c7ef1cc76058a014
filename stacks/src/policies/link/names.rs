//! Names of objects that other objects give.

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::{Namespace, ServiceAccount};
use serde_json::Value as Json;
use synth_kubernetes::Manifest;
use synth_review::{Findings, Policy, Severity};

use crate::{
    Platform,
    names::OF_KUBERNETES,
    view::{Application, NodeClass, NodePool, Template, argocd_release},
};

pub(super) const NAMESPACES_EXIST: Policy<Platform> = Policy {
    code: "LINK013",
    name: "namespaces-exist",
    severity: Severity::Error,
    explanation: "Objects in a namespace that nothing creates fail at every sync.",
    check: namespaces_exist,
};

/// Applications whose namespace a setting names and nobody makes, and that setting.
const NAMESPACES: [(&str, &str); 5] = [
    ("aws-load-balancer-controller", "load_balancer_controller.namespace"),
    ("external-dns", "domain.external_dns.namespace"),
    ("karpenter", "karpenter.namespace"),
    ("karpenter-crd", "karpenter.namespace"),
    ("metrics-server", "metrics_server.namespace"),
];

fn namespaces_exist(platform: &Platform, findings: &mut Findings) {
    let mut known: BTreeSet<String> = OF_KUBERNETES.map(str::to_owned).into();
    known.extend(platform.every::<Namespace>().map(|namespace| namespace.name().to_owned()));
    if let Some(release) = argocd_release(platform)
        && release.text(|of| of.create_namespace()).as_deref() == Some("true")
    {
        known.extend(release.text(|of| of.namespace()));
    }
    let mut judge = |object: &Manifest, namespace: &str, what: &str| {
        if !namespace.is_empty() && !known.contains(namespace) {
            let named = |(name, _): &&(&str, &str)| object.kind() == "Application" && *name == object.name();
            let key = NAMESPACES.iter().find(named).map(|(_, key)| *key);
            let mend = match key {
                Some(key) => format!("set `{key}` to one that is there, such as `kube-system`"),
                None => "declare the Namespace among the platform's manifests".to_owned(),
            };
            let message = format!("{what} namespace `{namespace}`, which nothing creates");
            findings.report(platform.place(object), message, mend).set_by(key);
        }
    };
    for object in platform.objects() {
        judge(object, object.namespace(), "lies in");
        if let Some(application) = object.typed::<Application>() {
            judge(object, &application.spec.destination.namespace, "syncs to");
        }
    }
}

/// Keys whose value names an object of a kind that belongs to the whole cluster.
const NAMES: [(&str, &str); 2] = [("priorityClassName", "PriorityClass"), ("storageClassName", "StorageClass")];

pub(super) const NAMES_EXIST: Policy<Platform> = Policy {
    code: "LINK014",
    name: "names-exist",
    severity: Severity::Error,
    explanation: "A pod or volume that names a service account, priority class, storage class or node class that does not \
                  exist is refused or waits for ever.",
    check: names_exist,
};

fn names_exist(platform: &Platform, findings: &mut Findings) {
    let mut report = |place, kind: &str, name: &str| {
        findings.report(
            place,
            format!("names {kind}/{name}, which does not exist"),
            format!("declare the {kind}, or name another"),
        );
    };
    for object in platform.objects() {
        let mut named = BTreeSet::new();
        collect(object.object(), &mut named);
        for (kind, name) in named {
            if !name.starts_with("system-") && !platform.has(kind, "", name) {
                report(platform.place(object), kind, name);
            }
        }
    }
    for Template { place, namespace, pod } in platform.templates() {
        let name = pod.service_account_name.as_deref().unwrap_or_default();
        if !name.is_empty() && platform.one::<ServiceAccount>(namespace, name).is_none() {
            report(place, "ServiceAccount", name);
        }
    }
    for pool in platform.every::<NodePool>() {
        let name = &pool.typed().spec.template.spec.node_class_ref.name;
        if platform.one::<NodeClass>("", name).is_none() {
            report(pool.place(), "EC2NodeClass", name);
        }
    }
}

fn collect<'a>(value: &'a Json, named: &mut BTreeSet<(&'static str, &'a str)>) {
    match value {
        Json::Array(items) => items.iter().for_each(|item| collect(item, named)),
        Json::Object(entries) => {
            for (key, value) in entries {
                match (NAMES.iter().find(|(known, _)| known == key), value.as_str()) {
                    (Some((_, kind)), Some(name)) if !name.is_empty() => drop(named.insert((*kind, name))),
                    _ => collect(value, named),
                }
            }
        }
        _ => {}
    }
}

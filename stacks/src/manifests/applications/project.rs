//! The project of the child Applications: their sources, their namespaces and the kinds that they hold, and nothing more.

use std::collections::BTreeSet;

use synth_framework::Manifests;

use super::application::Application;
use crate::{
    manifests::{
        custom::argocd::{AppProjectSpec, Destination, GroupKind, IN_CLUSTER},
        kubernetes::custom,
    },
    names::APP_PROJECT,
    settings::Settings,
};

/// Kinds that belong to the whole cluster, by group: those of the folders here and those in the charts.
const CLUSTER_KINDS: &[(&str, &[&str])] = &[
    ("", &["Namespace"]),
    (
        "admissionregistration.k8s.io",
        &[
            "MutatingWebhookConfiguration",
            "ValidatingAdmissionPolicy",
            "ValidatingAdmissionPolicyBinding",
            "ValidatingWebhookConfiguration",
        ],
    ),
    ("apiextensions.k8s.io", &["CustomResourceDefinition"]),
    ("apiregistration.k8s.io", &["APIService"]),
    ("elbv2.k8s.aws", &["IngressClassParams"]),
    ("karpenter.k8s.aws", &["EC2NodeClass"]),
    ("karpenter.sh", &["NodePool"]),
    ("networking.k8s.io", &["IngressClass"]),
    ("rbac.authorization.k8s.io", &["ClusterRole", "ClusterRoleBinding"]),
    ("scheduling.k8s.io", &["PriorityClass"]),
    ("storage.k8s.io", &["StorageClass"]),
];

/// Kinds that live in namespaces, by group.
const NAMESPACED_KINDS: &[(&str, &[&str])] = &[
    ("", &["ConfigMap", "LimitRange", "ResourceQuota", "Secret", "Service", "ServiceAccount"]),
    ("apps", &["DaemonSet", "Deployment"]),
    ("autoscaling", &["HorizontalPodAutoscaler"]),
    ("batch", &["Job"]),
    ("monitoring.coreos.com", &["Alertmanager", "Prometheus", "PrometheusRule", "ServiceMonitor"]),
    ("networking.k8s.io", &["NetworkPolicy"]),
    ("policy", &["PodDisruptionBudget"]),
    ("rbac.authorization.k8s.io", &["Role", "RoleBinding"]),
];

pub(super) fn define(settings: &Settings, applications: &[Application], manifests: &Manifests) {
    let source_repos: BTreeSet<_> =
        applications.iter().map(|application| application.source.repo_url().to_owned()).collect();
    // The Prometheus stack puts the Services of the kubelets and of the name servers beside them.
    let kube_system = Destination { server: IN_CLUSTER, namespace: "kube-system".to_owned() };
    let destinations: BTreeSet<_> =
        applications.iter().map(|application| application.destination.clone()).chain([kube_system]).collect();
    let spec = AppProjectSpec {
        description: "What the platform and its services are made of",
        source_repos: source_repos.into_iter().collect(),
        destinations: destinations.into_iter().collect(),
        cluster_resource_whitelist: kinds(CLUSTER_KINDS),
        namespace_resource_whitelist: kinds(NAMESPACED_KINDS),
    };
    let object = custom(APP_PROJECT, spec)
        .in_namespace(&settings.argocd.namespace)
        // Before every child: an Application without its project is an error.
        .annotation("argocd.argoproj.io/sync-wave", "-20");
    object.add_to(manifests, "project");
}

fn kinds(groups: &'static [(&'static str, &'static [&'static str])]) -> Vec<GroupKind> {
    groups.iter().flat_map(|&(group, kinds)| kinds.iter().map(move |&kind| GroupKind { group, kind })).collect()
}

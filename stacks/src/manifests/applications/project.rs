//! The projects of the child Applications: their sources, their namespaces and the kinds that they hold, and nothing more.
//!
//! The services have one of their own: a folder that whoever writes a service may edit can carry no role, webhook or definition.

use std::collections::BTreeSet;

use synth_kubernetes::{
    Manifests,
    argocd::{AppProjectSpec, Destination, GroupKind},
    custom,
};

use super::application::Application;
use crate::{
    names::{APP_PROJECT, SERVICES_PROJECT, SYNC_WAVE},
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
    ("batch", &["Job"]),
    ("monitoring.coreos.com", &["Alertmanager", "Prometheus", "PrometheusRule", "ServiceMonitor"]),
    ("networking.k8s.io", &["NetworkPolicy"]),
    ("policy", &["PodDisruptionBudget"]),
    ("rbac.authorization.k8s.io", &["Role", "RoleBinding"]),
];

/// Kinds of the ways in to what has a name.
const ENTRANCE_KINDS: &[(&str, &[&str])] = &[("networking.k8s.io", &["Ingress"])];

/// Kinds of cert-manager: of the whole cluster, and in namespaces.
const ISSUER_KINDS: &[(&str, &[&str])] = &[("cert-manager.io", &["ClusterIssuer"])];
const CERTIFICATE_KINDS: &[(&str, &[&str])] = &[("cert-manager.io", &["Certificate", "Issuer"])];

/// The kinds of objects that services are made of.
const SERVICE_KINDS: &[(&str, &[&str])] = &[
    ("", &["Service", "ServiceAccount"]),
    ("apps", &["Deployment"]),
    ("autoscaling", &["HorizontalPodAutoscaler"]),
    // What follows is there also where nothing needs it: what is left behind by one that did could not be taken away.
    ("batch", &["CronJob"]),
    ("elbv2.k8s.aws", &["TargetGroupBinding"]),
    ("external-secrets.io", &["ExternalSecret", "SecretStore"]),
    ("keda.sh", &["ScaledObject", "TriggerAuthentication"]),
    ("monitoring.coreos.com", &["ServiceMonitor"]),
    ("networking.k8s.io", &["Ingress", "NetworkPolicy"]),
    ("policy", &["PodDisruptionBudget"]),
];

/// The project of what the platform is made of.
pub(super) fn platform(settings: &Settings, applications: &[Application], manifests: &Manifests) {
    let source_repos: BTreeSet<_> =
        applications.iter().map(|application| application.source.repo_url.clone()).collect();
    // The Prometheus stack puts the Services of the kubelets and of the name servers beside them.
    let kube_system = Destination::in_cluster("kube-system");
    let destinations: BTreeSet<_> =
        applications.iter().map(|application| application.destination.clone()).chain([kube_system]).collect();
    let mut cluster = kinds(CLUSTER_KINDS);
    let mut namespaced = kinds(NAMESPACED_KINDS);
    if settings.cert_manager.enabled {
        cluster.extend(kinds(ISSUER_KINDS));
        namespaced.extend(kinds(CERTIFICATE_KINDS));
    }
    if settings.domain.name.is_some() {
        namespaced.extend(kinds(ENTRANCE_KINDS));
    }
    let spec = AppProjectSpec {
        description: "What the platform is made of".to_owned(),
        source_repos: source_repos.into_iter().collect(),
        destinations: destinations.into_iter().collect(),
        cluster_resource_whitelist: cluster,
        namespace_resource_whitelist: namespaced,
        ..AppProjectSpec::default()
    };
    add(settings, APP_PROJECT, spec, "project", manifests);
}

/// The project of the services: this repository, their namespace, and nothing that belongs to the whole cluster.
pub(super) fn services(settings: &Settings, manifests: &Manifests) {
    let spec = AppProjectSpec {
        description: "What the services are made of".to_owned(),
        source_repos: vec![settings.repository.url.to_string()],
        destinations: vec![Destination::in_cluster(&settings.services.namespace)],
        namespace_resource_whitelist: kinds(SERVICE_KINDS),
        ..AppProjectSpec::default()
    };
    add(settings, SERVICES_PROJECT, spec, "project-services", manifests);
}

#[track_caller]
fn add(settings: &Settings, name: &str, spec: AppProjectSpec, file: &str, manifests: &Manifests) {
    let object = custom(name, spec)
        .in_namespace(&settings.argocd.namespace)
        // Before every child: an Application without its project is an error.
        .annotation(SYNC_WAVE, "-20");
    object.add_to(manifests, file);
}

fn kinds(groups: &[(&str, &[&str])]) -> Vec<GroupKind> {
    groups.iter().flat_map(|&(group, kinds)| kinds.iter().map(move |kind| GroupKind::new(group, kind))).collect()
}

//! The bounds of the services' namespace: no traffic that no policy admits, and no more than its services can ever need.

use synth_kubernetes::{
    Manifests, every_pod, limit_range, limit_range_spec, network_policy, network_policy_spec, quota_spec,
    resource_quota,
};

use crate::{manifests::services::most_pods, settings::Settings};

pub(super) fn define(settings: &Settings, folder: &Manifests) {
    let services = &settings.services;
    network_policy("default-deny")
        .in_namespace(&services.namespace)
        .spec(network_policy_spec().pod_selector(every_pod()).policy_types(["Ingress", "Egress"]))
        .add_to(folder, "network-policy-default-deny");

    let (mut pods, mut cpu, mut memory, mut limit) = (0, 0, 0, 0);
    for (runs, most) in most_pods(settings) {
        pods += most;
        cpu += most * u64::from(runs.cpu_request_millicores);
        memory += most * u64::from(runs.memory_mib);
        limit += most * u64::from(runs.memory_limit_mib());
    }
    resource_quota("services")
        .in_namespace(&services.namespace)
        .spec(quota_spec().hard([
            ("pods", pods.to_string()),
            ("requests.cpu", format!("{cpu}m")),
            ("requests.memory", format!("{memory}Mi")),
            ("limits.memory", format!("{limit}Mi")),
            ("services.loadbalancers", "1".to_owned()),
            ("services.nodeports", "0".to_owned()),
        ]))
        .add_to(folder, "resource-quota");

    limit_range("services")
        .in_namespace(&services.namespace)
        .spec(limit_range_spec(|container| {
            container
                .default_request([("cpu", "100m"), ("memory", "128Mi")])
                .default([("memory", "128Mi")])
                .min([("cpu", "10m"), ("memory", "16Mi")])
        }))
        .add_to(folder, "limit-range");
}

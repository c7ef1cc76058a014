//! A worker: pods that always run and that nobody calls, such as those that take messages from a queue.

use synth_kubernetes::{
    Manifests, container_port, network_policy, network_policy_spec, service, service_port, service_spec,
};

use super::{ADMIN, autoscaler, container, networking, pods::Pods};
use crate::{
    names::NAME_LABEL,
    settings::{Settings, Worker},
};

pub(super) fn define(name: &str, worker: &Worker, settings: &Settings, manifests: &Manifests) {
    let folder = &manifests.folder(name);
    let namespace = &settings.services.namespace;
    let runs = worker.runs(name);
    let replicas = (worker.min_replicas, worker.max_replicas);
    let pods = Pods { runs, settings, folder, replicas, grace: worker.stop_seconds };
    let container = container::define(settings, &runs, Vec::new());
    // Nothing holds its stop signal back: no load balancer has to learn that it leaves.
    pods.deploy(match worker.admin() {
        Some(port) => container::probed(container.ports([container_port(ADMIN, port)]), &worker.probes),
        None => container,
    });
    autoscaler::of_worker(name, worker, settings, folder);

    let policy = network_policy_spec().pod_selector(pods.selector()).policy_types(["Ingress", "Egress"]);
    let policy = match worker.admin() {
        Some(port) => policy.ingress([networking::from_prometheus(settings, port)]),
        None => policy,
    };
    let ways_out = networking::ways_out(settings, &runs);
    let policy = if ways_out.is_empty() { policy } else { policy.egress(ways_out) };
    network_policy(name).in_namespace(namespace).spec(policy).add_to(folder, "network-policy");

    if let Some(port) = worker.admin() {
        // Prometheus finds pods by Services.
        service(name)
            .in_namespace(namespace)
            .label(NAME_LABEL, name)
            .spec(service_spec().type_("ClusterIP").selector([(NAME_LABEL, name)]).ports([service_port(ADMIN, port)]))
            .add_to(folder, "service");
        pods.monitor();
    }
}

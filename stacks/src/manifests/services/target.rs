//! mock-target-server: reached from the proxy only.

use synth_framework::Manifests;

use super::{ADMIN, NAME_LABEL, TRAFFIC, container::server_args, networking, workload::Workload};
use crate::{
    manifests::kubernetes::{
        ingress, network_policy, network_policy_spec, pods, selector, service, service_port, service_spec, tcp,
    },
    names::{CORS_PROXY_SERVER, MOCK_TARGET_PORT, MOCK_TARGET_SERVER},
    settings::Settings,
};

pub(super) fn define(settings: &Settings, manifests: &Manifests) {
    let folder = &manifests.folder(MOCK_TARGET_SERVER);
    let target = &settings.services.mock_target_server;
    let workload = Workload { name: MOCK_TARGET_SERVER, settings, service: target, folder };
    workload.define(server_args(target));

    service(MOCK_TARGET_SERVER)
        .in_namespace(workload.namespace())
        .label(NAME_LABEL, MOCK_TARGET_SERVER)
        .spec(
            service_spec()
                .type_("ClusterIP")
                .selector([(NAME_LABEL, MOCK_TARGET_SERVER)])
                .ports([service_port(TRAFFIC, MOCK_TARGET_PORT), service_port(ADMIN, target.admin_port)]),
        )
        .add_to(folder, "service");

    network_policy(MOCK_TARGET_SERVER)
        .in_namespace(workload.namespace())
        .spec(network_policy_spec().pod_selector(workload.selector()).policy_types(["Ingress", "Egress"]).ingress([
            ingress([pods(selector(NAME_LABEL, CORS_PROXY_SERVER))], [tcp(target.port)]),
            networking::from_prometheus(settings, target.admin_port),
        ]))
        .add_to(folder, "network-policy");
}

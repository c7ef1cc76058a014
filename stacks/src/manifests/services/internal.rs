//! A service that is reached inside the cluster only, from the services that may call it.

use synth_kubernetes::{
    Manifests, ingress, network_policy, network_policy_spec, pods, selector, service, service_port, service_spec, tcp,
};

use super::{ADMIN, TRAFFIC, container::server_args, networking, workload::Workload};
use crate::{
    names::NAME_LABEL,
    settings::{Service, Settings},
};

pub(super) fn define(name: &str, server: &Service, settings: &Settings, manifests: &Manifests) {
    let folder = &manifests.folder(name);
    let workload = Workload { name, settings, service: server, folder };
    workload.define(server_args(server));

    service(name)
        .in_namespace(workload.namespace())
        .label(NAME_LABEL, name)
        .spec(
            service_spec()
                .type_("ClusterIP")
                .selector([(NAME_LABEL, name)])
                // The pods' own ports: where network policies hold, AWS translates none.
                .ports([service_port(TRAFFIC, server.port), service_port(ADMIN, server.admin_port)]),
        )
        .add_to(folder, "service");

    let callers = server.callers.iter().map(|caller| pods(selector(NAME_LABEL, caller)));
    // Without a peer a rule admits everybody.
    let calls = (!server.callers.is_empty()).then(|| ingress(callers, [tcp(server.port)]));
    let ways_in = calls.into_iter().chain([networking::from_prometheus(settings, server.admin_port)]);
    let policy = network_policy_spec().pod_selector(workload.selector()).policy_types(["Ingress", "Egress"]);
    let policy = policy.ingress(ways_in);
    let ways_out = networking::to_called(settings, name).chain(networking::to_aws(settings, &server.runs(name)));
    let ways_out: Vec<_> = ways_out.collect();
    let policy = if ways_out.is_empty() {
        policy
    } else {
        policy.egress([networking::to_name_servers()].into_iter().chain(ways_out))
    };
    network_policy(name).in_namespace(workload.namespace()).spec(policy).add_to(folder, "network-policy");
}

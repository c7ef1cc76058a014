//! A service that is reached inside the cluster, from the services that may call it, and by its entrance if it has one.

use synth_kubernetes::{
    Manifests, ingress, network_policy, network_policy_spec, pods, selector, service, service_port, service_spec, tcp,
};

use super::{ADMIN, TRAFFIC, container::server_args, entrance, networking, workload::Workload};
use crate::{
    names::NAME_LABEL,
    settings::{Service, Settings},
};

pub(super) fn define(name: &str, server: &Service, settings: &Settings, manifests: &Manifests) {
    let folder = &manifests.folder(name);
    let workload = Workload { name, settings, service: server, folder };
    workload.define(server_args(server));

    let object = service(name).in_namespace(workload.namespace()).label(NAME_LABEL, name);
    // Only pods that are made after their target group get a readiness gate on it.
    let object = match &server.entrance {
        Some(entrance) => {
            entrance::define(name, server, entrance, settings, folder);
            object.annotation(entrance::WAVE.0, entrance::WAVE.1)
        }
        None => object,
    };
    object
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
    let entrance = server.entrance.as_ref().map(|entrance| networking::from_entrance(settings, server, entrance));
    let prometheus = networking::from_prometheus(settings, server.admin_port);
    let ways_in = calls.into_iter().chain(entrance).chain([prometheus]);
    let policy = network_policy_spec().pod_selector(workload.selector()).policy_types(["Ingress", "Egress"]);
    let policy = policy.ingress(ways_in);
    let ways_out = networking::ways_out(settings, &server.runs(name));
    let policy = if ways_out.is_empty() { policy } else { policy.egress(ways_out) };
    network_policy(name).in_namespace(workload.namespace()).spec(policy).add_to(folder, "network-policy");
}

//! The cluster stack: everything from the network to a running Argo CD.
//!
//! Each module is one concern and one file in `out/cluster/`. What Argo CD then syncs is declared in the manifests.

mod access;
mod addons;
mod alertmanager;
mod argocd;
mod argocd_values;
mod balancer;
mod base_nodes;
mod control_plane;
mod documents;
mod encryption;
mod endpoints;
mod external_dns;
mod external_secrets;
mod flow_logs;
mod interruption;
mod karpenter;
mod karpenter_permissions;
mod keda;
mod load_balancer_controller;
mod names;
mod network;
mod outputs;
mod routing;
mod security_groups;
mod service_permissions;
mod services;
mod sign_on;

use synth_framework::Stack;

use crate::settings::Settings;

/// Declares the cluster stack.
pub fn define(settings: &Settings, stack: &Stack) {
    crate::terraform::aws_and_helm(settings, &stack.file("terraform"));
    crate::terraform::mock_aws(stack);
    let keys = encryption::keys(settings, &stack.file("encryption"));
    let network = network::network(settings, &stack.file("network"));
    let routing = routing::routing(settings, &network, &stack.file("routing"));
    flow_logs::flow_logs(settings, &network, &keys, &stack.file("flow-logs"));
    let groups = security_groups::security_groups(settings, &network, &stack.file("security-groups"));
    endpoints::endpoints(settings, &network, &routing, &stack.file("endpoints"));
    let names = names::names(settings, stack);
    if settings.terraform_owns_balancer() {
        let file = &stack.file("balancer");
        let balancer = balancer::balancer(settings, &network, &routing, &groups, names.as_ref(), file);
        if let Some(names) = &names {
            names::of_balancer(settings, names, &balancer, stack);
        }
    }

    let cluster = control_plane::control_plane(settings, &network, &groups, &keys, &stack.file("control-plane"));
    let access = access::access(settings, &cluster, &stack.file("access"));
    let base = addons::before_nodes(settings, &cluster, &stack.file("add-ons"));
    let nodes =
        base_nodes::base_nodes(settings, &cluster, &network, &groups, &(routing, base), &stack.file("base-nodes"));
    let ready = addons::after_nodes(settings, &cluster, &nodes, &stack.file("add-ons"));

    let queue = interruption::queue(settings, &stack.file("interruption"));
    karpenter::karpenter(settings, &cluster, &queue, &stack.file("karpenter"));
    load_balancer_controller::role(settings, &cluster, &stack.file("load-balancer-controller"));
    alertmanager::role(settings, &cluster, stack);
    if let Some(names) = &names {
        external_dns::role(settings, &cluster, names, &stack.file("external-dns"));
    }
    services::roles(settings, &cluster, stack);
    external_secrets::role(settings, &cluster, stack);
    keda::role(settings, &cluster, stack);

    let release = argocd::argocd(settings, &cluster, &access, &ready, &stack.file("argocd"));
    if let Some(names) = &names {
        outputs::names(settings, names, &stack.file("outputs"));
    }
    outputs::outputs(settings, &network, &groups, &cluster, &queue, &release, &stack.file("outputs"));
}

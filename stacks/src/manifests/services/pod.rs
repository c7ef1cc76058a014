//! What the pods of everything that runs have, and their service account.

use k8s_openapi::api::core::v1::{Container, PodSpec};
use synth_kubernetes::{Draft, Manifests, pod_security_context, service_account};

use super::secrets;
use crate::{
    names::SERVICES_PRIORITY,
    resolving,
    settings::{Nodes, Runs, Settings},
};

/// Puts the service account of what runs into its folder, and the secrets that it asks for.
#[track_caller]
pub(super) fn account(runs: &Runs<'_>, settings: &Settings, folder: &Manifests) {
    service_account(runs.name)
        .in_namespace(&settings.services.namespace)
        .automount_service_account_token(false)
        .add_to(folder, "service-account");
    secrets::define(runs, settings, folder);
}

/// The pod of what runs, with what all of them have.
pub(super) fn define(runs: &Runs<'_>, container: Draft<Container>) -> Draft<PodSpec> {
    let pod = resolving::pod([container])
        .service_account_name(runs.name)
        .automount_service_account_token(false)
        .enable_service_links(false)
        .priority_class_name(SERVICES_PRIORITY)
        .security_context(pod_security_context());
    let nodes = node_selector(runs.asks.nodes);
    if nodes.is_empty() { pod } else { pod.node_selector(nodes) }
}

/// The labels of the nodes on which it runs; an image of all architectures needs none.
fn node_selector(nodes: &Nodes) -> Vec<(&'static str, String)> {
    let bought = nodes.capacity_type.map(|of| ("karpenter.sh/capacity-type", of.to_string()));
    let architecture = match nodes.architectures.as_slice() {
        [one] => Some(("kubernetes.io/arch", one.to_string())),
        _ => None,
    };
    bought.into_iter().chain(architecture).collect()
}

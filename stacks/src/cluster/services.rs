//! The roles of services, workers and jobs that may do something in AWS: one each, for its own service account alone.

use synth_bindings::{aws_eks_cluster, aws_eks_pod_identity_association};
use synth_framework::Stack;

use super::{documents::grant_all, service_permissions::concerns};
use crate::{
    iam::pod_role,
    names::{SERVICE_ROLE, label},
    settings::Settings,
};

/// Declares a role for whatever may do something, and ties its service account to it.
pub(super) fn roles(settings: &Settings, cluster: &aws_eks_cluster::Handle, stack: &Stack) {
    let stack = &stack.file("services");
    for runs in settings.services.runs().filter(|runs| runs.asks.permissions.need_role()) {
        let pods = (settings.services.namespace.as_str(), runs.name);
        let name = format!("{SERVICE_ROLE}{}", runs.name);
        let role = pod_role(stack, settings, &name, pods);
        for (concern, statements) in concerns(settings, runs.asks.permissions) {
            grant_all(stack, settings, &role, &format!("{name}-{concern}"), statements);
        }
        aws_eks_pod_identity_association(label(&name))
            .cluster_name(cluster.name())
            .namespace(pods.0)
            .service_account(pods.1)
            .role_arn(role.arn())
            .add_to(stack);
    }
}

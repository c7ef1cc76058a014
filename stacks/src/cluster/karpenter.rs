//! Karpenter's AWS side: what its controller may do, and what its nodes may do.

use synth_bindings::{
    aws_eks_access_entry, aws_eks_cluster, aws_eks_pod_identity_association, aws_iam_role, aws_sqs_queue,
};
use synth_framework::Stack;

use super::{base_nodes::NODE_POLICIES, karpenter_permissions};
use crate::{
    iam::{grant, grant_aws_policy, pod_role, service_role},
    settings::Settings,
};

/// Declares the controller's role with its policies, and the role of the nodes that it makes.
pub(super) fn karpenter(
    settings: &Settings,
    cluster: &aws_eks_cluster::Handle,
    queue: &aws_sqs_queue::Handle,
    stack: &Stack,
) {
    let node_role = node_role(settings, cluster, stack);
    let pods = (settings.karpenter.namespace.as_str(), settings.karpenter.service_account.as_str());
    let controller = pod_role(stack, settings, "karpenter", pods);
    for (name, statements) in karpenter_permissions::documents(settings, &node_role, queue) {
        grant(stack, settings, &controller, name, statements);
    }
    aws_eks_pod_identity_association("karpenter")
        .cluster_name(cluster.name())
        .namespace(pods.0)
        .service_account(pods.1)
        .role_arn(controller.arn())
        .add_to(stack);
}

fn node_role(settings: &Settings, cluster: &aws_eks_cluster::Handle, stack: &Stack) -> aws_iam_role::Handle {
    let role = service_role(stack, settings, "karpenter-node", "ec2.amazonaws.com");
    for (label, path) in NODE_POLICIES {
        grant_aws_policy(stack, settings, &role, &format!("karpenter_node_{label}"), path);
    }
    // Node groups get their entry from EKS; nodes that Karpenter makes need one that says what they are.
    aws_eks_access_entry("karpenter_node")
        .cluster_name(cluster.name())
        .principal_arn(role.arn())
        .type_("EC2_LINUX")
        .add_to(stack);
    role
}

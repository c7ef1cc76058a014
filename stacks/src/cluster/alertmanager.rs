//! The right of Alertmanager in AWS: to publish to the topic that is to be told of alerts, where there is one.

use synth_bindings::{aws_eks_cluster, aws_eks_pod_identity_association};
use synth_framework::Stack;

use crate::{
    iam::{allow, grant, pod_role},
    names::ALERTMANAGER_ACCOUNT,
    settings::Settings,
};

/// Declares its role and ties its service account to it.
pub(super) fn role(settings: &Settings, cluster: &aws_eks_cluster::Handle, stack: &Stack) {
    let observability = &settings.observability;
    let Some(topic) = &observability.receivers.sns_topic_arn else { return };
    let stack = &stack.file("alertmanager");
    let pods = (observability.namespace.as_str(), ALERTMANAGER_ACCOUNT);
    let role = pod_role(stack, settings, "alertmanager", pods);
    grant(stack, settings, &role, "alertmanager", vec![allow("Tell", ["sns:Publish"]).resources([topic.as_str()])]);
    aws_eks_pod_identity_association("alertmanager")
        .cluster_name(cluster.name())
        .namespace(pods.0)
        .service_account(pods.1)
        .role_arn(role.arn())
        .add_to(stack);
}

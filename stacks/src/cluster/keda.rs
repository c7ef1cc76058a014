//! The right of KEDA in AWS: to read how many messages wait in the queues by which workers are scaled, where there are any.

use synth_bindings::{aws_eks_cluster, aws_eks_pod_identity_association};
use synth_framework::Stack;

use crate::{
    charts::keda::OPERATOR,
    iam::{allow, grant, pod_role},
    settings::{Settings, Worker},
};

/// Declares its operator's role and ties the operator's service account to it.
pub(super) fn role(settings: &Settings, cluster: &aws_eks_cluster::Handle, stack: &Stack) {
    let scaled = settings.services.workers.values().filter(|worker| worker.scales_on_queue());
    let mut queues: Vec<_> = scaled.filter_map(|worker: &Worker| worker.queue.as_ref()).collect();
    queues.sort_by_key(|queue| queue.name());
    queues.dedup();
    if queues.is_empty() {
        return;
    }
    let stack = &stack.file("keda");
    let pods = (settings.keda.namespace.as_str(), OPERATOR);
    let role = pod_role(stack, settings, OPERATOR, pods);
    let queues: Vec<_> = queues.into_iter().map(|queue| settings.queue_arn(queue)).collect();
    grant(stack, settings, &role, OPERATOR, vec![allow("Count", ["sqs:GetQueueAttributes"]).resources(queues)]);
    aws_eks_pod_identity_association("keda_operator")
        .cluster_name(cluster.name())
        .namespace(pods.0)
        .service_account(pods.1)
        .role_arn(role.arn())
        .add_to(stack);
}

//! The EKS control plane: API access entries only, encrypted secrets, logs, a private endpoint.

use synth_bindings::{aws_cloudwatch_log_group, aws_eks_cluster};
use synth_framework::Stack;

use super::{encryption::Keys, network::Network, security_groups::SecurityGroups};
use crate::{
    policy::{allow, grant, grant_aws_policy, role_trusting, services},
    settings::Settings,
};

/// Declares the control plane.
pub(super) fn control_plane(
    settings: &Settings,
    network: &Network,
    groups: &SecurityGroups,
    keys: &Keys,
    stack: &Stack,
) -> aws_eks_cluster::Handle {
    let trust = allow("Eks", ["sts:AssumeRole", "sts:TagSession"]).principals(services(["eks.amazonaws.com"]));
    let role = role_trusting(stack, settings, "cluster", trust);
    let cluster_policy = grant_aws_policy(stack, settings, &role, "cluster", "AmazonEKSClusterPolicy");
    let secrets = allow("EncryptSecrets", ["kms:Encrypt", "kms:Decrypt", "kms:ListGrants", "kms:DescribeKey"]);
    let secrets_policy = grant(stack, settings, &role, "cluster-secrets", secrets.resources([&keys.secrets]));
    // EKS would make the group itself, without retention or key: it must be there first.
    let logs = aws_cloudwatch_log_group("control_plane")
        .name(format!("/aws/eks/{}/cluster", settings.name))
        .retention_in_days(settings.cluster.log_retention_days)
        .kms_key_id(&keys.logs)
        .add_to(stack);

    aws_eks_cluster("main")
        .name(&settings.name)
        .version(settings.cluster.kubernetes_version)
        .role_arn(role.arn())
        .enabled_cluster_log_types(&settings.cluster.log_types)
        // Add-ons are resources of their own, so that nothing unmanaged runs under their names.
        .bootstrap_self_managed_addons(false)
        .access_config(
            aws_eks_cluster::access_config()
                .authentication_mode("API")
                .bootstrap_cluster_creator_admin_permissions(false),
        )
        .vpc_config(vpc_config(settings, network, groups))
        .kubernetes_network_config(
            aws_eks_cluster::kubernetes_network_config()
                .ip_family("ipv4")
                .service_ipv4_cidr(settings.cluster.service_cidr),
        )
        .encryption_config(
            aws_eks_cluster::encryption_config()
                .resources(["secrets"])
                .provider(aws_eks_cluster::encryption_config::provider().key_arn(&keys.secrets)),
        )
        .upgrade_policy(aws_eks_cluster::upgrade_policy().support_type(settings.cluster.support_type))
        .zonal_shift_config(aws_eks_cluster::zonal_shift_config().enabled(settings.cluster.zonal_shift))
        .depends_on((&cluster_policy, &secrets_policy, &logs))
        .add_to(stack)
}

fn vpc_config(
    settings: &Settings,
    network: &Network,
    groups: &SecurityGroups,
) -> impl synth_framework::IntoBlocks<aws_eks_cluster::vpc_config::Shape> {
    let public = &settings.cluster.public_access_cidrs;
    let config = aws_eks_cluster::vpc_config()
        .subnet_ids(network.intra.iter().map(|subnet| subnet.id()))
        .security_group_ids([groups.control_plane.id()])
        .endpoint_private_access(true)
        .endpoint_public_access(!public.is_empty());
    if public.is_empty() { config } else { config.public_access_cidrs(public) }
}

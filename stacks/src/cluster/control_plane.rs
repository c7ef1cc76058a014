//! The EKS control plane: API access entries only, encrypted secrets, logs, a private endpoint.

use synth_bindings::{LogGroupName, aws_cloudwatch_log_group, aws_eks_cluster};
use synth_framework::{
    Stack,
    functions::{alltrue, contains, endswith, for_in, length},
    run, text,
};

use super::{encryption::Keys, network::Network, security_groups::SecurityGroups};
use crate::{
    iam::{allow, grant, grant_aws_policy, role_trusting, services},
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

    let cluster = aws_eks_cluster("main")
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
        .zonal_shift_config(aws_eks_cluster::zonal_shift_config().enabled(settings.cluster.zonal_shift.in_aws()))
        .depends_on((&cluster_policy, &secrets_policy, &logs))
        .add_to(stack);
    test(keys, &cluster, &logs, stack);
    cluster
}

fn test(keys: &Keys, cluster: &aws_eks_cluster::Handle, logs: &aws_cloudwatch_log_group::Handle, stack: &Stack) {
    let encryption = cluster.encryption_config();
    run("secrets_are_encrypted")
        .assert(contains::<String>(encryption.resources(), "secrets"), "Secrets lie in etcd as they are")
        .assert(encryption.provider().key_arn().equals(&keys.secrets), "no key of this stack encrypts Secrets")
        .add_to(stack);
    let vpc = cluster.vpc_config();
    let named = for_in::<String, bool, _>("range", vpc.public_access_cidrs(), |range| !endswith(range, "/0"));
    // Without a list EKS lets everyone in.
    let some = length(vpc.public_access_cidrs()).greater_than(0);
    run("the_endpoint_is_never_open_to_everyone")
        .assert(vpc.endpoint_private_access(), "nodes reach the API over the internet alone")
        .assert(
            vpc.endpoint_public_access().equals(false).or(some.and(alltrue(named))),
            "anyone reaches the public endpoint",
        )
        .add_to(stack);
    let access = cluster.access_config();
    run("access_entries_alone_let_people_in")
        .assert(access.authentication_mode().equals("API"), "a ConfigMap in the cluster can let people in")
        .assert(
            access.bootstrap_cluster_creator_admin_permissions().equals(false),
            "whoever made the cluster administers it for good",
        )
        .add_to(stack);
    run("no_add_on_runs_unmanaged")
        .assert(cluster.bootstrap_self_managed_addons().equals(false), "EKS installs add-ons that nothing upgrades")
        .add_to(stack);
    run("control_plane_logs_are_kept_for_a_while")
        .assert(logs.retention_in_days().at_least(1), "logs are kept without a limit")
        .assert(
            logs.name().equals(LogGroupName::literal(text!("/aws/eks/{}/cluster", cluster.name()))),
            "the cluster writes its logs elsewhere, without a limit",
        )
        .add_to(stack);
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

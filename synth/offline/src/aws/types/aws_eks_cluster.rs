//! Facts of `aws_eks_cluster`.

use super::{
    Facts,
    Rule::{Arn, In, Length, Range},
};
use crate::value::Value;

pub(super) const RESOURCE: Facts = Facts {
    identity: &["name"],
    rules: &[
        Arn("encryption_config.provider.key_arn"),
        Arn("role_arn"),
        In("access_config.authentication_mode", &["API", "API_AND_CONFIG_MAP", "CONFIG_MAP"]),
        In("enabled_cluster_log_types", &["api", "audit", "authenticator", "controllerManager", "scheduler"]),
        In("upgrade_policy.support_type", &["EXTENDED", "STANDARD"]),
        Length("name", 100),
        Range("kubernetes_network_config.service_ipv4_cidr"),
        Range("vpc_config.public_access_cidrs"),
    ],
    replaces: Some(&[
        "access_config.bootstrap_cluster_creator_admin_permissions",
        "bootstrap_self_managed_addons",
        "encryption_config.provider",
        "kubernetes_network_config.ip_family",
        "kubernetes_network_config.service_ipv4_cidr",
        "name",
        "outpost_config",
        "remote_network_config",
        "role_arn",
    ]),
    // Secrets that are encrypted once stay so for as long as the cluster lives.
    replaces_by: &[("encryption_config", |keys| keys.is_none_or(Value::is_empty))],
    defaults: &[
        ("bootstrap_self_managed_addons", "true"),
        ("vpc_config.endpoint_private_access", "false"),
        ("vpc_config.endpoint_public_access", "true"),
    ],
    computed_blocks: &[
        "access_config",
        "kubernetes_network_config",
        "kubernetes_network_config.elastic_load_balancing",
        "remote_network_config.remote_pod_networks",
        "upgrade_policy",
    ],
    templates: &[
        ("access_config.authentication_mode", "API"),
        ("access_config.bootstrap_cluster_creator_admin_permissions", "false"),
        ("arn", "arn:{partition}:eks:{region}:{account}:cluster/{name}"),
        ("certificate_authority.data", "{certificate}"),
        ("cluster_id", ""),
        ("endpoint", "https://{hexupper:32:cluster}.gr7.{region}.eks.{dns_suffix}"),
        ("id", "{name}"),
        ("identity.oidc.issuer", "https://oidc.eks.{region}.{dns_suffix}/id/{hexupper:32:cluster}"),
        ("kubernetes_network_config.elastic_load_balancing.enabled", "false"),
        ("kubernetes_network_config.ip_family", "ipv4"),
        ("kubernetes_network_config.service_ipv4_cidr", "172.20.0.0/16"),
        ("kubernetes_network_config.service_ipv6_cidr", ""),
        ("platform_version", "eks.7"),
        ("role_arn", "arn:{partition}:iam::{account}:role/{name}-cluster"),
        ("status", "ACTIVE"),
        ("upgrade_policy.support_type", "EXTENDED"),
        ("version", "{kubernetes}"),
        ("vpc_config.cluster_security_group_id", "sg-0{hex:16}"),
        ("vpc_config.public_access_cidrs", "0.0.0.0/0"),
        ("vpc_config.vpc_id", "vpc-0{hex:16}"),
    ],
    ..Facts::new("aws_eks_cluster")
};

pub(super) const DATA: Facts = Facts {
    templates: &[
        ("access_config.bootstrap_cluster_creator_admin_permissions", "false"),
        ("vpc_config.endpoint_private_access", "true"),
        ("vpc_config.security_group_ids", ""),
        ("vpc_config.subnet_ids", "subnet-0{hex:16:a},subnet-0{hex:16:b},subnet-0{hex:16:c}"),
        ("zonal_shift_config.enabled", "true"),
    ],
    ..Facts::new("data.aws_eks_cluster")
};

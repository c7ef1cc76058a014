//! What cannot be changed in place: `ForceNew` of the provider's resources.

use crate::value::{Mapping, Value};

/// The attributes of each type that replace it; a block stands for all that is in it. From the provider's source,
/// version 5.100.
const REPLACEMENTS: &[(&str, &[&str])] = &[
    (
        "aws_backup_selection",
        &["iam_role_arn", "name", "plan_id", "resources", "not_resources", "condition", "selection_tag"],
    ),
    ("aws_backup_vault", &["kms_key_arn", "name"]),
    ("aws_budgets_budget", &["account_id", "name", "name_prefix"]),
    ("aws_cloudwatch_event_rule", &["event_bus_name", "name", "name_prefix"]),
    ("aws_cloudwatch_event_target", &["event_bus_name", "rule", "target_id"]),
    ("aws_cloudwatch_log_group", &["log_group_class", "name", "name_prefix"]),
    ("aws_default_security_group", &["vpc_id"]),
    ("aws_ec2_subnet_cidr_reservation", &["cidr_block", "description", "reservation_type", "subnet_id"]),
    ("aws_ecr_lifecycle_policy", &["policy", "repository"]),
    ("aws_ecr_repository", &["encryption_configuration", "name"]),
    ("aws_eip", &["address", "domain", "ipam_pool_id", "network_border_group", "public_ipv4_pool", "vpc"]),
    ("aws_eks_access_entry", &["cluster_name", "principal_arn", "type"]),
    ("aws_eks_access_policy_association", &["access_scope", "cluster_name", "policy_arn", "principal_arn"]),
    ("aws_eks_addon", &["addon_name", "cluster_name"]),
    (
        "aws_eks_cluster",
        &[
            "access_config.bootstrap_cluster_creator_admin_permissions",
            "bootstrap_self_managed_addons",
            "encryption_config.provider",
            "kubernetes_network_config.ip_family",
            "kubernetes_network_config.service_ipv4_cidr",
            "name",
            "outpost_config",
            "remote_network_config",
            "role_arn",
        ],
    ),
    (
        "aws_eks_node_group",
        &[
            "ami_type",
            "capacity_type",
            "cluster_name",
            "disk_size",
            "instance_types",
            "launch_template.id",
            "launch_template.name",
            "node_group_name",
            "node_group_name_prefix",
            "node_role_arn",
            "remote_access",
            "subnet_ids",
        ],
    ),
    ("aws_eks_pod_identity_association", &["cluster_name", "namespace", "service_account"]),
    (
        "aws_flow_log",
        &[
            "deliver_cross_account_role",
            "destination_options",
            "eni_id",
            "iam_role_arn",
            "log_destination",
            "log_destination_type",
            "log_format",
            "log_group_name",
            "max_aggregation_interval",
            "subnet_id",
            "traffic_type",
            "transit_gateway_attachment_id",
            "transit_gateway_id",
            "vpc_id",
        ],
    ),
    ("aws_iam_instance_profile", &["name", "name_prefix", "path"]),
    ("aws_iam_openid_connect_provider", &["url"]),
    ("aws_iam_policy", &["description", "name", "name_prefix", "path"]),
    ("aws_iam_role", &["name", "name_prefix", "path"]),
    ("aws_iam_role_policy", &["name", "name_prefix", "role"]),
    ("aws_iam_role_policy_attachment", &["policy_arn", "role"]),
    ("aws_iam_service_linked_role", &["aws_service_name", "custom_suffix"]),
    ("aws_internet_gateway", &[]),
    ("aws_kms_alias", &["name", "name_prefix"]),
    ("aws_kms_key", &["custom_key_store_id", "customer_master_key_spec", "key_usage", "multi_region", "xks_key_id"]),
    ("aws_launch_template", &["name", "name_prefix"]),
    ("aws_nat_gateway", &["allocation_id", "connectivity_type", "private_ip", "subnet_id"]),
    (
        "aws_route",
        &["destination_cidr_block", "destination_ipv6_cidr_block", "destination_prefix_list_id", "route_table_id"],
    ),
    ("aws_route_table", &["vpc_id"]),
    ("aws_route_table_association", &["gateway_id", "subnet_id"]),
    ("aws_s3_bucket", &["bucket", "bucket_prefix", "object_lock_enabled"]),
    ("aws_s3_bucket_lifecycle_configuration", &["bucket", "expected_bucket_owner"]),
    ("aws_s3_bucket_logging", &["bucket", "expected_bucket_owner"]),
    ("aws_s3_bucket_ownership_controls", &["bucket"]),
    ("aws_s3_bucket_policy", &["bucket"]),
    ("aws_s3_bucket_public_access_block", &["bucket"]),
    ("aws_s3_bucket_server_side_encryption_configuration", &["bucket", "expected_bucket_owner"]),
    ("aws_s3_bucket_versioning", &["bucket", "expected_bucket_owner"]),
    ("aws_security_group", &["description", "name", "name_prefix", "vpc_id"]),
    ("aws_sqs_queue", &["fifo_queue", "name", "name_prefix"]),
    ("aws_sqs_queue_policy", &["queue_url"]),
    (
        "aws_subnet",
        &["availability_zone", "availability_zone_id", "cidr_block", "ipv6_native", "outpost_arn", "vpc_id"],
    ),
    ("aws_vpc", &["cidr_block", "ipv4_ipam_pool_id", "ipv4_netmask_length"]),
    (
        "aws_vpc_endpoint",
        &[
            "resource_configuration_arn",
            "service_name",
            "service_network_arn",
            "service_region",
            "vpc_endpoint_type",
            "vpc_id",
        ],
    ),
    ("aws_vpc_security_group_egress_rule", &["security_group_id"]),
    ("aws_vpc_security_group_ingress_rule", &["security_group_id"]),
];

/// What replaces a type that has no line above: what names a thing or places it.
const DEFAULT: &[&str] = &[
    "availability_zone",
    "bucket",
    "cidr_block",
    "cluster_name",
    "name",
    "name_prefix",
    "region",
    "subnet_id",
    "vpc_id",
];

/// Does a change of this attribute replace the resource?
pub(crate) fn replaces(kind: &str, path: &str, planned: &Mapping) -> bool {
    match (kind, path) {
        // Secrets that are encrypted once stay so for as long as the cluster lives.
        ("aws_eks_cluster", "encryption_config") => return planned.get(path).is_none_or(Value::is_empty),
        // A network may leave dedicated hardware, and never come to it.
        ("aws_vpc", "instance_tenancy") => return planned.get(path).and_then(Value::as_text) != Some("default"),
        _ => {}
    }
    let rules = REPLACEMENTS.iter().find(|(name, _)| *name == kind).map_or(DEFAULT, |(_, rules)| rules);
    rules.iter().any(|rule| path.strip_prefix(rule).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_ranges_replace_and_tags_do_not() {
        let replaces = |kind, path| replaces(kind, path, &Mapping::new());
        assert!(replaces("aws_vpc", "cidr_block"));
        assert!(replaces("aws_eks_cluster", "name"));
        assert!(!replaces("aws_vpc", "tags"));
        assert!(!replaces("aws_eks_cluster", "version"));
    }

    #[test]
    fn a_block_stands_for_all_that_is_in_it() {
        let replaces = |kind, path| replaces(kind, path, &Mapping::new());
        assert!(replaces("aws_ecr_repository", "encryption_configuration.kms_key"));
        assert!(!replaces("aws_ecr_repository", "encryption_configuration_of_another"));
    }

    #[test]
    fn a_network_leaves_dedicated_hardware_in_place_and_comes_to_it_anew() {
        let planned = |tenancy: &str| Mapping::from([("instance_tenancy".into(), tenancy.into())]);
        assert!(replaces("aws_vpc", "instance_tenancy", &planned("dedicated")));
        assert!(!replaces("aws_vpc", "instance_tenancy", &planned("default")));
    }

    #[test]
    fn every_type_with_a_line_is_one_that_has_bindings() {
        let provider = crate::server::Provider::aws(crate::AwsVersion::Oldest).unwrap();
        for (kind, rules) in REPLACEMENTS {
            let schema = provider.schema.resource_schemas.get(*kind).unwrap_or_else(|| panic!("no schema of {kind}"));
            for rule in *rules {
                let mut level = schema.block.level();
                let mut found = true;
                for name in rule.split('.') {
                    found = found && (level.attributes.contains_key(name) || level.blocks.contains_key(name));
                    level = level.blocks.get(name).map_or(level, |block| block.block.level());
                }
                assert!(found, "{kind} has no {rule}");
            }
        }
    }
}

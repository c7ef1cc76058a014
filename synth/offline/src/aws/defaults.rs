//! What the provider says at plan for what a configuration leaves out.
//!
//! A schema shows neither: the provider is made with an SDK that keeps defaults to itself, and that lets blocks be
//! computed. The tables are what the provider of version 5.100.0 plans for each type with its required arguments alone.

use super::documents;
use crate::{
    cloud::Change,
    value::{Mapping, Value},
};

/// Type, path, and the default as JSON.
const DEFAULTS: &[(&str, &str, &str)] = &[
    ("aws_backup_plan", "rule.completion_window", "180"),
    ("aws_backup_plan", "rule.schedule_expression_timezone", r#""Etc/UTC""#),
    ("aws_backup_plan", "rule.start_window", "60"),
    ("aws_backup_vault", "force_destroy", "false"),
    ("aws_budgets_budget", "cost_types.include_credit", "true"),
    ("aws_budgets_budget", "cost_types.include_discount", "true"),
    ("aws_budgets_budget", "cost_types.include_other_subscription", "true"),
    ("aws_budgets_budget", "cost_types.include_recurring", "true"),
    ("aws_budgets_budget", "cost_types.include_refund", "true"),
    ("aws_budgets_budget", "cost_types.include_subscription", "true"),
    ("aws_budgets_budget", "cost_types.include_support", "true"),
    ("aws_budgets_budget", "cost_types.include_tax", "true"),
    ("aws_budgets_budget", "cost_types.include_upfront", "true"),
    ("aws_budgets_budget", "cost_types.use_amortized", "false"),
    ("aws_budgets_budget", "cost_types.use_blended", "false"),
    ("aws_budgets_budget", "time_period_end", r#""2087-06-15_00:00""#),
    ("aws_cloudwatch_event_rule", "event_bus_name", r#""default""#),
    ("aws_cloudwatch_event_rule", "force_destroy", "false"),
    ("aws_cloudwatch_event_target", "ecs_target.enable_ecs_managed_tags", "false"),
    ("aws_cloudwatch_event_target", "ecs_target.enable_execute_command", "false"),
    ("aws_cloudwatch_event_target", "ecs_target.task_count", "1"),
    ("aws_cloudwatch_event_target", "event_bus_name", r#""default""#),
    ("aws_cloudwatch_event_target", "force_destroy", "false"),
    ("aws_cloudwatch_log_group", "retention_in_days", "0"),
    ("aws_cloudwatch_log_group", "skip_destroy", "false"),
    ("aws_default_security_group", "revoke_rules_on_delete", "false"),
    ("aws_ecr_repository", "image_tag_mutability", r#""MUTABLE""#),
    ("aws_eks_access_entry", "type", r#""STANDARD""#),
    ("aws_eks_cluster", "bootstrap_self_managed_addons", "true"),
    ("aws_eks_cluster", "vpc_config.endpoint_private_access", "false"),
    ("aws_eks_cluster", "vpc_config.endpoint_public_access", "true"),
    ("aws_flow_log", "destination_options.hive_compatible_partitions", "false"),
    ("aws_flow_log", "destination_options.per_hour_partition", "false"),
    ("aws_flow_log", "log_destination_type", r#""cloud-watch-logs""#),
    ("aws_flow_log", "max_aggregation_interval", "600"),
    ("aws_iam_instance_profile", "path", r#""/""#),
    ("aws_iam_policy", "path", r#""/""#),
    ("aws_iam_role", "force_detach_policies", "false"),
    ("aws_iam_role", "max_session_duration", "3600"),
    ("aws_iam_role", "path", r#""/""#),
    ("aws_kms_key", "bypass_policy_lockout_safety_check", "false"),
    ("aws_kms_key", "customer_master_key_spec", r#""SYMMETRIC_DEFAULT""#),
    ("aws_kms_key", "enable_key_rotation", "false"),
    ("aws_kms_key", "is_enabled", "true"),
    ("aws_kms_key", "key_usage", r#""ENCRYPT_DECRYPT""#),
    ("aws_nat_gateway", "connectivity_type", r#""public""#),
    ("aws_s3_bucket", "force_destroy", "false"),
    ("aws_s3_bucket", "versioning.mfa_delete", "false"),
    ("aws_s3_bucket_lifecycle_configuration", "rule.expiration.days", "0"),
    ("aws_s3_bucket_lifecycle_configuration", "rule.expiration.expired_object_delete_marker", "false"),
    ("aws_s3_bucket_lifecycle_configuration", "rule.filter.and.object_size_greater_than", "0"),
    ("aws_s3_bucket_lifecycle_configuration", "rule.filter.and.object_size_less_than", "0"),
    ("aws_s3_bucket_lifecycle_configuration", "rule.filter.and.prefix", r#""""#),
    ("aws_s3_bucket_lifecycle_configuration", "rule.filter.object_size_greater_than", "null"),
    ("aws_s3_bucket_lifecycle_configuration", "rule.filter.object_size_less_than", "null"),
    ("aws_s3_bucket_lifecycle_configuration", "rule.noncurrent_version_expiration.newer_noncurrent_versions", "null"),
    ("aws_s3_bucket_lifecycle_configuration", "rule.noncurrent_version_transition.newer_noncurrent_versions", "null"),
    ("aws_s3_bucket_lifecycle_configuration", "rule.prefix", r#""""#),
    ("aws_s3_bucket_lifecycle_configuration", "rule.transition.days", "0"),
    (
        "aws_s3_bucket_lifecycle_configuration",
        "transition_default_minimum_object_size",
        r#""all_storage_classes_128K""#,
    ),
    ("aws_s3_bucket_public_access_block", "block_public_acls", "false"),
    ("aws_s3_bucket_public_access_block", "block_public_policy", "false"),
    ("aws_s3_bucket_public_access_block", "ignore_public_acls", "false"),
    ("aws_s3_bucket_public_access_block", "restrict_public_buckets", "false"),
    ("aws_security_group", "description", r#""Managed by Terraform""#),
    ("aws_security_group", "revoke_rules_on_delete", "false"),
    ("aws_sqs_queue", "content_based_deduplication", "false"),
    ("aws_sqs_queue", "delay_seconds", "0"),
    ("aws_sqs_queue", "fifo_queue", "false"),
    ("aws_sqs_queue", "max_message_size", "262144"),
    ("aws_sqs_queue", "message_retention_seconds", "345600"),
    ("aws_sqs_queue", "receive_wait_time_seconds", "0"),
    ("aws_sqs_queue", "visibility_timeout_seconds", "30"),
    ("aws_subnet", "assign_ipv6_address_on_creation", "false"),
    ("aws_subnet", "enable_dns64", "false"),
    ("aws_subnet", "enable_resource_name_dns_a_record_on_launch", "false"),
    ("aws_subnet", "enable_resource_name_dns_aaaa_record_on_launch", "false"),
    ("aws_subnet", "ipv6_native", "false"),
    ("aws_subnet", "map_public_ip_on_launch", "false"),
    ("aws_vpc", "enable_dns_support", "true"),
    ("aws_vpc", "instance_tenancy", r#""default""#),
    ("aws_vpc_endpoint", "vpc_endpoint_type", r#""Gateway""#),
];

/// Blocks that AWS fills where the configuration has none, by type and path.
const COMPUTED_BLOCKS: &[(&str, &[&str])] = &[
    ("aws_backup_selection", &["condition"]),
    ("aws_budgets_budget", &["cost_filter", "cost_types"]),
    (
        "aws_eks_cluster",
        &[
            "access_config",
            "kubernetes_network_config",
            "kubernetes_network_config.elastic_load_balancing",
            "remote_network_config.remote_pod_networks",
            "upgrade_policy",
        ],
    ),
    ("aws_eks_node_group", &["node_repair_config", "update_config"]),
    ("aws_iam_role", &["inline_policy"]),
    ("aws_launch_template", &["metadata_options"]),
    (
        "aws_s3_bucket",
        &[
            "cors_rule",
            "grant",
            "lifecycle_rule",
            "logging",
            "object_lock_configuration",
            "replication_configuration",
            "server_side_encryption_configuration",
            "versioning",
            "website",
        ],
    ),
    ("aws_vpc_endpoint", &["dns_options", "subnet_configuration"]),
];

/// What stays as it is when the configuration no longer has it (`SuppressMissingOptionalConfigurationBlock` and the
/// like).
const KEPT: &[(&str, &str)] = &[
    ("aws_cloudwatch_event_rule", "is_enabled"),
    ("aws_cloudwatch_event_rule", "state"),
    ("aws_cloudwatch_event_target", "sagemaker_pipeline_target"),
    ("aws_ecr_repository", "encryption_configuration"),
    ("aws_flow_log", "destination_options"),
];

/// Puts defaults, computed blocks and normal forms into a plan.
pub(crate) fn plan(change: &Change<'_>, planned: &mut Mapping) {
    for (_, path, default) in DEFAULTS.iter().filter(|(kind, ..)| *kind == change.kind) {
        let default = serde_json::from_str(default).expect("the table holds JSON");
        complete(planned, change.config, path, &Value::from_json(default));
    }
    let blocks = COMPUTED_BLOCKS.iter().find(|(kind, _)| *kind == change.kind).map_or(&[][..], |(_, blocks)| blocks);
    for block in blocks {
        compute(planned, change.config, change.prior, block);
    }
    for (_, name) in KEPT.iter().filter(|(kind, _)| *kind == change.kind) {
        if let (true, Some(prior)) = (change.config.get(*name).is_none_or(Value::is_empty), change.prior) {
            planned.insert((*name).to_owned(), prior.get(*name).cloned().unwrap_or_default());
        }
    }
    match change.kind {
        "aws_s3_bucket_lifecycle_configuration" => prefixes(planned, change.config),
        // The state has the address without its scheme, which makes no difference.
        "aws_iam_openid_connect_provider" => {
            let given = change.config.get("url").and_then(Value::as_text).unwrap_or_default();
            let before = change.prior.and_then(|prior| prior.get("url")).and_then(Value::as_text);
            if let Some(bare) = before.filter(|before| given.strip_prefix("https://") == Some(before)) {
                planned.insert("url".to_owned(), bare.into());
            }
        }
        "aws_sqs_queue" if change.prior.is_none() && managed_encryption(change.config) => {
            complete(planned, change.config, "kms_data_key_reuse_period_seconds", &Value::whole(0));
        }
        _ => {}
    }
    documents::plan(change, planned);
}

/// Puts a default wherever its path leads to what the configuration leaves out.
fn complete(planned: &mut Mapping, config: &Mapping, path: &str, default: &Value) {
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    let given = config.get(first).unwrap_or(&Value::Null);
    match planned.get_mut(first) {
        Some(value) if rest.is_empty() && given.is_null() => *value = default.clone(),
        Some(Value::Sequence(blocks)) if !rest.is_empty() => {
            for (block, given) in blocks.iter_mut().zip(given.as_sequence().unwrap_or_default()) {
                if let (Value::Mapping(block), Value::Mapping(given)) = (block, given) {
                    complete(block, given, rest, default);
                }
            }
        }
        _ => {}
    }
}

/// Does a queue ask for the keys of SQS itself? Then it says at once that no key of KMS is ever used again.
fn managed_encryption(config: &Mapping) -> bool {
    config.get("sqs_managed_sse_enabled") == Some(&Value::Bool(true))
}

/// Leaves a block to AWS wherever its path leads to one that the configuration leaves out.
fn compute(planned: &mut Mapping, config: &Mapping, prior: Option<&Mapping>, path: &str) {
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    let given = config.get(first).and_then(Value::as_sequence).unwrap_or_default();
    if rest.is_empty() {
        if given.is_empty() {
            let before = prior.map_or(Value::Unknown, |prior| prior.get(first).cloned().unwrap_or_default());
            planned.insert(first.to_owned(), before);
        }
        return;
    }
    let Some(Value::Sequence(blocks)) = planned.get_mut(first) else { return };
    for (index, (block, given)) in blocks.iter_mut().zip(given).enumerate() {
        let before = prior.map(|prior| prior.get(first).and_then(Value::as_sequence)?.get(index)?.as_mapping());
        if let (Value::Mapping(block), Value::Mapping(given)) = (block, given) {
            match before {
                None => compute(block, given, None, rest),
                Some(Some(before)) => compute(block, given, Some(before), rest),
                // In a block that joins a resource which is there already, nothing is left to AWS.
                Some(None) => {}
            }
        }
    }
}

/// A filter of objects has a prefix, an empty one, only where it has nothing else.
fn prefixes(planned: &mut Mapping, config: &Mapping) {
    let blocks = |value: Option<&Value>| value.and_then(Value::as_sequence).unwrap_or_default().to_vec();
    let Some(Value::Sequence(rules)) = planned.get_mut("rule") else { return };
    for (rule, given) in rules.iter_mut().zip(blocks(config.get("rule"))) {
        let Value::Mapping(rule) = rule else { continue };
        let Some(Value::Sequence(filters)) = rule.get_mut("filter") else { continue };
        for (filter, given) in filters.iter_mut().zip(blocks(Some(given.member("filter")))) {
            let (Value::Mapping(filter), Value::Mapping(given)) = (filter, given) else { continue };
            let empty = given.values().all(Value::is_empty);
            complete(filter, &given, "prefix", &if empty { Value::text("") } else { Value::Null });
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value as Json;

    use super::*;

    #[test]
    fn every_line_is_of_a_type_that_has_bindings() {
        let provider = crate::server::Provider::aws(crate::AwsVersion::Oldest).unwrap();
        let of = |kind: &str| {
            &provider.schema.resource_schemas.get(kind).unwrap_or_else(|| panic!("no schema of {kind}")).block
        };
        for (kind, path, default) in DEFAULTS {
            let (block, name) = path.rsplit_once('.').map_or((of(kind), *path), |(blocks, name)| {
                (blocks.split('.').fold(of(kind), |block, name| &block.block_types[name].block), name)
            });
            assert!(block.attributes[name].optional, "{kind}.{path}");
            assert!(serde_json::from_str::<Json>(default).is_ok(), "{kind}.{path}");
        }
        for (kind, blocks) in COMPUTED_BLOCKS {
            for block in *blocks {
                block.split('.').fold(of(kind), |of, name| &of.block_types[name].block);
            }
        }
    }
}

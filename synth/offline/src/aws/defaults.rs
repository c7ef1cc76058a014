//! What the provider says at plan for what a configuration leaves out.
//!
//! A schema shows neither: the provider is made with an SDK that keeps defaults to itself, and that lets blocks be
//! computed. The tables are what the provider of version 5.100.0 plans for each type with its required arguments alone.

use serde_json::Value as Json;

use crate::{
    cloud::Change,
    value::{Mapping, Value},
};

/// Type, path, and the default as JSON.
const DEFAULTS: &[(&str, &str, &str)] = &[
    ("aws_backup_plan", "rule.completion_window", "180"),
    ("aws_backup_plan", "rule.enable_continuous_backup", "false"),
    ("aws_backup_plan", "rule.schedule", r#""""#),
    ("aws_backup_plan", "rule.schedule_expression_timezone", r#""Etc/UTC""#),
    ("aws_backup_plan", "rule.start_window", "60"),
    ("aws_backup_vault", "force_destroy", "false"),
    ("aws_budgets_budget", "time_period_end", r#""2087-06-15_00:00""#),
    ("aws_cloudwatch_event_rule", "event_bus_name", r#""default""#),
    ("aws_cloudwatch_event_rule", "force_destroy", "false"),
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

/// Blocks that AWS fills where the configuration has none, by type.
const COMPUTED_BLOCKS: &[(&str, &[&str])] = &[
    ("aws_backup_selection", &["condition"]),
    ("aws_budgets_budget", &["cost_filter", "cost_types"]),
    ("aws_eks_cluster", &["access_config", "kubernetes_network_config", "upgrade_policy"]),
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

/// Documents that the provider plans with sorted keys and without spaces.
const NORMALIZED: &[(&str, &str)] = &[
    ("aws_ecr_lifecycle_policy", "policy"),
    ("aws_iam_policy", "policy"),
    ("aws_iam_role", "assume_role_policy"),
    ("aws_kms_key", "policy"),
    ("aws_s3_bucket_policy", "policy"),
    ("aws_sqs_queue_policy", "policy"),
];

/// Puts defaults, computed blocks and normal forms into a plan.
pub(crate) fn plan(change: &Change<'_>, planned: &mut Mapping) {
    for (_, path, default) in DEFAULTS.iter().filter(|(kind, ..)| *kind == change.kind) {
        let default = serde_json::from_str(default).expect("the table holds JSON");
        complete(planned, path, &Value::from_json(default));
    }
    let blocks = COMPUTED_BLOCKS.iter().find(|(kind, _)| *kind == change.kind).map_or(&[][..], |(_, blocks)| blocks);
    for block in blocks {
        let absent = |value: Option<&Value>| value.and_then(Value::as_sequence).is_some_and(<[Value]>::is_empty);
        if absent(change.config.get(*block)) {
            let before = change.prior.map_or(Value::Unknown, |prior| prior.get(*block).cloned().unwrap_or_default());
            planned.insert((*block).to_owned(), before);
        }
    }
    for (_, name) in NORMALIZED.iter().filter(|(kind, _)| *kind == change.kind) {
        if let Some(Value::String(text)) = planned.get_mut(*name) {
            *text = normalized(text).unwrap_or_else(|| text.clone());
        }
    }
}

/// Puts a default wherever its path leads to nothing.
fn complete(members: &mut Mapping, path: &str, default: &Value) {
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    match members.get_mut(first) {
        Some(value @ Value::Null) if rest.is_empty() => *value = default.clone(),
        Some(Value::Sequence(blocks)) if !rest.is_empty() => {
            for block in blocks {
                if let Value::Mapping(members) = block {
                    complete(members, rest, default);
                }
            }
        }
        _ => {}
    }
}

fn normalized(text: &str) -> Option<String> {
    let mut json: Json = serde_json::from_str(text).ok()?;
    json.sort_all_objects();
    Some(super::policy::escaped(&json.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_of_a_type_that_has_bindings() {
        let provider = crate::server::Provider::aws().unwrap();
        let of =
            |kind: &str| &provider.schema.resources.get(kind).unwrap_or_else(|| panic!("no schema of {kind}")).block;
        for (kind, path, default) in DEFAULTS {
            let (block, name) = path.rsplit_once('.').map_or((of(kind), *path), |(blocks, name)| {
                (blocks.split('.').fold(of(kind), |block, name| &block.blocks[name].block), name)
            });
            assert!(block.attributes[name].optional, "{kind}.{path}");
            assert!(serde_json::from_str::<Json>(default).is_ok(), "{kind}.{path}");
        }
        for (kind, blocks) in COMPUTED_BLOCKS {
            assert!(blocks.iter().all(|block| of(kind).blocks.contains_key(*block)), "{kind}");
        }
    }

    #[test]
    fn a_document_is_normal_with_sorted_keys_and_without_spaces() {
        let text = "{ \"b\": {\"d\": 1, \"c\": \"<\"}, \"a\": [] }";
        assert_eq!(normalized(text).unwrap(), r#"{"a":[],"b":{"c":"\u003c","d":1}}"#);
    }
}

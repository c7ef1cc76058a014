//! Facts of `aws_kms_key`.

use super::{
    Document::Sorted,
    Facts,
    Rule::{Between, Json},
};

pub(super) const RESOURCE: Facts = Facts {
    rules: &[Between("deletion_window_in_days", 7, 30), Between("rotation_period_in_days", 90, 2560), Json("policy")],
    replaces: Some(&["custom_key_store_id", "customer_master_key_spec", "key_usage", "multi_region", "xks_key_id"]),
    defaults: &[
        ("bypass_policy_lockout_safety_check", "false"),
        ("customer_master_key_spec", r#""SYMMETRIC_DEFAULT""#),
        ("enable_key_rotation", "false"),
        ("is_enabled", "true"),
        ("key_usage", r#""ENCRYPT_DECRYPT""#),
    ],
    documents: &[Sorted("policy")],
    templates: &[
        ("arn", "arn:{partition}:kms:{region}:{account}:key/{id}"),
        ("id", "{uuid}"),
        ("key_id", "{id}"),
        ("policy", "{key_policy}"),
        ("rotation_period_in_days", "365"),
    ],
    ..Facts::new("aws_kms_key")
};

pub(super) const DATA: Facts = Facts {
    templates: &[
        ("aws_account_id", "{account}"),
        ("cloud_hsm_cluster_id", ""),
        ("creation_date", "{created}"),
        ("custom_key_store_id", ""),
        ("customer_master_key_spec", "SYMMETRIC_DEFAULT"),
        ("deletion_date", ""),
        ("description", ""),
        ("enabled", "true"),
        ("expiration_model", ""),
        ("key_manager", "CUSTOMER"),
        ("key_spec", "SYMMETRIC_DEFAULT"),
        ("key_state", "Enabled"),
        ("key_usage", "ENCRYPT_DECRYPT"),
        ("origin", "AWS_KMS"),
        ("valid_to", ""),
    ],
    ..Facts::new("data.aws_kms_key")
};

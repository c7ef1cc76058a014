//! Facts of `aws_sqs_queue`.

use super::{
    Document::Sorted,
    Facts,
    Rule::{Between, Json, Most},
};
use crate::{
    aws::defaults::complete,
    cloud::Change,
    value::{Mapping, Value},
};

pub(super) const RESOURCE: Facts = Facts {
    identity: &["name"],
    rules: &[
        Between("message_retention_seconds", 60, 1_209_600),
        Between("visibility_timeout_seconds", 0, 43200),
        Json("policy"),
        Most(&["kms_master_key_id", "sqs_managed_sse_enabled"]),
        Most(&["name", "name_prefix"]),
    ],
    replaces: Some(&["fifo_queue", "name", "name_prefix"]),
    defaults: &[
        ("content_based_deduplication", "false"),
        ("delay_seconds", "0"),
        ("fifo_queue", "false"),
        ("max_message_size", "262144"),
        ("message_retention_seconds", "345600"),
        ("receive_wait_time_seconds", "0"),
        ("visibility_timeout_seconds", "30"),
    ],
    documents: &[Sorted("policy"), Sorted("redrive_allow_policy"), Sorted("redrive_policy")],
    templates: &[
        ("arn", "arn:{partition}:sqs:{region}:{account}:{name}"),
        ("id", "{url}"),
        ("kms_data_key_reuse_period_seconds", "300"),
        ("sqs_managed_sse_enabled", "true"),
        ("url", "https://sqs.{region}.{dns_suffix}/{account}/{name}"),
    ],
    plan: Some(reuse),
    ..Facts::new("aws_sqs_queue")
};

/// A queue that asks for the keys of SQS itself says at once that no key of KMS is ever used again.
fn reuse(change: &Change<'_>, planned: &mut Mapping) {
    if change.prior.is_none() && change.config.get("sqs_managed_sse_enabled") == Some(&Value::Bool(true)) {
        complete(planned, change.config, "kms_data_key_reuse_period_seconds", &Value::whole(0));
    }
}

//! Facts of `aws_s3_bucket_lifecycle_configuration`.

use super::Facts;
use crate::{
    aws::defaults::complete,
    cloud::Change,
    value::{Mapping, Value},
};

pub(super) const RESOURCE: Facts = Facts {
    newer_sdk: true,
    replaces: Some(&["bucket", "expected_bucket_owner"]),
    defaults: &[
        ("rule.expiration.days", "0"),
        ("rule.expiration.expired_object_delete_marker", "false"),
        ("rule.filter.and.object_size_greater_than", "0"),
        ("rule.filter.and.object_size_less_than", "0"),
        ("rule.filter.and.prefix", r#""""#),
        ("rule.filter.object_size_greater_than", "null"),
        ("rule.filter.object_size_less_than", "null"),
        ("rule.noncurrent_version_expiration.newer_noncurrent_versions", "null"),
        ("rule.noncurrent_version_transition.newer_noncurrent_versions", "null"),
        ("rule.prefix", r#""""#),
        ("rule.transition.days", "0"),
        ("transition_default_minimum_object_size", r#""all_storage_classes_128K""#),
    ],
    templates: &[("id", "{bucket}"), ("transition_default_minimum_object_size", "all_storage_classes_128K")],
    plan: Some(prefixes),
    ..Facts::new("aws_s3_bucket_lifecycle_configuration")
};

/// A filter of objects has a prefix, an empty one, only where it has nothing else.
fn prefixes(change: &Change<'_>, planned: &mut Mapping) {
    let blocks = |value: Option<&Value>| value.and_then(Value::as_sequence).unwrap_or_default().to_vec();
    let Some(Value::Sequence(rules)) = planned.get_mut("rule") else { return };
    for (rule, given) in rules.iter_mut().zip(blocks(change.config.get("rule"))) {
        let Value::Mapping(rule) = rule else { continue };
        let Some(Value::Sequence(filters)) = rule.get_mut("filter") else { continue };
        for (filter, given) in filters.iter_mut().zip(blocks(Some(given.member("filter")))) {
            let (Value::Mapping(filter), Value::Mapping(given)) = (filter, given) else { continue };
            let empty = given.values().all(Value::is_empty);
            complete(filter, &given, "prefix", &if empty { Value::text("") } else { Value::Null });
        }
    }
}

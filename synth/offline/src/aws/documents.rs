//! JSON documents in arguments, which the provider plans in a form of its own, so that their layout makes no difference.

use serde_json::Value as Json;

use crate::{
    cloud::Change,
    value::{Mapping, Value},
};

/// Documents that the provider plans with sorted keys and without spaces.
const NORMALIZED: &[(&str, &str)] = &[
    ("aws_cloudwatch_event_rule", "event_pattern"),
    ("aws_ecr_lifecycle_policy", "policy"),
    ("aws_iam_policy", "policy"),
    ("aws_iam_role", "assume_role_policy"),
    ("aws_iam_role_policy", "policy"),
    ("aws_kms_key", "policy"),
    ("aws_s3_bucket", "policy"),
    ("aws_s3_bucket_policy", "policy"),
    ("aws_sqs_queue", "policy"),
    ("aws_sqs_queue", "redrive_allow_policy"),
    ("aws_sqs_queue", "redrive_policy"),
    ("aws_sqs_queue_policy", "policy"),
    ("aws_vpc_endpoint", "policy"),
];

/// Puts documents that the configuration gives into their normal form.
pub(crate) fn plan(change: &Change<'_>, planned: &mut Mapping) {
    let given = |name: &str| change.config.get(name).is_some_and(|value| !value.is_null());
    for (_, name) in NORMALIZED.iter().filter(|(kind, name)| *kind == change.kind && given(name)) {
        if let Some(Value::String(text)) = planned.get_mut(*name) {
            *text = normalized(text, change.kind == "aws_iam_role_policy").unwrap_or_else(|| text.clone());
        }
    }
}

/// The document with its keys sorted, its version before all others where that is so.
fn normalized(text: &str, version_first: bool) -> Option<String> {
    let mut json: Json = serde_json::from_str(text).ok()?;
    json.sort_all_objects();
    if let (true, Some(document)) = (version_first, json.as_object_mut())
        && let Some(version) = document.shift_remove("Version")
    {
        document.shift_insert(0, "Version".to_owned(), version);
    }
    Some(super::policy::escaped(&json.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_normal_with_sorted_keys_and_without_spaces() {
        let text = "{ \"b\": {\"d\": 1, \"c\": \"<\"}, \"a\": [] }";
        assert_eq!(normalized(text, false).unwrap(), r#"{"a":[],"b":{"c":"\u003c","d":1}}"#);
        let text = r#"{"Statement": [], "Id": "x", "Version": "2012-10-17"}"#;
        assert_eq!(normalized(text, true).unwrap(), r#"{"Version":"2012-10-17","Id":"x","Statement":[]}"#);
    }
}

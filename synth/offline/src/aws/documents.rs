//! JSON documents in arguments, which the provider plans in a form of its own, so that their layout makes no difference.

use serde_json::Value as Json;

use crate::{
    cloud::Change,
    value::{Mapping, Value},
};

/// A document that the provider plans without spaces, and with its keys in order.
#[derive(Debug)]
pub(super) enum Document {
    /// All keys sorted.
    Sorted(&'static str),
    /// The document's version before its other keys.
    VersionFirst(&'static str),
}

use Document::{Sorted, VersionFirst};

/// Puts documents that the configuration gives into their normal form.
pub(super) fn plan(documents: &[Document], change: &Change<'_>, planned: &mut Mapping) {
    for document in documents {
        let (Sorted(name) | VersionFirst(name)) = document;
        let given = change.config.get(*name).is_some_and(|value| !value.is_null());
        if let (true, Some(Value::String(text))) = (given, planned.get_mut(*name)) {
            let version_first = matches!(document, VersionFirst(_));
            *text = normalized(text, version_first).unwrap_or_else(|| text.clone());
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

//! The contents of files that are not Terraform JSON: the values of YAML and JSON, and any other text as it is.

use serde_json::Value as Json;

/// The contents of a file. What lies on disk may have been edited into any shape: what cannot be read stays a text.
pub(super) fn of(path: &str, text: &str) -> Json {
    let read = match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("json") => serde_json::from_str(text).ok(),
        Some("yaml" | "yml") => yaml(text),
        _ => None,
    };
    read.unwrap_or_else(|| Json::from(text))
}

/// One document is its value, several are a list of theirs.
fn yaml(text: &str) -> Option<Json> {
    let mut documents: Vec<Json> = serde_saphyr::from_multiple(text).ok()?;
    match documents.len() {
        1 => documents.pop(),
        _ => Some(documents.into()),
    }
}

/// The values of a text that is JSON itself, as a dashboard in a `ConfigMap` is.
pub(super) fn inside(text: &Json) -> Option<Json> {
    serde_json::from_str(text.as_str()?).ok().filter(|value: &Json| value.is_object() || value.is_array())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn yaml_and_json_are_values_and_the_rest_is_text() {
        assert_eq!(of("a/b.yaml", "# comment\na: [1, \"2\"]\n"), json!({ "a": [1, "2"] }));
        assert_eq!(of("values.json", "{\"a\": 1}"), json!({ "a": 1 }));
        assert_eq!(of("two.yaml", "a: 1\n---\nb: 2\n"), json!([{ "a": 1 }, { "b": 2 }]));
        assert_eq!(of("plan.jmx", "{}"), json!("{}"));
    }

    #[test]
    fn what_cannot_be_read_stays_a_text() {
        for (path, text) in [("a.yaml", "<<<<<<< HEAD\na: 1\n=======\na: 2\n"), ("a.json", "{"), ("a.yaml", "a: b: c")]
        {
            assert_eq!(of(path, text), json!(text));
        }
    }
}

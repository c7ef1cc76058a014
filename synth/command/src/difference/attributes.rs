//! The attributes that differ between two JSON values.

use std::fmt;

use serde_json::{Map, Value as Json};
use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::{
    contents,
    shown::{one, pair},
};
use crate::report::{ADDED, CHANGED, REMOVED};

/// One attribute that differs; at least one side is there.
#[derive(Debug, PartialEq)]
pub(crate) struct AttributeChange {
    /// Its path such as `tags["Name"]`; empty for the whole.
    path: String,
    old: Option<Json>,
    new: Option<Json>,
}

impl AttributeChange {
    /// The new value of the attribute, if its path ends with `end`; the items of lists do not count in the path.
    pub(super) fn becomes(&self, end: &str) -> Option<&Json> {
        self.path.replace("[0]", "").ends_with(end).then_some(self.new.as_ref()?)
    }
}

/// The attributes that differ.
pub(super) fn changes(old: &Json, new: &Json) -> Vec<AttributeChange> {
    let mut found = Vec::new();
    compare(String::new(), old, new, &mut found);
    found
}

fn compare(path: String, old: &Json, new: &Json, found: &mut Vec<AttributeChange>) {
    match (old, new) {
        _ if old == new => {}
        (Json::Object(old), Json::Object(new)) => compare_objects(&path, old, new, found),
        (Json::Array(old), Json::Array(new)) => compare_arrays(&path, old, new, found),
        _ if compare_texts(&path, old, new, found) => {}
        _ => found.push(AttributeChange { path, old: Some(old.clone()), new: Some(new.clone()) }),
    }
}

/// Texts that are JSON themselves are compared inside, unless they differ in nothing but their layout.
fn compare_texts(path: &str, old: &Json, new: &Json, found: &mut Vec<AttributeChange>) -> bool {
    let (Some(old), Some(new)) = (contents::inside(old), contents::inside(new)) else { return false };
    let before = found.len();
    compare(path.to_owned(), &old, &new, found);
    found.len() > before
}

fn compare_objects(path: &str, old: &Map<String, Json>, new: &Map<String, Json>, found: &mut Vec<AttributeChange>) {
    for (key, old) in old {
        let path = member(path, key);
        match new.get(key) {
            Some(new) => compare(path, old, new, found),
            None => found.push(AttributeChange { path, old: Some(old.clone()), new: None }),
        }
    }
    for (key, new) in new.iter().filter(|(key, _)| !old.contains_key(*key)) {
        found.push(AttributeChange { path: member(path, key), old: None, new: Some(new.clone()) });
    }
}

/// Items that both sides have in the same order are matched first, so that one that is put in front is the only change.
fn compare_arrays(path: &str, old: &[Json], new: &[Json], found: &mut Vec<AttributeChange>) {
    for operation in capture_diff_slices(Algorithm::Myers, old, new) {
        if matches!(operation, DiffOp::Equal { .. }) {
            continue;
        }
        let (before, after) = (operation.old_range(), operation.new_range());
        let both = before.len().min(after.len());
        for (from, to) in before.clone().zip(after.clone()) {
            compare(format!("{path}[{to}]"), &old[from], &new[to], found);
        }
        found.extend(before.skip(both).map(|index| AttributeChange {
            path: format!("{path}[{index}]"),
            old: Some(old[index].clone()),
            new: None,
        }));
        found.extend(after.skip(both).map(|index| AttributeChange {
            path: format!("{path}[{index}]"),
            old: None,
            new: Some(new[index].clone()),
        }));
    }
}

fn member(path: &str, key: &str) -> String {
    let plain = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    match (path.is_empty(), plain) {
        (true, true) => key.to_owned(),
        (false, true) => format!("{path}.{key}"),
        (_, false) => format!("{path}[{}]", Json::from(key)),
    }
}

impl AttributeChange {
    /// The path, and each side that is there.
    pub(crate) fn json(&self) -> Json {
        let mut object = Map::new();
        object.insert("path".to_owned(), self.path.as_str().into());
        let sides = [("old", &self.old), ("new", &self.new)];
        object.extend(sides.into_iter().filter_map(|(name, side)| Some((name.to_owned(), side.clone()?))));
        Json::Object(object)
    }
}

impl fmt::Display for AttributeChange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.path.is_empty() { String::new() } else { format!("{}: ", self.path) };
        match (&self.old, &self.new) {
            (Some(old), Some(new)) => {
                let (old, new) = pair(old, new);
                write!(formatter, "{CHANGED}~{CHANGED:#} {path}{old} → {new}")
            }
            (None, Some(new)) => write!(formatter, "{ADDED}+{ADDED:#} {path}{}", one(new)),
            (Some(old), None) => write!(formatter, "{REMOVED}-{REMOVED:#} {path}{}", one(old)),
            (None, None) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn lines(old: Json, new: Json) -> Vec<String> {
        changes(&old, &new).iter().map(|change| anstream::adapter::strip_str(&change.to_string()).to_string()).collect()
    }

    #[test]
    fn key_order_is_no_change() {
        assert_eq!(lines(json!({ "a": 1, "b": 2 }), json!({ "b": 2, "a": 1 })), [""; 0]);
    }

    #[test]
    fn paths_lead_into_blocks_and_quote_odd_keys() {
        let old = json!({ "ingress": [{ "port": 80 }], "tags": { "kubernetes.io/role": "elb" }, "old": true });
        let new = json!({ "ingress": [{ "port": 443 }], "tags": { "kubernetes.io/role": "nlb" }, "new": null });
        assert_eq!(
            lines(old, new),
            [
                "~ ingress[0].port: 80 → 443",
                "~ tags[\"kubernetes.io/role\"]: \"elb\" → \"nlb\"",
                "- old: true",
                "+ new: null"
            ]
        );
    }

    #[test]
    fn an_item_put_in_front_is_the_only_change() {
        assert_eq!(lines(json!({ "zones": ["b", "c"] }), json!({ "zones": ["a", "b", "c"] })), ["+ zones[0]: \"a\""]);
        assert_eq!(lines(json!([1, 2, 3]), json!([1, 3])), ["- [1]: 2"]);
    }

    #[test]
    fn json_inside_a_text_is_compared_by_path() {
        let old = json!({ "data": { "a.json": "{\"title\": \"A\", \"panels\": [{ \"id\": 1 }]}" } });
        let new = json!({ "data": { "a.json": "{\"title\": \"B\", \"panels\": [{ \"id\": 2 }]}" } });
        let expected = ["~ data[\"a.json\"].title: \"A\" → \"B\"", "~ data[\"a.json\"].panels[0].id: 1 → 2"];
        assert_eq!(lines(old, new), expected);
        assert_eq!(lines(json!("{}"), json!("{ }")), ["~ \"{}\" → \"{ }\""]);
    }

    #[test]
    fn a_value_without_attributes_changes_as_a_whole() {
        assert_eq!(lines(json!("a"), json!(["a"])), ["~ \"a\" → [\"a\"]"]);
    }
}

//! A check of objects against the structural schemas of custom resource definitions, which refuses unknown fields.

use regex::Regex;
use serde_json::{Map, Value as Json};

/// Keywords that say nothing about a value's shape; CEL rules need an API server.
const SILENT: &[&str] = &[
    "default",
    "format",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-list-type",
    "x-kubernetes-map-type",
    "x-kubernetes-validations",
];

/// Everything about a value that its schema does not allow.
pub(crate) fn problems(schema: &Json, value: &Json) -> Vec<String> {
    let mut check = Check { problems: Vec::new() };
    check.value(schema.as_object().unwrap(), value, "");
    check.problems
}

struct Check {
    problems: Vec<String>,
}

impl Check {
    fn report(&mut self, path: &str, problem: impl std::fmt::Display) {
        self.problems.push(format!("{path}: {problem}"));
    }

    fn value(&mut self, schema: &Map<String, Json>, value: &Json, path: &str) {
        let flag = |keyword: &str| schema.get(keyword) == Some(&Json::Bool(true));
        if flag("x-kubernetes-int-or-string") && !(value.is_i64() || value.is_string()) {
            self.report(path, "is neither a whole number nor a text");
        }
        for (keyword, rule) in schema {
            match (keyword.as_str(), value) {
                ("type", _) => self.type_(rule, value, path),
                ("enum", _) => {
                    if !rule.as_array().unwrap().contains(value) {
                        self.report(path, format!("{value} is none of {rule}"));
                    }
                }
                ("pattern", Json::String(text)) => {
                    if !Regex::new(rule.as_str().unwrap()).unwrap().is_match(text) {
                        self.report(path, format!("`{text}` does not match {rule}"));
                    }
                }
                ("minimum", _) => self.bound(value.as_i64() >= rule.as_i64(), value, keyword, rule, path),
                ("maximum", _) => self.bound(value.as_i64() <= rule.as_i64(), value, keyword, rule, path),
                ("minLength" | "maxLength", Json::String(text)) => self.size(text.len() as u64, keyword, rule, path),
                ("minItems" | "maxItems", Json::Array(items)) => self.size(items.len() as u64, keyword, rule, path),
                ("minProperties" | "maxProperties", Json::Object(fields)) => {
                    self.size(fields.len() as u64, keyword, rule, path);
                }
                ("required", Json::Object(fields)) => {
                    for name in rule.as_array().unwrap().iter().filter_map(Json::as_str) {
                        if !fields.contains_key(name) {
                            self.report(path, format!("lacks `{name}`"));
                        }
                    }
                }
                ("items", Json::Array(items)) => {
                    for (index, item) in items.iter().enumerate() {
                        self.value(rule.as_object().unwrap(), item, &format!("{path}[{index}]"));
                    }
                }
                // The fields of objects are below; the rest of these are of other types than the value.
                (
                    "properties"
                    | "additionalProperties"
                    | "pattern"
                    | "minLength"
                    | "maxLength"
                    | "minItems"
                    | "maxItems"
                    | "minProperties"
                    | "maxProperties"
                    | "required"
                    | "items"
                    | "anyOf"
                    | "x-kubernetes-int-or-string"
                    | "x-kubernetes-preserve-unknown-fields",
                    _,
                ) => {}
                (keyword, _) => assert!(SILENT.contains(&keyword), "the check does not know `{keyword}`"),
            }
        }
        if let Json::Object(fields) = value {
            self.fields(schema, fields, path);
        }
    }

    fn fields(&mut self, schema: &Map<String, Json>, fields: &Map<String, Json>, path: &str) {
        let free = schema.get("x-kubernetes-preserve-unknown-fields") == Some(&Json::Bool(true));
        let known = schema.get("properties").and_then(Json::as_object);
        let others = schema.get("additionalProperties").and_then(Json::as_object);
        for (name, value) in fields {
            let path = format!("{path}.{name}");
            match known.and_then(|known| known.get(name)).and_then(Json::as_object).or(others) {
                // The API server knows metadata itself.
                Some(_) if path == ".metadata" => self.metadata(value),
                Some(schema) => self.value(schema, value, &path),
                None if free => {}
                None => self.report(&path, "is unknown"),
            }
        }
    }

    fn metadata(&mut self, metadata: &Json) {
        for name in metadata.as_object().unwrap().keys() {
            if !["name", "namespace", "labels", "annotations", "finalizers"].contains(&name.as_str()) {
                self.report(&format!(".metadata.{name}"), "is unknown");
            }
        }
    }

    fn type_(&mut self, rule: &Json, value: &Json, path: &str) {
        let fits = match rule.as_str().unwrap() {
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "integer" => value.is_i64(),
            "number" => value.is_number(),
            "boolean" => value.is_boolean(),
            other => panic!("the check does not know the type `{other}`"),
        };
        if !fits {
            self.report(path, format!("{value} is no {rule}"));
        }
    }

    fn bound(&mut self, fits: bool, value: &Json, keyword: &str, rule: &Json, path: &str) {
        if !fits {
            self.report(path, format!("{value} is beyond the {keyword} of {rule}"));
        }
    }

    fn size(&mut self, size: u64, keyword: &str, rule: &Json, path: &str) {
        let bound = rule.as_u64().unwrap();
        if if keyword.starts_with("min") { size < bound } else { size > bound } {
            self.report(path, format!("has the size {size}, its {keyword} is {bound}"));
        }
    }
}

//! Reads typed values out of the merged tree. A value that cannot be read is reported and left out, so that one run
//! reports everything.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::problem::{Problems, list, meant};
use super::rules::Rule;
use super::tree::{self, Node, Value};

/// A type that a setting can have.
pub(super) trait Read: Sized {
    /// The type as TOML names it, for "… is expected".
    fn expected() -> String;

    /// The type as JSON Schema has it.
    fn schema() -> Json;

    /// Reads the value, or reports why it cannot.
    fn read(node: &Node, problems: &mut Problems<'_>) -> Option<Self>;
}

/// Reports that `node` has the wrong type.
pub(super) fn wrong_type<T: Read>(node: &Node, problems: &mut Problems<'_>) -> Option<T> {
    problems.report(&node.key, format!("is {}, {} is expected", node.value.type_name(), T::expected()));
    None
}

impl Read for String {
    fn expected() -> String {
        "a string".to_owned()
    }

    fn schema() -> Json {
        json!({ "type": "string" })
    }

    fn read(node: &Node, problems: &mut Problems<'_>) -> Option<Self> {
        match &node.value {
            Value::Text(text) => Some(text.clone()),
            _ => wrong_type(node, problems),
        }
    }
}

impl Read for bool {
    fn expected() -> String {
        "a boolean".to_owned()
    }

    fn schema() -> Json {
        json!({ "type": "boolean" })
    }

    fn read(node: &Node, problems: &mut Problems<'_>) -> Option<Self> {
        match &node.value {
            Value::Boolean(value) => Some(*value),
            _ => wrong_type(node, problems),
        }
    }
}

macro_rules! read_unsigned {
    ($($type:ty),*) => { $(
        impl Read for $type {
            fn expected() -> String {
                "an integer".to_owned()
            }

            fn schema() -> Json {
                json!({ "type": "integer", "minimum": 0 })
            }

            fn read(node: &Node, problems: &mut Problems<'_>) -> Option<Self> {
                let Value::Integer(integer) = node.value else {
                    return wrong_type(node, problems);
                };
                let value = <$type>::try_from(integer).ok();
                if value.is_none() {
                    problems.report(&node.key, format!("is {integer}, but must be from 0 to {}", <$type>::MAX));
                }
                value
            }
        }
    )* };
}

read_unsigned!(u16, u32, u64);

impl<T: Read> Read for Vec<T> {
    fn expected() -> String {
        "an array".to_owned()
    }

    fn schema() -> Json {
        json!({ "type": "array", "items": T::schema() })
    }

    fn read(node: &Node, problems: &mut Problems<'_>) -> Option<Self> {
        let Value::List(items) = &node.value else {
            return wrong_type(node, problems);
        };
        let read: Vec<Option<T>> = items.iter().map(|item| T::read(item, problems)).collect();
        read.into_iter().collect()
    }
}

/// A text that may be left open is written `""`.
impl Read for Option<String> {
    fn expected() -> String {
        String::expected()
    }

    fn schema() -> Json {
        String::schema()
    }

    fn read(node: &Node, problems: &mut Problems<'_>) -> Option<Self> {
        String::read(node, problems).map(|text| Some(text).filter(|text| !text.is_empty()))
    }
}

/// A number that may be left open is written `0`.
impl Read for Option<u64> {
    fn expected() -> String {
        u64::expected()
    }

    fn schema() -> Json {
        u64::schema()
    }

    fn read(node: &Node, problems: &mut Problems<'_>) -> Option<Self> {
        u64::read(node, problems).map(|number| Some(number).filter(|number| *number != 0))
    }
}

impl<T: Read> Read for BTreeMap<String, T> {
    fn expected() -> String {
        "a table".to_owned()
    }

    fn schema() -> Json {
        json!({ "type": "object", "additionalProperties": T::schema() })
    }

    fn read(node: &Node, problems: &mut Problems<'_>) -> Option<Self> {
        let Value::Table(entries) = &node.value else {
            return wrong_type(node, problems);
        };
        let read: Vec<Option<(String, T)>> =
            entries.iter().map(|(name, node)| T::read(node, problems).map(|value| (name.clone(), value))).collect();
        read.into_iter().collect()
    }
}

/// A table being read field by field.
pub(super) struct Section<'n, 'p, 'l> {
    key: &'n str,
    entries: &'n BTreeMap<String, Node>,
    known: Vec<&'static str>,
    problems: &'p mut Problems<'l>,
}

impl<'n, 'p, 'l> Section<'n, 'p, 'l> {
    pub(super) fn open(node: &'n Node, problems: &'p mut Problems<'l>) -> Option<Self> {
        let Value::Table(entries) = &node.value else {
            problems.report(&node.key, format!("is {}, a table is expected", node.value.type_name()));
            return None;
        };
        Some(Self { key: &node.key, entries, known: Vec::new(), problems })
    }

    /// Reads one field that must be there and holds it against its rules; a value that breaks a rule counts as not read.
    pub(super) fn field<T: Read>(&mut self, name: &'static str, rules: &[&dyn Rule<T>]) -> Option<T> {
        self.field_or(name, rules, None)
    }

    /// Reads one field as [`field`](Self::field) does; where no file names it, it has the default, if there is one.
    pub(super) fn field_or<T: Read>(
        &mut self,
        name: &'static str,
        rules: &[&dyn Rule<T>],
        default: Option<T>,
    ) -> Option<T> {
        self.known.push(name);
        let key = tree::child(self.key, name);
        let Some(node) = self.entries.get(name) else {
            if default.is_some() {
                return default;
            }
            let mend = match self.key.split_once('[') {
                Some((list, _)) => format!("add it to this `[[{list}]]`"),
                None if self.key.is_empty() => "add it".to_owned(),
                None => format!("add it to `[{}]`", self.key),
            };
            self.problems.report_missing(self.key, &key, format!("is missing: {mend}"));
            return None;
        };
        let value = T::read(node, self.problems)?;
        let before = self.problems.len();
        for rule in rules {
            rule.judge(&value, &key, self.problems);
        }
        (self.problems.len() == before).then_some(value)
    }

    /// Reports every key that no field has read.
    pub(super) fn close(self) {
        for (name, node) in self.entries {
            if self.known.contains(&name.as_str()) {
                continue;
            }
            let mend = meant(name, &self.known).unwrap_or_else(|| {
                let known = list(&self.known);
                if self.key.is_empty() {
                    format!("the known keys are {known}")
                } else {
                    format!("the keys of `[{}]` are {known}", self.key)
                }
            });
            self.problems.report_name(&node.key, format!("is not a setting: {mend}"));
        }
    }
}

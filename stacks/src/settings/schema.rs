//! The settings as JSON Schema, for editors: names, types, and those rules that it can say.
//!
//! A file may override a few settings only, so that none is required; what is missing from all files, `synth` says.

use serde_json::{Map, Value as Json, json};

use super::read::Read;
use super::rules::Rule;

/// A table whose keys are known.
pub(super) struct Table {
    about: String,
    properties: Map<String, Json>,
}

impl Table {
    pub(super) fn new(about: &str) -> Self {
        Self { about: about.trim().to_owned(), properties: Map::new() }
    }

    pub(super) fn field<T: Read>(&mut self, name: &str, about: &str, rules: &[&dyn Rule<T>]) {
        let mut schema = T::schema();
        for rule in rules {
            rule.describe(&mut schema);
        }
        // What a field is says more than what its type is.
        schema["description"] = about.trim().into();
        self.properties.insert(name.to_owned(), schema);
    }

    pub(super) fn close(self) -> Json {
        let Self { about, properties } = self;
        json!({ "type": "object", "description": about, "properties": properties, "additionalProperties": false })
    }
}

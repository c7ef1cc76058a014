//! The types of attributes, read from and written to their JSON form.

use std::collections::BTreeMap;

use serde::{Deserialize, de::Error as _};
use serde_json::{Value as Json, json};

/// The type of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Type {
    String,
    Number,
    Bool,
    /// Any type, which travels beside the value.
    Dynamic,
    List(Box<Type>),
    Set(Box<Type>),
    Map(Box<Type>),
    Tuple(Vec<Type>),
    Object(BTreeMap<String, Type>),
}

impl Type {
    /// Reads `"string"`, `["list", "string"]`, `["object", {…}]` and the like.
    pub(crate) fn read(json: &Json) -> Result<Self, String> {
        let unknown = || format!("`{json}` is no type");
        if let Some(name) = json.as_str() {
            return match name {
                "string" => Ok(Self::String),
                "number" => Ok(Self::Number),
                "bool" => Ok(Self::Bool),
                "dynamic" => Ok(Self::Dynamic),
                _ => Err(unknown()),
            };
        }
        let [Json::String(constructor), of, ..] = json.as_array().ok_or_else(unknown)?.as_slice() else {
            return Err(unknown());
        };
        let element = || Self::read(of).map(Box::new);
        match constructor.as_str() {
            "list" => element().map(Self::List),
            "set" => element().map(Self::Set),
            "map" => element().map(Self::Map),
            "tuple" => {
                let elements = of.as_array().ok_or_else(unknown)?;
                elements.iter().map(Self::read).collect::<Result<_, _>>().map(Self::Tuple)
            }
            "object" => {
                let members = of.as_object().ok_or_else(unknown)?;
                let members = members.iter().map(|(name, kind)| Ok((name.clone(), Self::read(kind)?)));
                members.collect::<Result<_, String>>().map(Self::Object)
            }
            _ => Err(unknown()),
        }
    }

    /// The JSON form.
    pub(crate) fn json(&self) -> Json {
        match self {
            Self::String => json!("string"),
            Self::Number => json!("number"),
            Self::Bool => json!("bool"),
            Self::Dynamic => json!("dynamic"),
            Self::List(element) => json!(["list", element.json()]),
            Self::Set(element) => json!(["set", element.json()]),
            Self::Map(element) => json!(["map", element.json()]),
            Self::Tuple(elements) => json!(["tuple", elements.iter().map(Self::json).collect::<Vec<_>>()]),
            Self::Object(members) => {
                let members: serde_json::Map<_, _> =
                    members.iter().map(|(name, kind)| (name.clone(), kind.json())).collect();
                json!(["object", members])
            }
        }
    }
}

impl<'de> Deserialize<'de> for Type {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(&Json::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_is_written_as_it_is_read() {
        let json = json!(["object", {
            "a": ["list", ["set", "string"]],
            "b": ["map", "number"],
            "c": ["tuple", ["bool", "dynamic"]],
        }]);
        assert_eq!(Type::read(&json).unwrap().json(), json);
    }

    #[test]
    fn what_is_no_type_is_named() {
        assert_eq!(Type::read(&json!(["bag", "string"])).unwrap_err(), r#"`["bag","string"]` is no type"#);
    }
}

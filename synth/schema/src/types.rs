//! Terraform's types, as schemas write them: `"string"`, `["list", "string"]`, `["object", {…}]`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// Terraform's type of a value.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(try_from = "Json", into = "Json")]
pub enum Type {
    /// `string`
    String,
    /// `number`
    Number,
    /// `bool`
    Bool,
    /// Any type.
    Dynamic,
    /// `list(T)`
    List(Box<Type>),
    /// `set(T)`
    Set(Box<Type>),
    /// `map(T)`
    Map(Box<Type>),
    /// `object({…})`, and the names of the members that may be left out.
    Object(BTreeMap<String, Type>, Vec<String>),
    /// `tuple([…])`
    Tuple(Vec<Type>),
}

impl TryFrom<Json> for Type {
    type Error = String;

    fn try_from(json: Json) -> Result<Self, String> {
        let unknown = || format!("unknown type `{json}`");
        match &json {
            Json::String(name) => match name.as_str() {
                "string" => Ok(Self::String),
                "number" => Ok(Self::Number),
                "bool" => Ok(Self::Bool),
                "dynamic" => Ok(Self::Dynamic),
                _ => Err(unknown()),
            },
            Json::Array(parts) => match parts.as_slice() {
                [Json::String(kind), Json::Object(members), optional @ ..] if kind == "object" => {
                    let members = members.iter().map(|(name, type_)| Ok((name.clone(), type_.clone().try_into()?)));
                    let members = members.collect::<Result<_, String>>()?;
                    let optional = match optional {
                        [] => Vec::new(),
                        [names] => serde_json::from_value(names.clone()).map_err(|_| unknown())?,
                        _ => return Err(unknown()),
                    };
                    Ok(Self::Object(members, optional))
                }
                [Json::String(kind), Json::Array(items)] if kind == "tuple" => {
                    Ok(Self::Tuple(items.iter().cloned().map(Self::try_from).collect::<Result<_, _>>()?))
                }
                [Json::String(kind), item] => {
                    let item = Box::new(Self::try_from(item.clone())?);
                    match kind.as_str() {
                        "list" => Ok(Self::List(item)),
                        "set" => Ok(Self::Set(item)),
                        "map" => Ok(Self::Map(item)),
                        _ => Err(unknown()),
                    }
                }
                _ => Err(unknown()),
            },
            _ => Err(unknown()),
        }
    }
}

impl From<Type> for Json {
    fn from(type_: Type) -> Self {
        let collection = |kind: &str, item: Box<Type>| serde_json::json!([kind, Self::from(*item)]);
        match type_ {
            Type::String => "string".into(),
            Type::Number => "number".into(),
            Type::Bool => "bool".into(),
            Type::Dynamic => "dynamic".into(),
            Type::List(item) => collection("list", item),
            Type::Set(item) => collection("set", item),
            Type::Map(item) => collection("map", item),
            Type::Object(members, optional) if optional.is_empty() => serde_json::json!(["object", members]),
            Type::Object(members, optional) => serde_json::json!(["object", members, optional]),
            Type::Tuple(items) => serde_json::json!(["tuple", items]),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, from_value, json};

    use super::Type;

    #[test]
    fn every_type_is_written_as_it_was_read() {
        for json in [
            json!("dynamic"),
            json!(["list", ["set", ["map", "bool"]]]),
            json!(["object", { "a": "string", "b": ["tuple", ["number", "bool"]] }]),
            json!(["object", { "a": "string" }, ["a"]]),
            json!(["object", {
                "a": ["list", ["set", "string"]],
                "b": ["map", "number"],
                "c": ["tuple", ["bool", "dynamic"]],
            }]),
        ] {
            let type_: Type = from_value(json.clone()).unwrap();
            assert_eq!(Json::from(type_), json);
        }
    }

    #[test]
    fn an_unknown_type_is_named() {
        for (json, named) in [
            (json!("complex"), r#"unknown type `"complex"`"#),
            (json!(["bag", "string"]), r#"unknown type `["bag","string"]`"#),
            (json!(["object", { "a": 1 }]), "unknown type `1`"),
            (json!({}), "unknown type `{}`"),
        ] {
            assert_eq!(from_value::<Type>(json).unwrap_err().to_string(), named);
        }
    }
}

//! The serde picture of `terraform providers schema -json`, reduced to what bindings need.
//!
//! Reading it drops descriptions; writing it gives sorted keys. A shape that is not known here is an error.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, de::IgnoredAny};
use serde_json::Value as Json;

/// The schemas of several providers, by full source address.
#[derive(Debug, Deserialize, Serialize)]
pub struct Schemas {
    /// The version of the format.
    pub format_version: String,
    /// The providers, such as `registry.terraform.io/hashicorp/aws`.
    pub provider_schemas: BTreeMap<String, ProviderSchema>,
}

/// The schema of one provider.
#[derive(Debug, Deserialize, Serialize)]
pub struct ProviderSchema {
    /// Its configuration.
    pub provider: Schema,
    /// Its resources, by type name.
    #[serde(default)]
    pub resource_schemas: BTreeMap<String, Schema>,
    /// Its data sources, by type name.
    #[serde(default)]
    pub data_source_schemas: BTreeMap<String, Schema>,
}

/// The schema of a resource, a data source or a configuration.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Schema {
    /// The version of what the provider stores.
    #[serde(default)]
    pub version: u64,
    /// Its content.
    pub block: Block,
}

/// Arguments, attributes and nested blocks.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Block {
    /// Arguments and attributes, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, Attribute>,
    /// Nested blocks, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub block_types: BTreeMap<String, NestedBlock>,
    /// Does the provider say not to use it?
    #[serde(default, skip_serializing_if = "is_false")]
    pub deprecated: bool,
    #[serde(default, skip_serializing)]
    #[expect(dead_code, reason = "known, and dropped")]
    description: IgnoredAny,
    #[serde(default, skip_serializing)]
    #[expect(dead_code, reason = "known, and dropped")]
    description_kind: IgnoredAny,
}

/// One argument or attribute.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[allow(clippy::struct_excessive_bools, reason = "the format has these flags")]
pub struct Attribute {
    /// Must it be given?
    #[serde(default, skip_serializing_if = "is_false")]
    pub required: bool,
    /// May it be given?
    #[serde(default, skip_serializing_if = "is_false")]
    pub optional: bool,
    /// Does the provider compute it when it is not given?
    #[serde(default, skip_serializing_if = "is_false")]
    pub computed: bool,
    /// Is it secret?
    #[serde(default, skip_serializing_if = "is_false")]
    pub sensitive: bool,
    /// Is it sent to the provider and never stored?
    #[serde(default, skip_serializing_if = "is_false")]
    pub write_only: bool,
    /// Does the provider say not to use it?
    #[serde(default, skip_serializing_if = "is_false")]
    pub deprecated: bool,
    /// Its type, unless it has nested attributes.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub type_: Option<Type>,
    /// Its nested attributes, unless it has a type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nested_type: Option<NestedType>,
    #[serde(default, skip_serializing)]
    #[expect(dead_code, reason = "known, and dropped")]
    description: IgnoredAny,
    #[serde(default, skip_serializing)]
    #[expect(dead_code, reason = "known, and dropped")]
    description_kind: IgnoredAny,
}

/// Nested attributes.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct NestedType {
    /// The attributes, by name.
    pub attributes: BTreeMap<String, Attribute>,
    /// How often they occur, and in what shape.
    pub nesting_mode: NestingMode,
}

/// A nested block.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct NestedBlock {
    /// Its content.
    pub block: Block,
    /// How often it occurs, and in what shape.
    pub nesting_mode: NestingMode,
    /// The fewest that are accepted.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub min_items: u32,
    /// The most that are accepted; 0 for no limit.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub max_items: u32,
}

/// How often something nested occurs, and in what shape.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum NestingMode {
    /// At most once.
    Single,
    /// Exactly once, with defaults where it is not written.
    Group,
    /// Any number, in order.
    List,
    /// Any number, without order.
    Set,
    /// Any number, each under a key.
    Map,
}

/// Terraform's type of a value.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
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

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_zero(value: &u32) -> bool {
    *value == 0
}

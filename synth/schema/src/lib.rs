//! The serde picture of `terraform providers schema -json`, reduced to what bindings and providers in memory need.
//!
//! Reading it drops descriptions; writing it gives sorted keys. A shape that is not known here is an error.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize, de::IgnoredAny};

mod level;
mod types;

pub use level::Level;
pub use types::Type;

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

impl ProviderSchema {
    /// Reads the schema of one provider from the JSON that holds those of several.
    pub fn read(json: &str, address: &str) -> Result<Self> {
        let mut printed: Schemas = serde_json::from_str(json).context("reading provider schemas")?;
        printed.provider_schemas.remove(address).with_context(|| format!("there is no schema of `{address}`"))
    }
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
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
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
#[derive(Clone, Debug, Deserialize, Serialize)]
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
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct NestedType {
    /// The attributes, by name.
    pub attributes: BTreeMap<String, Attribute>,
    /// How often they occur, and in what shape.
    pub nesting_mode: NestingMode,
}

/// A nested block.
#[derive(Clone, Debug, Deserialize, Serialize)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
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

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_zero(value: &u32) -> bool {
    *value == 0
}

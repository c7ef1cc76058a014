//! Provider schemas as `terraform providers schema -json` prints them, and as the plugin protocol carries them.

mod conform;
mod types;
mod wire;

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde::Deserialize;

pub(crate) use types::Type;

/// All that a provider offers.
#[derive(Debug, Deserialize)]
pub(crate) struct ProviderSchema {
    /// Its configuration.
    #[serde(rename = "provider")]
    pub(crate) configuration: Schema,
    /// Its resources, by type name.
    #[serde(rename = "resource_schemas", default)]
    pub(crate) resources: BTreeMap<String, Schema>,
    /// Its data sources, by type name.
    #[serde(rename = "data_source_schemas", default)]
    pub(crate) data_sources: BTreeMap<String, Schema>,
}

impl ProviderSchema {
    /// Reads the schema of one provider from the JSON that holds those of several.
    pub(crate) fn read(json: &str, address: &str) -> Result<Self> {
        #[derive(Deserialize)]
        struct Printed {
            provider_schemas: BTreeMap<String, ProviderSchema>,
        }
        let mut printed: Printed = serde_json::from_str(json).context("reading provider schemas")?;
        printed.provider_schemas.remove(address).with_context(|| format!("there is no schema of `{address}`"))
    }
}

/// The schema of a resource, a data source or a provider's configuration.
#[derive(Debug, Deserialize)]
pub(crate) struct Schema {
    /// The version of what is stored.
    #[serde(default)]
    pub(crate) version: i64,
    /// What it holds.
    pub(crate) block: Block,
}

/// Arguments, attributes and nested blocks.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Block {
    /// By name.
    #[serde(default)]
    pub(crate) attributes: BTreeMap<String, Attribute>,
    /// By name.
    #[serde(rename = "block_types", default)]
    pub(crate) blocks: BTreeMap<String, NestedBlock>,
    #[serde(default)]
    deprecated: bool,
}

/// One argument or attribute.
#[derive(Debug, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "the format has these flags")]
pub(crate) struct Attribute {
    /// Its type, unless it is nested.
    #[serde(rename = "type", default)]
    pub(crate) plain: Option<Type>,
    /// Its attributes, if it is nested.
    #[serde(rename = "nested_type", default)]
    pub(crate) nested: Option<Nested>,
    #[serde(default)]
    pub(crate) required: bool,
    #[serde(default)]
    pub(crate) optional: bool,
    #[serde(default)]
    pub(crate) computed: bool,
    #[serde(default)]
    sensitive: bool,
    /// Does the provider say not to use it?
    #[serde(default)]
    pub(crate) deprecated: bool,
    /// Is it kept out of every plan and state?
    #[serde(default)]
    pub(crate) write_only: bool,
}

/// The attributes of a nested attribute.
#[derive(Debug, Deserialize)]
pub(crate) struct Nested {
    /// By name.
    #[serde(default)]
    pub(crate) attributes: BTreeMap<String, Attribute>,
    /// How they repeat.
    #[serde(rename = "nesting_mode")]
    pub(crate) nesting: Nesting,
}

/// One type of nested block.
#[derive(Debug, Deserialize)]
pub(crate) struct NestedBlock {
    /// How it repeats.
    #[serde(rename = "nesting_mode")]
    pub(crate) nesting: Nesting,
    /// What each holds.
    #[serde(default)]
    pub(crate) block: Block,
    #[serde(default)]
    pub(crate) min_items: usize,
    /// 0 where there is no limit.
    #[serde(default)]
    pub(crate) max_items: usize,
}

/// How a block or a nested attribute repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Nesting {
    /// Once, or not at all.
    Single,
    /// Once; where it is not written, it is there with all its attributes unset.
    Group,
    List,
    Set,
    Map,
}

/// The attributes and blocks of one level: a block has both, a nested attribute has the first alone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Level<'a> {
    /// By name.
    pub(crate) attributes: &'a BTreeMap<String, Attribute>,
    /// By name.
    pub(crate) blocks: &'a BTreeMap<String, NestedBlock>,
}

impl Block {
    /// Its level.
    pub(crate) fn level(&self) -> Level<'_> {
        Level { attributes: &self.attributes, blocks: &self.blocks }
    }
}

impl Nested {
    /// Its level.
    pub(crate) fn level(&self) -> Level<'_> {
        static NONE: BTreeMap<String, NestedBlock> = BTreeMap::new();
        Level { attributes: &self.attributes, blocks: &NONE }
    }
}

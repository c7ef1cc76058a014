//! Reduces a provider's full schema to what is selected.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::value::RawValue;
use synth_schema::{ProviderSchema, Schema, Schemas};

use crate::selection::Selected;

/// A full schema whose types are not read yet: AWS has thousands, and few are selected.
#[derive(Deserialize)]
struct Full {
    format_version: String,
    provider_schemas: BTreeMap<String, FullProvider>,
}

#[derive(Deserialize)]
struct FullProvider {
    provider: Box<RawValue>,
    #[serde(default)]
    resource_schemas: BTreeMap<String, Box<RawValue>>,
    #[serde(default)]
    data_source_schemas: BTreeMap<String, Box<RawValue>>,
}

/// Reads what is selected of one provider out of the text of a schema, full or pruned.
pub fn prune(text: &str, selected: &Selected) -> Result<Schemas> {
    let mut full: Full = serde_json::from_str(text).context("reading the provider schemas")?;
    let address = selected.address();
    let provider =
        full.provider_schemas.remove(&address).with_context(|| format!("the schema has no provider `{address}`"))?;
    let schema = ProviderSchema {
        provider: read("the configuration", &provider.provider)?,
        resource_schemas: select("resource", &selected.resources, &provider.resource_schemas)?,
        data_source_schemas: select("data source", &selected.data, &provider.data_source_schemas)?,
    };
    Ok(Schemas { format_version: full.format_version, provider_schemas: BTreeMap::from([(address, schema)]) })
}

/// The exact text that is committed.
pub fn to_text(schemas: &Schemas) -> Result<String> {
    // Through `Value` nothing would be sorted: another crate may turn on serde_json's `preserve_order`.
    let mut text = serde_json::to_string_pretty(schemas).context("writing the pruned schema")?;
    text.push('\n');
    Ok(text)
}

fn select(kind: &str, names: &[String], from: &BTreeMap<String, Box<RawValue>>) -> Result<BTreeMap<String, Schema>> {
    let selected = names.iter().map(|name| {
        let schema = from.get(name).with_context(|| format!("the provider has no {kind} `{name}`"))?;
        Ok((name.clone(), read(&format!("the {kind} `{name}`"), schema)?))
    });
    selected.collect()
}

fn read(what: &str, schema: &RawValue) -> Result<Schema> {
    serde_json::from_str(schema.get()).with_context(|| format!("reading the schema of {what}"))
}

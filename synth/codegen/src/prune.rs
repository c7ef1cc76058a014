//! Reduces a provider's full schema to what is selected.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::value::RawValue;
use synth_schema::{Block, ProviderSchema, Schema, Schemas};

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
    let mut schema = ProviderSchema {
        provider: read("the configuration", &provider.provider)?,
        resource_schemas: select("resource", &selected.resources, &provider.resource_schemas)?,
        data_source_schemas: select("data source", &selected.data, &provider.data_source_schemas)?,
    };
    for path in &selected.omits {
        omit(&mut schema, path)?;
    }
    Ok(Schemas { format_version: full.format_version, provider_schemas: BTreeMap::from([(address, schema)]) })
}

/// The exact text that is committed.
pub fn to_text(schemas: &Schemas) -> Result<String> {
    // Through `Value` nothing would be sorted: another crate may turn on serde_json's `preserve_order`.
    let mut text = serde_json::to_string_pretty(schemas).context("writing the pruned schema")?;
    text.push('\n');
    Ok(text)
}

/// Takes a block out of a type. A reading may have lost it already, or the part of the type that holds it.
fn omit(schema: &mut ProviderSchema, path: &str) -> Result<()> {
    let (name, way) =
        path.split_once('.').with_context(|| format!("`{path}` names a whole type, not a block of one"))?;
    let type_ = schema.resource_schemas.get_mut(name);
    let type_ = type_.with_context(|| format!("`{path}` is left out, but `{name}` is not selected"))?;
    let (parents, last) = way.rsplit_once('.').map_or(("", way), |(parents, last)| (parents, last));
    let parents = parents.split('.').filter(|parent| !parent.is_empty());
    let mut block: Option<&mut Block> = Some(&mut type_.block);
    for parent in parents {
        block = block.and_then(|block| block.block_types.get_mut(parent)).map(|nested| &mut nested.block);
    }
    if let Some(block) = block {
        block.block_types.remove(last);
    }
    Ok(())
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

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::{ProviderSchema, omit};

    #[test]
    fn a_block_is_left_out_at_its_depth_and_one_of_another_type_is_refused() {
        let nested = |block| json!({ "nesting_mode": "list", "block": block });
        let rule = json!({ "block_types": { "kept": nested(json!({})), "gone": nested(json!({})) } });
        let block = json!({ "block_types": { "rule": nested(rule) } });
        let mut schema: ProviderSchema = from_value(json!({
            "provider": { "version": 0, "block": {} },
            "resource_schemas": { "acl": { "version": 0, "block": block } },
        }))
        .unwrap();
        omit(&mut schema, "acl.rule.gone").unwrap();
        omit(&mut schema, "acl.lost.gone").unwrap();
        let rule = &schema.resource_schemas["acl"].block.block_types["rule"].block;
        assert!(rule.block_types.keys().eq(["kept"]), "{:?}", rule.block_types);
        let mut refused = |path: &str| omit(&mut schema, path).unwrap_err().to_string();
        assert_eq!(refused("other.rule"), "`other.rule` is left out, but `other` is not selected");
        assert_eq!(refused("acl"), "`acl` names a whole type, not a block of one");
    }
}

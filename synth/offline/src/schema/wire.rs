//! Schemas as messages of the plugin protocol.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use synth_schema::{Attribute, Block, NestedBlock, NestedType, NestingMode, ProviderSchema, Schema};

use crate::protocol::{self, MetadataResponse, ProviderSchemaResponse, ServerCapabilities, TypeName};

const CAPABILITIES: ServerCapabilities =
    ServerCapabilities { plan_destroy: false, get_provider_schema_optional: true, move_resource_state: true };

/// The whole schema.
pub(crate) fn message(schema: &ProviderSchema) -> ProviderSchemaResponse {
    let all = |schemas: &BTreeMap<String, Schema>| {
        schemas.iter().map(|(name, schema)| (name.clone(), message_of(schema))).collect()
    };
    ProviderSchemaResponse {
        provider: Some(message_of(&schema.provider)),
        resource_schemas: all(&schema.resource_schemas),
        data_source_schemas: all(&schema.data_source_schemas),
        diagnostics: Vec::new(),
        server_capabilities: Some(CAPABILITIES),
    }
}

/// The names in it.
pub(crate) fn metadata(schema: &ProviderSchema) -> MetadataResponse {
    let names =
        |schemas: &BTreeMap<String, Schema>| schemas.keys().map(|name| TypeName { type_name: name.clone() }).collect();
    MetadataResponse {
        server_capabilities: Some(CAPABILITIES),
        data_sources: names(&schema.data_source_schemas),
        resources: names(&schema.resource_schemas),
    }
}

fn message_of(schema: &Schema) -> protocol::Schema {
    let version = i64::try_from(schema.version).unwrap_or(i64::MAX);
    protocol::Schema { version, block: Some(block(&schema.block)) }
}

fn block(block: &Block) -> protocol::Block {
    protocol::Block {
        attributes: attributes(&block.attributes),
        blocks: block.block_types.iter().map(|(name, block)| nested_block(name, block)).collect(),
        deprecated: block.deprecated,
    }
}

fn nested_block(name: &str, nested: &NestedBlock) -> protocol::NestedBlock {
    protocol::NestedBlock {
        type_name: name.to_owned(),
        block: Some(block(&nested.block)),
        nesting: nesting(nested.nesting_mode).into(),
        min_items: nested.min_items.into(),
        max_items: nested.max_items.into(),
    }
}

fn object(nested: &NestedType) -> protocol::Object {
    protocol::Object { attributes: attributes(&nested.attributes), nesting: nesting(nested.nesting_mode).into() }
}

fn nesting(mode: NestingMode) -> protocol::Nesting {
    match mode {
        NestingMode::Single => protocol::Nesting::Single,
        NestingMode::Group => protocol::Nesting::Group,
        NestingMode::List => protocol::Nesting::List,
        NestingMode::Set => protocol::Nesting::Set,
        NestingMode::Map => protocol::Nesting::Map,
    }
}

fn attributes(attributes: &BTreeMap<String, Attribute>) -> Vec<protocol::Attribute> {
    let message = |(name, attribute): (&String, &Attribute)| protocol::Attribute {
        name: name.clone(),
        r#type: attribute.type_.clone().map(|kind| Json::from(kind).to_string().into_bytes()).unwrap_or_default(),
        nested_type: attribute.nested_type.as_ref().map(object),
        required: attribute.required,
        optional: attribute.optional,
        computed: attribute.computed,
        sensitive: attribute.sensitive,
        deprecated: attribute.deprecated,
        write_only: attribute.write_only,
    };
    attributes.iter().map(message).collect()
}

//! Schemas as messages of the plugin protocol.

use std::collections::BTreeMap;

use super::{Attribute, Block, Nested, NestedBlock, Nesting, ProviderSchema, Schema};
use crate::protocol::{self, MetadataResponse, ProviderSchemaResponse, ServerCapabilities, TypeName};

const CAPABILITIES: ServerCapabilities =
    ServerCapabilities { plan_destroy: false, get_provider_schema_optional: true, move_resource_state: true };

impl ProviderSchema {
    /// The whole schema.
    pub(crate) fn message(&self) -> ProviderSchemaResponse {
        let all = |schemas: &BTreeMap<String, Schema>| {
            schemas.iter().map(|(name, schema)| (name.clone(), schema.message())).collect()
        };
        ProviderSchemaResponse {
            provider: Some(self.configuration.message()),
            resource_schemas: all(&self.resources),
            data_source_schemas: all(&self.data_sources),
            diagnostics: Vec::new(),
            server_capabilities: Some(CAPABILITIES),
        }
    }

    /// The names in it.
    pub(crate) fn metadata(&self) -> MetadataResponse {
        let names = |schemas: &BTreeMap<String, Schema>| {
            schemas.keys().map(|name| TypeName { type_name: name.clone() }).collect()
        };
        MetadataResponse {
            server_capabilities: Some(CAPABILITIES),
            data_sources: names(&self.data_sources),
            resources: names(&self.resources),
        }
    }
}

impl Schema {
    fn message(&self) -> protocol::Schema {
        protocol::Schema { version: self.version, block: Some(self.block.message()) }
    }
}

impl Block {
    fn message(&self) -> protocol::Block {
        protocol::Block {
            attributes: attributes(&self.attributes),
            blocks: self.blocks.iter().map(|(name, block)| block.message(name)).collect(),
            deprecated: self.deprecated,
        }
    }
}

impl NestedBlock {
    fn message(&self, name: &str) -> protocol::NestedBlock {
        let count = |items: usize| i64::try_from(items).unwrap_or(i64::MAX);
        protocol::NestedBlock {
            type_name: name.to_owned(),
            block: Some(self.block.message()),
            nesting: self.nesting.message().into(),
            min_items: count(self.min_items),
            max_items: count(self.max_items),
        }
    }
}

impl Nested {
    fn message(&self) -> protocol::Object {
        protocol::Object { attributes: attributes(&self.attributes), nesting: self.nesting.message().into() }
    }
}

impl Nesting {
    fn message(self) -> protocol::Nesting {
        match self {
            Self::Single => protocol::Nesting::Single,
            Self::Group => protocol::Nesting::Group,
            Self::List => protocol::Nesting::List,
            Self::Set => protocol::Nesting::Set,
            Self::Map => protocol::Nesting::Map,
        }
    }
}

fn attributes(attributes: &BTreeMap<String, Attribute>) -> Vec<protocol::Attribute> {
    let message = |(name, attribute): (&String, &Attribute)| protocol::Attribute {
        name: name.clone(),
        r#type: attribute.plain.as_ref().map(|plain| plain.json().to_string().into_bytes()).unwrap_or_default(),
        nested_type: attribute.nested.as_ref().map(Nested::message),
        required: attribute.required,
        optional: attribute.optional,
        computed: attribute.computed,
        sensitive: attribute.sensitive,
        deprecated: attribute.deprecated,
        write_only: attribute.write_only,
    };
    attributes.iter().map(message).collect()
}

//! A provider, ready to be served.

use std::sync::OnceLock;

use anyhow::Result;
use prost::Message as _;
use synth_schema::ProviderSchema;

use crate::{cloud::Configure, engine::Known, schema::message};

/// A provider that can be served.
pub struct Provider {
    pub(super) address: String,
    pub(crate) schema: ProviderSchema,
    pub(crate) configure: Configure,
    pub(crate) known: Known,
    message: OnceLock<Vec<u8>>,
}

impl Provider {
    /// A provider of this source address (`registry.terraform.io/hashicorp/aws`), with the schema of that address in
    /// the JSON that `terraform providers schema -json` prints.
    pub fn new(address: &str, schemas: &str, configure: Configure) -> Result<Self> {
        let schema = ProviderSchema::read(schemas, address)?;
        let address = address.to_owned();
        Ok(Self { address, schema, configure, known: Known::default(), message: OnceLock::new() })
    }

    /// The schema on the wire, encoded once.
    pub(crate) fn message(&self) -> &[u8] {
        self.message.get_or_init(|| message(&self.schema).encode_to_vec())
    }
}

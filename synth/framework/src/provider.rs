//! Providers: what a stack requires, and how each is configured.

use std::{marker::PhantomData, sync::Arc};

use crate::{body::Body, problem::Location, schema::BlockSchema};

/// A provider as the bindings know it.
#[derive(Debug, PartialEq, Eq)]
pub struct ProviderInfo {
    /// The local name, such as `aws`.
    pub name: &'static str,
    /// The source address, such as `hashicorp/aws`.
    pub source: &'static str,
}

/// A provider that bindings were generated for.
pub trait Provider: 'static {
    /// Its name and source.
    const INFO: &'static ProviderInfo;
}

/// A provider's configuration: what was declared, before it is written.
#[derive(Clone, Debug)]
pub struct ProviderConfiguration {
    /// The provider.
    pub provider: &'static ProviderInfo,
    /// The alias, when it is not the default configuration.
    pub alias: Option<String>,
    /// Its arguments and blocks.
    pub body: Body,
    /// Where it was declared.
    pub location: Location,
}

/// A declared provider configuration, for the `provider` meta-argument.
#[derive(Debug)]
pub struct ProviderHandle<P> {
    name: Arc<str>,
    provider: PhantomData<fn() -> P>,
}

impl<P> ProviderHandle<P> {
    pub(crate) fn new(name: &str) -> Self {
        Self { name: name.into(), provider: PhantomData }
    }

    /// The reference, such as `aws.us_east_1`.
    pub fn alias(&self) -> &str {
        &self.name
    }
}

impl ProviderConfiguration {
    /// A configuration without arguments.
    #[track_caller]
    pub fn new(provider: &'static ProviderInfo, schema: &'static BlockSchema) -> Self {
        Self { provider, alias: None, body: Body::new(schema), location: std::panic::Location::caller() }
    }
}

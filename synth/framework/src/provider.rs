//! Providers: what a stack requires, and how each is configured.

use std::{marker::PhantomData, sync::Arc};

use crate::{body::Body, problem::Location, schema::BlockSchema, stack::Stack};

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

    /// Declares it, and returns its handle.
    pub fn declare<P: Provider>(self, stack: &Stack) -> ProviderHandle<P> {
        let name = match &self.alias {
            Some(alias) => format!("{}.{alias}", self.provider.name),
            None => self.provider.name.to_owned(),
        };
        stack.declare(self);
        ProviderHandle { name: name.into(), provider: PhantomData }
    }
}

/// The methods that every generated provider configuration shares.
#[macro_export]
macro_rules! provider_methods {
    ($builder:ident<$($state:ident: $argument:path),*>, $owner:path, $provider:path) => {
        impl<$($state),*> $builder<$($state),*> {
            /// Names this configuration, so that it is not the default one.
            pub fn alias(mut self, alias: impl Into<String>) -> Self {
                self.configuration.alias = Some(alias.into());
                self
            }

            /// Declares it in `stack`, and returns its handle for the `provider` meta-argument.
            pub fn add_to(self, stack: &$crate::Stack) -> $crate::ProviderHandle<$provider>
            where
                $($state: $crate::Satisfies<$owner, $argument>,)*
            {
                self.configuration.declare(stack)
            }
        }
    };
}

//! The last step of a resource or a provider configuration, into a stack, and the methods by which generated builders take it.

use std::marker::PhantomData;

use crate::{
    expression::{Root, Traversal},
    provider::{Provider, ProviderConfiguration, ProviderHandle},
    resource::{Repetition, Resource},
    stack::Stack,
    types::{Map, Number},
    value::IntoValue,
    view::{ListView, MapView, View},
};

impl Resource {
    /// Declares it, and returns its handle.
    pub fn declare<H: View>(self, stack: &Stack) -> H {
        H::view(self.declared(stack))
    }

    fn declared(self, stack: &Stack) -> Traversal {
        let address = stack.address(self.mode, self.type_name, &self.label);
        stack.declare(self);
        Traversal::new(Root::Declared(address))
    }
}

impl ProviderConfiguration {
    /// Declares it, and returns its handle.
    pub fn declare<P: Provider>(self, stack: &Stack) -> ProviderHandle<P> {
        let handle = match &self.alias {
            Some(alias) => ProviderHandle::new(&format!("{}.{alias}", self.provider.name)),
            None => ProviderHandle::new(self.provider.name),
        };
        stack.declare(self);
        handle
    }
}

/// A resource that is repeated by `for_each`; what is left is to add it to a stack.
#[derive(Debug)]
#[must_use = "a resource is declared by `add_to`"]
pub struct ForEach<H>(Resource, PhantomData<fn() -> H>);

/// A resource that is repeated by `count`; what is left is to add it to a stack.
#[derive(Debug)]
#[must_use = "a resource is declared by `add_to`"]
pub struct Counted<H>(Resource, PhantomData<fn() -> H>);

impl<H: View> ForEach<H> {
    /// Repeats `resource` for each entry of a map.
    pub fn new<T>(mut resource: Resource, entries: impl IntoValue<Map<T>>) -> Self {
        resource.repetition = Repetition::ForEach(entries.into_value().into_expression());
        Self(resource, PhantomData)
    }

    /// Declares the resource in `stack`, and returns the view of its instances.
    pub fn add_to(self, stack: &Stack) -> MapView<H> {
        self.0.declare(stack)
    }
}

impl<H: View> Counted<H> {
    /// Repeats `resource` that often.
    pub fn new(mut resource: Resource, count: impl IntoValue<Number>) -> Self {
        resource.repetition = Repetition::Count(count.into_value().into_expression());
        Self(resource, PhantomData)
    }

    /// Declares the resource in `stack`, and returns the view of its instances.
    pub fn add_to(self, stack: &Stack) -> ListView<H> {
        self.0.declare(stack)
    }
}

/// The methods that every generated resource or data source shares: meta-arguments, overrides and `add_to`.
///
/// The builder is a struct with the fields `resource: Resource` and `state: PhantomData<…>`; each type parameter is named
/// with the marker of the required argument that it stands for.
#[macro_export]
macro_rules! resource_methods {
    ($builder:ident<$($state:ident: $argument:path),*>, $handle:ident, $owner:path, $provider:path) => {
        impl<$($state),*> $builder<$($state),*> {
            /// Declares what must exist first, where no reference says so.
            pub fn depends_on(mut self, dependencies: impl $crate::IntoDependencies) -> Self {
                self.resource.depend(dependencies);
                self
            }

            /// Uses a provider configuration other than the default one.
            pub fn provider(mut self, provider: &$crate::ProviderHandle<$provider>) -> Self {
                self.resource.choose_provider(provider);
                self
            }

            /// Sets the `lifecycle` block.
            pub fn lifecycle(
                mut self,
                change: impl FnOnce($crate::Lifecycle<$handle>) -> $crate::Lifecycle<$handle>,
            ) -> Self {
                self.resource.change_lifecycle(change);
                self
            }

            /// Replaces an argument by its dotted path: an escape hatch, checked against the provider's schema.
            #[track_caller]
            pub fn override_argument(mut self, path: &str, value: impl $crate::IntoValue<$crate::Any>) -> Self {
                self.resource.override_argument(path, value.into_value().into_expression());
                self
            }

            /// Repeats the resource for each entry of a map that only Terraform knows.
            pub fn for_each<ForEachItem>(
                self,
                entries: impl $crate::IntoValue<$crate::Map<ForEachItem>>,
            ) -> $crate::ForEach<$handle>
            where
                $($state: $crate::Satisfies<$owner, $argument>,)*
            {
                $crate::ForEach::new(self.resource, entries)
            }

            /// Repeats the resource by a number that only Terraform knows.
            pub fn count(self, count: impl $crate::IntoValue<$crate::Number>) -> $crate::Counted<$handle>
            where
                $($state: $crate::Satisfies<$owner, $argument>,)*
            {
                $crate::Counted::new(self.resource, count)
            }

            /// Declares it in `stack`, and returns its handle.
            pub fn add_to(self, stack: &$crate::Stack) -> $handle
            where
                $($state: $crate::Satisfies<$owner, $argument>,)*
            {
                self.resource.declare(stack)
            }
        }
    };
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

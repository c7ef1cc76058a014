//! Resources and data sources on their way into a stack, and what the generated builders share.

use std::marker::PhantomData;

use crate::{
    body::Body,
    expression::{Address, Expression, Mode, Root, Traversal},
    lifecycle::{Lifecycle, LifecycleData},
    problem::Location,
    provider::{Provider, ProviderHandle, ProviderInfo},
    schema::BlockSchema,
    stack::Stack,
    types::{Map, Number},
    value::IntoValue,
    view::{IntoDependencies, ListView, MapView, View},
};

/// A resource or data source: what was declared, before it is written.
#[derive(Clone, Debug)]
pub struct Resource {
    /// Managed or data.
    pub mode: Mode,
    /// Terraform's type name.
    pub type_name: &'static str,
    /// The label.
    pub label: String,
    /// The provider that has the type.
    pub provider: &'static ProviderInfo,
    /// The alias of the provider configuration, when it is not the default one.
    pub provider_alias: Option<String>,
    /// Its arguments and blocks.
    pub body: Body,
    /// Whether and how it is repeated.
    pub repetition: Repetition,
    /// Its dependencies beyond its references.
    pub depends_on: Vec<Address>,
    /// Its `lifecycle` block.
    pub lifecycle: LifecycleData,
    /// Where it was declared.
    pub location: Location,
    pub(crate) problems: Vec<(Location, String)>,
}

/// Whether and how a resource is repeated.
#[derive(Clone, Debug)]
pub enum Repetition {
    /// One instance.
    Single,
    /// `count`
    Count(Expression),
    /// `for_each`
    ForEach(Expression),
}

impl Resource {
    /// A resource or data source without arguments.
    #[track_caller]
    pub fn new(
        mode: Mode,
        provider: &'static ProviderInfo,
        type_name: &'static str,
        label: impl Into<String>,
        schema: &'static BlockSchema,
    ) -> Self {
        Self {
            mode,
            type_name,
            label: label.into(),
            provider,
            provider_alias: None,
            body: Body::new(schema),
            repetition: Repetition::Single,
            depends_on: Vec::new(),
            lifecycle: LifecycleData::default(),
            location: std::panic::Location::caller(),
            problems: Vec::new(),
        }
    }

    /// Adds what it depends on.
    pub fn depend(&mut self, on: impl IntoDependencies) {
        for address in on.into_dependencies() {
            if !self.depends_on.contains(&address) {
                self.depends_on.push(address);
            }
        }
    }

    /// Chooses a provider configuration.
    pub fn choose_provider<P: Provider>(&mut self, provider: &ProviderHandle<P>) {
        self.provider_alias = Some(provider.alias().to_owned());
    }

    /// Changes the `lifecycle` block.
    pub fn change_lifecycle<H: View>(&mut self, change: impl FnOnce(Lifecycle<H>) -> Lifecycle<H>) {
        let data = std::mem::take(&mut self.lifecycle);
        self.lifecycle = change(Lifecycle::new(data)).data;
    }

    /// Replaces an argument by its dotted path, checked against the schema.
    #[track_caller]
    pub fn override_argument(&mut self, path: &str, value: Expression) {
        let location = std::panic::Location::caller();
        if let Err(message) = self.body.override_at(path, value, location) {
            self.problems
                .push((location, format!("override `{path}` of `{}.{}`: {message}", self.type_name, self.label)));
        }
    }

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

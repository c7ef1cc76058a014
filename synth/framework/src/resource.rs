//! Resources and data sources: what is said of one before it goes into a stack.

use crate::{
    body::Body,
    expression::{Address, Expression, Mode},
    lifecycle::{Lifecycle, LifecycleData},
    problem::Location,
    provider::{Provider, ProviderHandle, ProviderInfo},
    schema::BlockSchema,
    view::{IntoDependencies, View},
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
}

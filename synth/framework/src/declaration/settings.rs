//! The `terraform` block: versions, providers and the backend.

use std::panic;

use crate::{
    declaration::Backend,
    problem::Location,
    provider::{Provider, ProviderInfo},
    stack::Stack,
};

/// Terraform's own settings.
#[derive(Clone, Debug)]
pub struct TerraformData {
    /// The versions of Terraform that are accepted.
    pub required_version: Option<String>,
    /// The providers and the versions of each that are accepted.
    pub required_providers: Vec<(&'static ProviderInfo, String)>,
    /// Where state is kept.
    pub backend: Option<Backend>,
    /// Where it was declared.
    pub location: Location,
}

/// Terraform's own settings on their way into a stack.
#[derive(Debug)]
#[must_use = "settings are declared by `add_to`"]
pub struct Terraform(TerraformData);

/// Starts Terraform's own settings.
#[track_caller]
pub fn terraform() -> Terraform {
    let location = panic::Location::caller();
    Terraform(TerraformData { required_version: None, required_providers: Vec::new(), backend: None, location })
}

impl Terraform {
    /// The versions of Terraform that are accepted, such as `>= 1.11`.
    pub fn required_version(mut self, constraint: impl Into<String>) -> Self {
        self.0.required_version = Some(constraint.into());
        self
    }

    /// Requires a provider, such as `required_provider::<Aws>(">= 5.100.0, < 7.0.0")`.
    pub fn required_provider<P: Provider>(mut self, constraint: impl Into<String>) -> Self {
        self.0.required_providers.push((P::INFO, constraint.into()));
        self
    }

    /// Chooses where state is kept.
    pub fn backend(mut self, backend: impl Into<Backend>) -> Self {
        self.0.backend = Some(backend.into());
        self
    }

    /// Declares them in `stack`.
    pub fn add_to(self, stack: &Stack) {
        stack.declare(self.0);
    }
}

//! Providers: what is required, declared and used.

use std::collections::{HashMap, HashSet};

use super::Found;
use crate::{
    declaration::{Declaration, TerraformData},
    provider::ProviderInfo,
    stack::BuiltStack,
};

/// Providers that are part of Terraform: there is no version of theirs to require.
const BUILT_IN: &str = "terraform.io/builtin/";

pub(super) fn check(stack: &BuiltStack, found: &mut Found) {
    let mut required = HashSet::new();
    let mut aliases = HashSet::new();
    for placed in stack.declarations() {
        match &placed.declaration {
            Declaration::Terraform(terraform) => {
                check_requirements(terraform, found);
                required.extend(terraform.required_providers.iter().map(|(provider, _)| provider.source));
            }
            Declaration::Provider(provider) => {
                aliases.extend(provider.alias.iter().map(|alias| format!("{}.{alias}", provider.provider.name)));
            }
            _ => {}
        }
    }
    let is_missing =
        |provider: &ProviderInfo| !required.contains(provider.source) && !provider.source.starts_with(BUILT_IN);
    for placed in stack.declarations() {
        if let Declaration::Provider(provider) = &placed.declaration
            && is_missing(provider.provider)
        {
            let source = provider.provider.source;
            let message = format!(
                "configures the provider `{source}`, which the stack does not require: add it to the required providers"
            );
            found.report(provider.location, message);
        }
    }
    for resource in stack.resources() {
        let address = stack.address(resource);
        if is_missing(resource.provider) {
            let source = resource.provider.source;
            let message = format!(
                "`{address}` needs the provider `{source}`, which the stack does not require: add it to the required \
                 providers"
            );
            found.report(resource.location, message);
        }
        let alias = resource.provider_alias.as_ref().filter(|alias| alias.contains('.'));
        if let Some(alias) = alias.filter(|alias| !aliases.contains(*alias)) {
            let message =
                format!("`{address}` uses the provider `{alias}`, which this stack does not declare: declare it");
            found.report(resource.location, message);
        }
    }
}

fn check_requirements(terraform: &TerraformData, found: &mut Found) {
    let mut names = HashMap::new();
    for (provider, _) in &terraform.required_providers {
        let ProviderInfo { name, source } = provider;
        if source.starts_with(BUILT_IN) {
            found
                .report(terraform.location, format!("the provider `{source}` is part of Terraform: do not require it"));
        }
        match names.insert(name, source) {
            Some(earlier) if earlier == source => {
                found.report(terraform.location, format!("requires the provider `{source}` twice: keep one"));
            }
            Some(earlier) => {
                let message = format!(
                    "the providers `{earlier}` and `{source}` share the name `{name}`: require only one of them"
                );
                found.report(terraform.location, message);
            }
            None => {}
        }
    }
}

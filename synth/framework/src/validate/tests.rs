//! Test runs: values for every variable that needs one, and mocks of what there is.

use std::collections::HashSet;

use super::{Found, expressions::check_literal};
use crate::{
    declaration::{Declaration, MockDefault, MockProviderData, MockValue, RunData},
    expression::{Mode, Root, Traversal},
    problem::did_you_mean,
    provider::ProviderInfo,
    render,
    resource::Resource,
    stack::BuiltStack,
};

pub(super) fn check(stack: &BuiltStack, found: &mut Found) {
    for placed in stack.declarations() {
        match &placed.declaration {
            Declaration::Run(run) => check_run(stack, run, found),
            Declaration::MockProvider(mock) => check_mock(stack, mock, found),
            _ => {}
        }
    }
}

fn check_run(stack: &BuiltStack, run: &RunData, found: &mut Found) {
    let name = &run.name;
    let mut given = HashSet::new();
    for (traversal, value) in &run.variables {
        let Some(variable) = variable_of(traversal) else {
            let path = render::reference(traversal);
            found.report(run.location, format!("`run.{name}` sets `{path}`, which is not a variable: name a variable"));
            continue;
        };
        if !given.insert(variable) {
            found.report(run.location, format!("`run.{name}` sets `var.{variable}` twice: keep one"));
        }
        check_literal(value, &format!("the value of `var.{variable}` in `run.{name}`"), run.location, found);
    }
    for placed in stack.declarations() {
        if let Declaration::Variable(variable) = &placed.declaration
            && variable.default.is_none()
            && !given.contains(variable.name.as_str())
        {
            let variable = &variable.name;
            found.report(
                run.location,
                format!("`run.{name}` does not set `var.{variable}`, which has no default: set it by `variable`"),
            );
        }
    }
}

fn variable_of(traversal: &Traversal) -> Option<&str> {
    match &traversal.root {
        Root::Declared(address) if address.mode == Mode::Variable && traversal.steps.is_empty() => Some(&address.label),
        _ => None,
    }
}

fn check_mock(stack: &BuiltStack, mock: &MockProviderData, found: &mut Found) {
    let ProviderInfo { name, source } = mock.provider;
    let required = stack.declarations().iter().any(|placed| {
        matches!(&placed.declaration, Declaration::Terraform(terraform)
            if terraform.required_providers.iter().any(|(provider, _)| *provider == mock.provider))
    });
    if !required {
        found.report(
            mock.location,
            format!("mocks the provider `{source}`, which the stack does not require: remove the mock"),
        );
        return;
    }
    let resources = || stack.resources().filter(|resource| resource.provider == mock.provider);
    for default in &mock.defaults {
        let MockDefault { attribute, value, location } = default;
        let mocked: Vec<&Resource> = match value {
            MockValue::Every(_) => resources().collect(),
            MockValue::Of(type_name, expression) => {
                check_literal(expression, &format!("the mocked `{attribute}` of `{type_name}`"), location, found);
                resources().filter(|resource| resource.type_name == *type_name).collect()
            }
        };
        let computed = || {
            let attributes = mocked.iter().flat_map(|resource| resource.body.schema().attributes);
            attributes.filter(|attribute| attribute.computed).map(|attribute| attribute.name)
        };
        let whose = match value {
            MockValue::Every(_) => format!("no resource type of `{name}` in this stack"),
            // What is mocked for some settings may be missing under others.
            MockValue::Of(..) if mocked.is_empty() => continue,
            MockValue::Of(type_name, _) => format!("`{type_name}` never"),
        };
        if !computed().any(|known| known == *attribute) {
            let meant = did_you_mean(attribute, computed()).map(|question| format!(": {question}")).unwrap_or_default();
            found.report(location, format!("mocks `{attribute}`, which {whose} computes{meant}"));
        }
    }
}

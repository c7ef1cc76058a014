//! What the types could not catch, gathered from a whole stack at once.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use crate::{
    declaration::{Declaration, TerraformData},
    expression::{Address, Expression, Mode, Root},
    graph::{Graph, visit_traversals},
    lifecycle::{Condition, IgnoreChanges},
    problem::{Location, Problem, source_path},
    resource::{Repetition, Resource},
    stack::BuiltStack,
};

/// All problems of a stack, in the order of the source.
pub(crate) fn problems(stack: &BuiltStack) -> Vec<Problem> {
    let mut found = Found { stack: stack.shared_name().clone(), problems: Vec::new() };
    names(stack, &mut found);
    references(stack, &mut found);
    providers(stack, &mut found);
    for placed in stack.declarations() {
        declaration(&placed.declaration, &mut found);
    }
    cycles(stack, &mut found);
    found.problems.sort_by_key(|problem| (problem.location.file(), problem.location.line(), problem.location.column()));
    found.problems
}

struct Found {
    stack: Arc<str>,
    problems: Vec<Problem>,
}

impl Found {
    fn report(&mut self, location: Location, message: String) {
        self.problems.push(Problem { stack: self.stack.clone(), message, location });
    }
}

fn names(stack: &BuiltStack, found: &mut Found) {
    let mut first: HashMap<String, Location> = HashMap::new();
    for placed in stack.declarations() {
        let (address, label, location) = match &placed.declaration {
            Declaration::Resource(resource) => {
                (stack.address(resource).to_string(), Some(&resource.label), resource.location)
            }
            Declaration::Provider(provider) => {
                let alias = provider.alias.as_deref().unwrap_or("(default)");
                (format!("provider {} {alias}", provider.provider.name), provider.alias.as_ref(), provider.location)
            }
            Declaration::Variable(variable) => {
                (format!("var.{}", variable.name), Some(&variable.name), variable.location)
            }
            Declaration::Local(local) => (format!("local.{}", local.name), Some(&local.name), local.location),
            Declaration::Output(output) => (format!("output.{}", output.name), Some(&output.name), output.location),
            Declaration::Check(check) => (format!("check.{}", check.name), Some(&check.name), check.location),
            Declaration::Terraform(terraform) => ("the `terraform` block".to_owned(), None, terraform.location),
            Declaration::Asset(asset) => (format!("file {}", asset.path), None, asset.location),
            Declaration::Refactoring(_) => continue,
        };
        if let Some(label) = label.filter(|label| !is_identifier(label)) {
            let rule = "start with a letter or `_`, then letters, digits, `_` and `-`";
            found.report(location, format!("`{address}` has the bad label `{label}`: {rule}"));
        }
        if let Some(earlier) = first.insert(address.clone(), location) {
            let place = format!("{}:{}:{}", source_path(earlier), earlier.line(), earlier.column());
            found.report(location, format!("`{address}` is declared twice: the other is at {place}"));
        }
    }
}

fn is_identifier(label: &str) -> bool {
    let mut characters = label.chars();
    characters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && characters.all(|character| character.is_ascii_alphanumeric() || character == '_' || character == '-')
}

fn references(stack: &BuiltStack, found: &mut Found) {
    let declared: HashSet<Address> = Graph::of(stack).nodes.into_iter().map(|node| node.address).collect();
    let dangling = |address: &Address, location: Location, found: &mut Found| {
        if !declared.contains(address) {
            let owner = &address.stack;
            let remedy =
                if **owner == *stack.name() { "add it to this stack" } else { "hand the value over by an output" };
            found.report(
                location,
                format!("refers to `{address}` of stack `{owner}`, which is not declared here: {remedy}"),
            );
        }
    };
    for placed in stack.declarations() {
        let repetition = match &placed.declaration {
            Declaration::Resource(resource) => Some(&resource.repetition),
            _ => None,
        };
        visit_traversals(&placed.declaration, &mut |traversal, location| match &traversal.root {
            Root::Declared(address) => dangling(address, location, found),
            Root::Each if !matches!(repetition, Some(Repetition::ForEach(_))) => {
                found.report(
                    location,
                    "refers to `each` outside of a resource that is repeated by `for_each`".to_owned(),
                );
            }
            Root::Count if !matches!(repetition, Some(Repetition::Count(_))) => {
                found
                    .report(location, "refers to `count` outside of a resource that is repeated by `count`".to_owned());
            }
            _ => {}
        });
        if let Declaration::Resource(resource) = &placed.declaration {
            for address in &resource.depends_on {
                dangling(address, resource.location, found);
            }
        }
    }
}

fn providers(stack: &BuiltStack, found: &mut Found) {
    let mut required = HashSet::new();
    let mut aliases = HashSet::new();
    for placed in stack.declarations() {
        match &placed.declaration {
            Declaration::Terraform(TerraformData { required_providers, .. }) => {
                required.extend(required_providers.iter().map(|(provider, _)| provider.source));
            }
            Declaration::Provider(provider) => {
                let alias = provider.alias.as_ref();
                aliases.insert(alias.map(|alias| format!("{}.{alias}", provider.provider.name)));
            }
            _ => {}
        }
    }
    for resource in stack.resources() {
        let address = stack.address(resource);
        if !required.contains(resource.provider.source) {
            let source = resource.provider.source;
            found.report(
                resource.location,
                format!("`{address}` needs the provider `{source}`, which the stack does not require"),
            );
        }
        let alias = resource.provider_alias.as_ref().filter(|alias| alias.contains('.'));
        if let Some(alias) = alias.filter(|alias| !aliases.contains(&Some((*alias).clone()))) {
            found.report(
                resource.location,
                format!("`{address}` uses the provider `{alias}`, which is not declared in this stack"),
            );
        }
    }
}

fn declaration(declaration: &Declaration, found: &mut Found) {
    match declaration {
        Declaration::Resource(resource) => check_resource(resource, found),
        Declaration::Provider(provider) => {
            let place = format!("provider {}", provider.provider.name);
            provider.body.check(&place, provider.location, &mut |location, message| found.report(location, message));
        }
        Declaration::Variable(variable) => {
            if variable.default.as_ref().is_some_and(|default| !is_literal(default)) {
                let name = &variable.name;
                found.report(
                    variable.location,
                    format!("the default of `var.{name}` is not literal: Terraform reads it before anything else"),
                );
            }
        }
        Declaration::Check(check) => {
            if check.asserts.is_empty() {
                found.report(check.location, format!("`check.{}` asserts nothing", check.name));
            }
            conditions(&check.asserts, &format!("check.{}", check.name), check.location, found);
        }
        Declaration::Asset(asset) => {
            let outside =
                asset.path.starts_with('/') || asset.path.split('/').any(|part| part == ".." || part.is_empty());
            if outside || asset.path.ends_with(".tf.json") || asset.path.ends_with(".tf") {
                let rule = "it must lie inside the stack's directory and be no configuration file";
                found.report(asset.location, format!("the file `{}` cannot be written: {rule}", asset.path));
            }
        }
        _ => {}
    }
}

fn check_resource(resource: &Resource, found: &mut Found) {
    let place = format!("{}.{}", resource.type_name, resource.label);
    for (location, message) in &resource.problems {
        found.report(location, message.clone());
    }
    resource.body.check(&place, resource.location, &mut |location, message| found.report(location, message));
    let lifecycle = &resource.lifecycle;
    conditions(&lifecycle.preconditions, &place, resource.location, found);
    conditions(&lifecycle.postconditions, &place, resource.location, found);
    let ignores = !matches!(&lifecycle.ignore_changes, IgnoreChanges::Some(attributes) if attributes.is_empty());
    let guards = lifecycle.create_before_destroy.is_some() || lifecycle.prevent_destroy.is_some();
    if resource.mode == Mode::Data && (ignores || guards || !lifecycle.replace_triggered_by.is_empty()) {
        found.report(resource.location, format!("`data.{place}` is only read: its `lifecycle` takes conditions alone"));
    }
}

/// Terraform refuses a condition that refers to nothing, since it could never change.
fn conditions(conditions: &[Condition], place: &str, location: Location, found: &mut Found) {
    for condition in conditions {
        let mut refers = false;
        condition.condition.visit_traversals(&mut |_| refers = true);
        if !refers {
            found.report(location, format!("a condition of `{place}` refers to nothing, so it can never change"));
        }
    }
}

fn is_literal(expression: &Expression) -> bool {
    match expression {
        Expression::Null
        | Expression::Bool(_)
        | Expression::Integer(_)
        | Expression::Float(_)
        | Expression::String(_) => true,
        Expression::List(items) => items.iter().all(is_literal),
        Expression::Object(entries) => entries.iter().all(|(key, value)| key.as_str().is_some() && is_literal(value)),
        _ => false,
    }
}

fn cycles(stack: &BuiltStack, found: &mut Found) {
    let graph = Graph::of(stack);
    for cycle in graph.cycles() {
        let first = &graph.nodes[cycle[0]];
        let mut path: Vec<String> = cycle.iter().map(|node| graph.nodes[*node].address.to_string()).collect();
        path.push(first.address.to_string());
        found.report(first.location, format!("a cycle, so that nothing could be first: {}", path.join(" → ")));
    }
}

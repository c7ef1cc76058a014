//! Each declaration by itself: its schema, its lifecycle, its conditions.

use super::Found;
use crate::{
    body::Body,
    declaration::{Asset, Declaration, VariableData},
    expression::{Expression, Mode, Root, Step, Traversal},
    lifecycle::{Condition, IgnoreChanges},
    problem::Location,
    resource::Resource,
};

pub(super) fn check(declaration: &Declaration, found: &mut Found) {
    match declaration {
        Declaration::Resource(resource) => check_resource(resource, found),
        Declaration::Provider(provider) => {
            check_body(&provider.body, &format!("provider {}", provider.provider.name), provider.location, found);
        }
        Declaration::Variable(variable) => check_variable(variable, found),
        Declaration::Output(output) => {
            check_conditions(&output.preconditions, &format!("output.{}", output.name), found);
        }
        Declaration::Check(check) => {
            if check.asserts.is_empty() {
                found.report(
                    check.location,
                    format!("`check.{}` asserts nothing: add an assertion, or remove it", check.name),
                );
            }
            check_conditions(&check.asserts, &format!("check.{}", check.name), found);
        }
        Declaration::Run(run) => {
            if run.asserts.is_empty() {
                found.report(
                    run.location,
                    format!("`run.{}` asserts nothing: add an assertion, or remove it", run.name),
                );
            }
            check_conditions(&run.asserts, &format!("run.{}", run.name), found);
        }
        Declaration::Asset(asset) => check_asset(asset, found),
        Declaration::Local(_)
        | Declaration::Refactoring(_)
        | Declaration::MockProvider(_)
        | Declaration::Terraform(_) => {}
    }
}

fn check_resource(resource: &Resource, found: &mut Found) {
    let data = if resource.mode == Mode::Data { "data." } else { "" };
    let place = format!("{data}{}.{}", resource.type_name, resource.label);
    for (location, message) in &resource.problems {
        found.report(location, message.clone());
    }
    check_body(&resource.body, &place, resource.location, found);
    let lifecycle = &resource.lifecycle;
    check_conditions(&lifecycle.preconditions, &place, found);
    check_conditions(&lifecycle.postconditions, &place, found);
    if let IgnoreChanges::Some(attributes) = &lifecycle.ignore_changes {
        for attribute in attributes.iter().filter(|attribute| !is_own_attribute(attribute)) {
            let path = crate::render::reference(attribute);
            let rule = "name one of its own attributes, with literal keys";
            found.report(resource.location, format!("`{place}` ignores changes of `{path}`: {rule}"));
        }
    }
    for reference in &lifecycle.replace_triggered_by {
        let resource_reference =
            matches!(&reference.root, Root::Declared(address) if matches!(address.mode, Mode::Managed | Mode::Data));
        if !resource_reference || reference.steps.contains(&Step::Splat) {
            let path = crate::render::reference(reference);
            let rule = "name a resource, or an attribute of one";
            found.report(resource.location, format!("`{place}` is replaced when `{path}` changes: {rule}"));
        }
    }
    let ignores = !matches!(&lifecycle.ignore_changes, IgnoreChanges::Some(attributes) if attributes.is_empty());
    let guards = lifecycle.create_before_destroy.is_some() || lifecycle.prevent_destroy.is_some();
    if resource.mode == Mode::Data && (ignores || guards || !lifecycle.replace_triggered_by.is_empty()) {
        found.report(
            resource.location,
            format!("`{place}` is a data source: its `lifecycle` takes only preconditions and postconditions"),
        );
    }
}

fn check_body(body: &Body, place: &str, declared: Location, found: &mut Found) {
    let report = &mut |location: Location, message| found.report(location, message);
    body.check(place, declared, report);
    body.check_iterators(&mut Vec::new(), report);
}

fn is_own_attribute(traversal: &Traversal) -> bool {
    let literal = |step: &Step| match step {
        Step::Attribute(_) | Step::Index(_) => true,
        Step::Key(key) => key.as_str().is_some(),
        Step::Splat => false,
    };
    traversal.root == Root::Itself && !traversal.steps.is_empty() && traversal.steps.iter().all(literal)
}

fn check_variable(variable: &VariableData, found: &mut Found) {
    let name = &variable.name;
    if variable.nullable == Some(false) && variable.default == Some(Expression::Null) {
        found.report(
            variable.location,
            format!("`var.{name}` is not nullable, but its default is null: change one of the two"),
        );
    }
    check_conditions(&variable.validations, &format!("var.{name}"), found);
}

/// Terraform refuses a condition that refers to nothing, since it could never change.
fn check_conditions(conditions: &[Condition], place: &str, found: &mut Found) {
    for condition in conditions {
        let mut refers = false;
        condition.condition.visit_traversals(&mut |traversal| {
            refers |= !matches!(traversal.root, Root::Iterator(_));
        });
        if !refers {
            let message = format!(
                "a condition of `{place}` refers to nothing, so its result never changes: refer to a value, or remove \
                 it"
            );
            found.report(condition.location, message);
        }
    }
}

/// The ends of names that Terraform reads, or keeps for its users.
const CONFIGURATION: [&str; 10] = [
    ".tf",
    ".tf.json",
    ".tfvars",
    ".tfvars.json",
    ".tfstate",
    ".tfstate.backup",
    ".tftest.hcl",
    ".tftest.json",
    ".tfmock.hcl",
    ".tfmock.json",
];

fn check_asset(asset: &Asset, found: &mut Found) {
    let path = asset.path.as_str();
    let outside = path.contains(['\\', ':']) || path.split('/').any(|part| matches!(part, "" | "." | ".."));
    let first = path.split('/').next().unwrap_or_default();
    let is_terraforms = first.starts_with(".terraform")
        || CONFIGURATION.iter().any(|ending| path.to_ascii_lowercase().ends_with(ending));
    if outside || is_terraforms {
        let rule = "choose a path inside the stack's directory that is not one of Terraform's own files";
        found.report(asset.location, format!("the file `{path}` cannot be written: {rule}"));
    }
}

//! Where expressions stand in a declaration, and what may be referred to there.

use crate::{
    body::{Body, Content, Repeat},
    declaration::{Change, Declaration},
    expression::{Expression, Traversal},
    lifecycle::Condition,
    problem::Location,
    resource::{Repetition, Resource},
    schema::AttributeSchema,
};

/// An expression, and where it stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Occurrence<'a> {
    /// The expression.
    pub expression: &'a Expression,
    /// Where it was written.
    pub location: Location,
    /// The purpose of the expression.
    pub position: Position,
    /// The iterators of the `dynamic` blocks around it.
    pub iterators: &'a [&'a str],
}

/// The purpose of an expression.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Position {
    /// An argument of a resource or provider, and its schema where there is one.
    Argument(Option<&'static AttributeSchema>),
    /// The collection of a `dynamic` block.
    Dynamic,
    /// `count` or `for_each`.
    Repetition,
    /// A postcondition, which may say `self`.
    Postcondition,
    /// The value of a local.
    Local,
    /// The value of an output.
    Output,
    /// Anything else that is evaluated.
    Other,
}

/// Calls `visit` with every expression of a declaration that Terraform evaluates.
pub(crate) fn places(declaration: &Declaration, visit: &mut dyn FnMut(Occurrence<'_>)) {
    let mut at = |expression: &Expression, location: Location, position: Position| {
        visit(Occurrence { expression, location, position, iterators: &[] });
    };
    match declaration {
        Declaration::Resource(resource) => places_of_resource(resource, visit),
        Declaration::Provider(provider) => places_of_body(&provider.body, &[], visit),
        Declaration::Local(local) => at(&local.value, local.location, Position::Local),
        Declaration::Output(output) => {
            at(&output.value, output.location, Position::Output);
            places_of_conditions(&output.preconditions, Position::Other, visit);
        }
        Declaration::Check(check) => places_of_conditions(&check.asserts, Position::Other, visit),
        Declaration::Variable(variable) => places_of_conditions(&variable.validations, Position::Other, visit),
        Declaration::Refactoring(refactoring) => {
            if let Change::Import { id, .. } = &refactoring.change {
                at(id, refactoring.location, Position::Other);
            }
        }
        Declaration::Run(run) => {
            for (_, value) in &run.variables {
                at(value, run.location, Position::Other);
            }
            places_of_conditions(&run.asserts, Position::Other, visit);
        }
        Declaration::MockProvider(_) | Declaration::Terraform(_) | Declaration::Asset(_) => {}
    }
}

fn places_of_resource(resource: &Resource, visit: &mut dyn FnMut(Occurrence<'_>)) {
    if let Repetition::Count(expression) | Repetition::ForEach(expression) = &resource.repetition {
        visit(Occurrence { expression, location: resource.location, position: Position::Repetition, iterators: &[] });
    }
    places_of_body(&resource.body, &[], visit);
    places_of_conditions(&resource.lifecycle.preconditions, Position::Other, visit);
    places_of_conditions(&resource.lifecycle.postconditions, Position::Postcondition, visit);
}

fn places_of_conditions(conditions: &[Condition], position: Position, visit: &mut dyn FnMut(Occurrence<'_>)) {
    for Condition { condition, error_message, location } in conditions {
        for expression in [condition, error_message] {
            visit(Occurrence { expression, location, position, iterators: &[] });
        }
    }
}

fn places_of_body(body: &Body, iterators: &[&str], visit: &mut dyn FnMut(Occurrence<'_>)) {
    for entry in body.entries() {
        let location = entry.location;
        match &entry.content {
            Content::Argument(expression) => {
                let position = Position::Argument(body.schema().attribute(&entry.name));
                visit(Occurrence { expression, location, position, iterators });
            }
            Content::Blocks(blocks) => {
                for block in blocks {
                    if let Repeat::Dynamic { for_each: expression, iterator } = &block.repeat {
                        visit(Occurrence { expression, location, position: Position::Dynamic, iterators });
                        places_of_body(&block.body, &[iterators, &[iterator]].concat(), visit);
                    } else {
                        places_of_body(&block.body, iterators, visit);
                    }
                }
            }
        }
    }
}

/// The references of a declaration that are written bare and not as expressions.
pub(crate) fn bare_references(declaration: &Declaration) -> Vec<(&Traversal, Location)> {
    match declaration {
        Declaration::Resource(resource) => {
            resource.lifecycle.replace_triggered_by.iter().map(|traversal| (traversal, resource.location)).collect()
        }
        Declaration::Refactoring(refactoring) => match &refactoring.change {
            Change::Moved { to, .. } | Change::Import { to, .. } => vec![(to, refactoring.location)],
            Change::Removed { .. } => Vec::new(),
        },
        Declaration::Run(run) => run.variables.iter().map(|(variable, _)| (variable, run.location)).collect(),
        _ => Vec::new(),
    }
}

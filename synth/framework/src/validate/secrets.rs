//! Secrets: what is ephemeral stays out of state, and what is sensitive is not shown by surprise.
//!
//! Terraform follows secrets through every function; this follows only plain ways, so that it is never wrong.

use std::collections::HashMap;

use super::Found;
use crate::{
    declaration::Declaration,
    expression::{Address, Expression, Mode, Root, Step, TemplatePart, Traversal},
    places::{Position, places},
    resource::{Repetition, Resource},
    schema::TypeSchema,
    stack::BuiltStack,
};

/// Functions whose result tells as much as their arguments.
const TELLING: [&str; 9] =
    ["base64encode", "concat", "format", "join", "jsonencode", "merge", "tolist", "tostring", "yamlencode"];

pub(super) fn check(stack: &BuiltStack, found: &mut Found) {
    let secrets = Secrets::of(stack);
    for placed in stack.declarations() {
        places(&placed.declaration, &mut |place| match place.position {
            Position::Output => {
                let Declaration::Output(output) = &placed.declaration else { return };
                if let Some(secret) = secrets.told(place.expression, Kind::Ephemeral) {
                    let message = format!(
                        "`output.{}` would store the ephemeral `{secret}` in the state: remove the output",
                        output.name
                    );
                    found.report(place.location, message);
                } else if let Some(secret) = secrets.told(place.expression, Kind::Sensitive)
                    && !output.sensitive
                {
                    let message = format!(
                        "`output.{}` shows the sensitive `{secret}`: mark the output as sensitive",
                        output.name
                    );
                    found.report(place.location, message);
                }
            }
            Position::Argument(Some(attribute))
                if matches!(placed.declaration, Declaration::Resource(_))
                    && !attribute.write_only
                    && !matches!(attribute.type_, TypeSchema::Nested(..)) =>
            {
                if let Some(secret) = secrets.told(place.expression, Kind::Ephemeral) {
                    let name = attribute.name;
                    let message = format!(
                        "`{name}` would store the ephemeral `{secret}` in the state: use a write-only argument"
                    );
                    found.report(place.location, message);
                }
            }
            Position::Dynamic | Position::Repetition => {
                if let Some(secret) = secrets.told(place.expression, Kind::Ephemeral) {
                    found.report(
                        place.location,
                        format!("the ephemeral `{secret}` cannot stand in `count`, `for_each` or a dynamic block"),
                    );
                } else if is_for_each(&placed.declaration)
                    && let Some(secret) = secrets.whole(place.expression)
                {
                    let message =
                        format!("the sensitive `{secret}` cannot stand in `for_each`: Terraform shows its keys");
                    found.report(place.location, message);
                }
            }
            _ => {}
        });
    }
}

fn is_for_each(declaration: &Declaration) -> bool {
    matches!(declaration, Declaration::Resource(resource) if matches!(resource.repetition, Repetition::ForEach(_)))
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Ephemeral,
    Sensitive,
}

struct Secrets<'a> {
    declared: HashMap<Address, &'a Declaration>,
}

impl<'a> Secrets<'a> {
    fn of(stack: &'a BuiltStack) -> Self {
        let named = |mode, label: &str| {
            let stack = stack.shared_name().clone();
            Address { mode, type_name: "", label: label.into(), stack }
        };
        let declared = stack.declarations().iter().filter_map(|placed| {
            let address = match &placed.declaration {
                Declaration::Resource(resource) => stack.address(resource),
                Declaration::Variable(variable) => named(Mode::Variable, &variable.name),
                Declaration::Local(local) => named(Mode::Local, &local.name),
                _ => return None,
            };
            Some((address, &placed.declaration))
        });
        Self { declared: declared.collect() }
    }

    /// The sensitive value that the expression is: Terraform looks at a collection, and not at the values inside it.
    fn whole(&self, expression: &Expression) -> Option<String> {
        match expression {
            Expression::Traversal(traversal) => self.told_by(traversal, Kind::Sensitive, 0),
            Expression::Call("toset", arguments) => arguments.iter().find_map(|argument| self.whole(argument)),
            _ => None,
        }
    }

    /// The secret that the expression would tell, if any.
    fn told(&self, expression: &Expression, kind: Kind) -> Option<String> {
        self.told_within(expression, kind, 0)
    }

    fn told_within(&self, expression: &Expression, kind: Kind, depth: usize) -> Option<String> {
        // Locals can be circular, which is reported elsewhere.
        if depth > self.declared.len() {
            return None;
        }
        let told = |expression| self.told_within(expression, kind, depth);
        match expression {
            Expression::Traversal(traversal) => self.told_by(traversal, kind, depth),
            Expression::Template(parts) => parts.iter().find_map(|part| match part {
                TemplatePart::Expression(inner) => told(inner),
                TemplatePart::Text(_) => None,
            }),
            Expression::List(items) => items.iter().find_map(told),
            Expression::Call(name, arguments) if TELLING.contains(name) => arguments.iter().find_map(told),
            Expression::Object(members) => members.iter().find_map(|(_, value)| told(value)),
            Expression::Conditional(branches) => branches[1..].iter().find_map(told),
            _ => None,
        }
    }

    fn told_by(&self, traversal: &Traversal, kind: Kind, depth: usize) -> Option<String> {
        let Root::Declared(address) = &traversal.root else { return None };
        let secret = match self.declared.get(address)? {
            Declaration::Variable(variable) => match kind {
                Kind::Ephemeral => variable.ephemeral,
                Kind::Sensitive => variable.sensitive,
            },
            Declaration::Local(local) if traversal.steps.is_empty() => {
                return self.told_within(&local.value, kind, depth + 1);
            }
            Declaration::Resource(resource) => kind == Kind::Sensitive && is_sensitive(resource, &traversal.steps),
            _ => false,
        };
        secret.then(|| crate::render::reference(traversal))
    }
}

fn is_sensitive(resource: &Resource, steps: &[Step]) -> bool {
    let first = steps.iter().find_map(|step| match step {
        Step::Attribute(name) => Some(name),
        _ => None,
    });
    let attribute = first.and_then(|name| resource.body.schema().attribute(name));
    attribute.is_some_and(|attribute| attribute.sensitive)
}

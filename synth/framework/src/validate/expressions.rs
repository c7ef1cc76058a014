//! Expressions that Terraform would refuse wherever they stand.

use super::{Found, ITEM_RULE, is_item};
use crate::{
    declaration::Declaration,
    expression::{Expression, Step, TemplatePart},
    places::places,
    problem::Location,
};

pub(super) fn check(declaration: &Declaration, found: &mut Found) {
    places(declaration, &mut |place| {
        place.expression.visit(&mut |expression| check_expression(expression, place.location, found));
    });
    match declaration {
        Declaration::Variable(variable) => {
            if let Some(default) = &variable.default {
                let what = format!("the default of `var.{}`", variable.name);
                check_literal(default, &what, variable.location, found);
            }
        }
        Declaration::Terraform(terraform) => {
            for (name, value) in terraform.backend.iter().flat_map(|backend| &backend.arguments) {
                let what = format!("the backend's `{name}`");
                check_literal(value, &what, terraform.location, found);
            }
        }
        _ => {}
    }
}

fn check_expression(expression: &Expression, location: Location, found: &mut Found) {
    match expression {
        Expression::Float(number) if !number.is_finite() => {
            found.report(location, format!("Terraform has no number `{number}`: give a finite one"));
        }
        Expression::Template(parts) if parts.contains(&TemplatePart::Expression(Expression::Null)) => {
            found.report(location, "null cannot stand inside a longer string: give a value that has a text");
        }
        Expression::Object(members) => {
            for (index, (key, _)) in members.iter().enumerate() {
                // Each key is reported at its second place only.
                if members[..index].iter().filter(|(earlier, _)| earlier == key).count() == 1 {
                    let key = key.as_str().map_or("a computed key".to_owned(), |key| format!("the key `{key}`"));
                    found.report(location, format!("an object has {key} twice: keep one"));
                }
            }
        }
        Expression::Traversal(traversal) => check_steps(&traversal.steps, location, found),
        Expression::Index(_, steps) => check_steps(steps, location, found),
        Expression::For { item, .. } if !is_item(item) => {
            found.report(location, format!("`{item}` cannot name an item: {ITEM_RULE}"));
        }
        _ => {}
    }
}

fn check_steps(steps: &[Step], location: Location, found: &mut Found) {
    for step in steps {
        if let Step::Index(index @ ..0) = step {
            found.report(location, format!("index {index} is negative: lists start at 0"));
        }
    }
}

/// Some places are read before anything is evaluated.
pub(super) fn check_literal(value: &Expression, what: &str, location: Location, found: &mut Found) {
    if is_literal(value) {
        value.visit(&mut |expression| check_expression(expression, location, found));
    } else {
        found.report(location, format!("{what} must be a literal: Terraform reads it before it evaluates anything"));
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

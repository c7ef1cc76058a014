//! Arguments of nested blocks.

use synth_framework::{Body, Expression};

use super::Declared;

/// The text of an argument, where it is known before Terraform runs.
pub(super) fn body_text(owner: &Declared<'_>, body: &Body, argument: &str) -> Option<String> {
    owner.resolve(body.get(argument)?)
}

/// The texts of a list; an item that only Terraform knows is given as `None`.
pub(super) fn body_texts(owner: &Declared<'_>, body: &Body, argument: &str) -> Vec<Option<String>> {
    let items = body.get(argument).and_then(Expression::as_list).unwrap_or_default();
    items.iter().map(|item| owner.resolve(item)).collect()
}

//! Stored values brought to today's schema.

use synth_schema::{Attribute, Level, NestedBlock, NestingMode};

use crate::value::{Mapping, Value};

/// Brings a value that was stored, perhaps by an older schema, to this one: what is missing is null or empty, what the schema
/// does not know goes.
pub(crate) fn conform(level: Level<'_>, stored: &mut Mapping) -> Mapping {
    let mut conformed = Mapping::new();
    for (name, attribute) in level.attributes {
        let value = stored.remove(name).unwrap_or_default();
        conformed.insert(name.clone(), conform_attribute(attribute, value));
    }
    for (name, block) in level.blocks {
        conformed.insert(name.clone(), conform_block(block, stored.remove(name).unwrap_or_default()));
    }
    conformed
}

/// The value in which nothing is set.
pub(crate) fn empty(level: Level<'_>) -> Mapping {
    conform(level, &mut Mapping::new())
}

fn conform_attribute(attribute: &Attribute, value: Value) -> Value {
    match (&attribute.nested_type, &attribute.type_) {
        (Some(nested), _) => each(nested.nesting_mode, value, |members| conform(nested.level(), members)),
        (None, Some(kind)) => value.fitted(kind),
        (None, None) => value,
    }
}

fn conform_block(block: &NestedBlock, value: Value) -> Value {
    let value = match (block.nesting_mode, value) {
        (NestingMode::Single, Value::Null) => return Value::Null,
        (NestingMode::Group | NestingMode::Map, Value::Null) => Value::Mapping(Mapping::new()),
        (NestingMode::List | NestingMode::Set, Value::Null) => Value::Sequence(Vec::new()),
        (_, value) => value,
    };
    each(block.nesting_mode, value, |members| conform(block.block.level(), members))
}

/// Rewrites every object of a block or a nested attribute.
fn each(nesting: NestingMode, value: Value, mut rewrite: impl FnMut(&mut Mapping) -> Mapping) -> Value {
    let mut one = |value: Value| match value {
        Value::Mapping(mut members) => Value::Mapping(rewrite(&mut members)),
        other => other,
    };
    match (nesting, value) {
        (NestingMode::Single | NestingMode::Group, value) => one(value),
        (NestingMode::Map, Value::Mapping(members)) => {
            Value::Mapping(members.into_iter().map(|(key, value)| (key, one(value))).collect())
        }
        (_, Value::Sequence(elements)) => Value::Sequence(elements.into_iter().map(one).collect()),
        (_, other) => other,
    }
}

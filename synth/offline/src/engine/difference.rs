//! The differences between two states, as the paths of the attributes that differ.

use synth_schema::{Attribute, Level, NestingMode, Type};

use crate::value::{Mapping, Path, Value};

/// The paths at which two values of a level differ. A set of blocks differs as a whole, and so do blocks that come or go.
pub(crate) fn differences(level: Level<'_>, before: &Mapping, after: &Mapping, path: &Path) -> Vec<Path> {
    let mut paths = Vec::new();
    let of = |mapping: &Mapping, name: &str| mapping.get(name).cloned().unwrap_or_default();
    for (name, attribute) in level.attributes {
        let (before, after, path) = (of(before, name), of(after, name), path.name(name));
        match &attribute.nested_type {
            Some(nested) => paths.extend(inside(nested.level(), nested.nesting_mode, &before, &after, &path)),
            None if !equal(attribute, &before, &after) => paths.push(path),
            None => {}
        }
    }
    for (name, block) in level.blocks {
        let (before, after, path) = (of(before, name), of(after, name), path.name(name));
        paths.extend(inside(block.block.level(), block.nesting_mode, &before, &after, &path));
    }
    paths
}

fn inside(level: Level<'_>, nesting: NestingMode, before: &Value, after: &Value, path: &Path) -> Vec<Path> {
    let of = |before: &Value, after: &Value, path: &Path| match (before, after) {
        (Value::Mapping(before), Value::Mapping(after)) => differences(level, before, after, path),
        _ if before == after => Vec::new(),
        _ => vec![path.clone()],
    };
    match (nesting, before, after) {
        (NestingMode::Set, Value::Sequence(before), Value::Sequence(after)) => {
            // Elements are equal by schema, because a set inside of them may be in another order.
            let same = |one: &Value, other: &Value| of(one, other, path).is_empty();
            if same_elements(before, after, same) { Vec::new() } else { vec![path.clone()] }
        }
        (NestingMode::List, Value::Sequence(before), Value::Sequence(after)) if before.len() == after.len() => {
            let pairs = before.iter().zip(after).enumerate();
            pairs.flat_map(|(index, (before, after))| of(before, after, &path.index(index))).collect()
        }
        (NestingMode::Map, Value::Mapping(before), Value::Mapping(after)) if before.keys().eq(after.keys()) => {
            let pairs = before.iter().zip(after.values());
            pairs.flat_map(|((key, before), after)| of(before, after, &path.key(key))).collect()
        }
        (NestingMode::Single | NestingMode::Group, ..) => of(before, after, path),
        _ if before == after => Vec::new(),
        _ => vec![path.clone()],
    }
}

fn equal(attribute: &Attribute, before: &Value, after: &Value) -> bool {
    match (&attribute.type_, before, after) {
        (Some(Type::Set(_)), Value::Sequence(before), Value::Sequence(after)) => {
            same_elements(before, after, |one, other| one == other)
        }
        _ => before == after,
    }
}

/// Do both hold the same elements, in whatever order?
fn same_elements(before: &[Value], after: &[Value], same: impl Fn(&Value, &Value) -> bool) -> bool {
    let mut left: Vec<&Value> = after.iter().collect();
    before.len() == after.len()
        && before.iter().all(|element| {
            let found = left.iter().position(|other| same(element, other));
            found.map(|position| left.swap_remove(position)).is_some()
        })
}

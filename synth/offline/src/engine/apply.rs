//! Apply: everything that was unknown gets a value of its type, the same in every run.

use synth_schema::{Attribute, Level, NestedBlock, NestedType, NestingMode, Type};

use super::template::Resource;
use crate::{
    schema::empty,
    value::{Mapping, Value},
};

/// The state that a planned change ends in.
pub(crate) fn apply(level: Level<'_>, resource: &Resource<'_>) -> Mapping {
    let mut state = resource.known.clone();
    fill(level, resource, "", &mut state);
    state
}

/// Gives a value to all that is unknown at a level and below.
pub(crate) fn fill(level: Level<'_>, resource: &Resource<'_>, path: &str, state: &mut Mapping) {
    for (name, attribute) in level.attributes {
        let Some(value) = state.get_mut(name) else { continue };
        let path = join(path, name);
        match (&attribute.nested_type, &attribute.type_) {
            _ if *value == Value::Unknown => *value = made(attribute, resource, &path),
            (Some(nested), _) => fill_each(nested.level(), nested.nesting_mode, resource, &path, value),
            (None, Some(kind)) if value.has_unknown() => fill_plain(kind, resource, &path, value),
            _ => {}
        }
    }
    for (name, block) in level.blocks {
        let Some(value) = state.get_mut(name) else { continue };
        let path = join(path, name);
        if *value == Value::Unknown {
            *value = made_blocks(block, resource, &path);
        }
        fill_each(block.block.level(), block.nesting_mode, resource, &path, value);
    }
}

fn fill_each(level: Level<'_>, nesting: NestingMode, resource: &Resource<'_>, path: &str, value: &mut Value) {
    let one = |value: &mut Value| {
        if let Value::Mapping(object) = value {
            fill(level, resource, path, object);
        }
    };
    match (nesting, value) {
        (NestingMode::Map, Value::Mapping(objects)) => objects.values_mut().for_each(one),
        (_, Value::Sequence(objects)) => objects.iter_mut().for_each(one),
        (_, value) => one(value),
    }
}

/// Fills what is unknown inside a known list, map or object.
fn fill_plain(kind: &Type, resource: &Resource<'_>, path: &str, value: &mut Value) {
    match (kind, value) {
        (kind, value @ Value::Unknown) => *value = plain(kind, resource, path),
        (Type::List(kind) | Type::Set(kind), Value::Sequence(elements)) => {
            for element in elements {
                fill_plain(kind, resource, path, element);
            }
        }
        (Type::Map(kind), Value::Mapping(members)) => {
            for (key, member) in members {
                fill_plain(kind, resource, &join(path, key), member);
            }
        }
        (Type::Object(kinds, _), Value::Mapping(members)) => {
            for (name, kind) in kinds {
                if let Some(member) = members.get_mut(name) {
                    fill_plain(kind, resource, &join(path, name), member);
                }
            }
        }
        _ => {}
    }
}

fn made(attribute: &Attribute, resource: &Resource<'_>, path: &str) -> Value {
    match (&attribute.nested_type, &attribute.type_) {
        (Some(nested), _) => made_nested(nested, resource, path),
        // An argument that was left out is empty in AWS's answers, unless a template says what it falls back to.
        (None, Some(Type::String)) if attribute.optional => Value::text(resource.made(path).unwrap_or_default()),
        (None, Some(kind)) => plain(kind, resource, path),
        (None, None) => Value::Null,
    }
}

/// Blocks that nobody wrote: one where a template tells of it, with what is computed or has a template still unknown.
fn made_blocks(block: &NestedBlock, resource: &Resource<'_>, path: &str) -> Value {
    if !resource.cloud.fills_below(resource.kind, path) {
        return Value::Sequence(Vec::new());
    }
    let mut members = empty(block.block.level());
    for (name, attribute) in &block.block.attributes {
        if attribute.computed || resource.made(&join(path, name)).is_some() {
            members.insert(name.clone(), Value::Unknown);
        }
    }
    Value::Sequence(vec![Value::Mapping(members)])
}

fn made_nested(nested: &NestedType, resource: &Resource<'_>, path: &str) -> Value {
    let object = || {
        let members = nested.attributes.iter().map(|(name, attribute)| {
            let value = if attribute.write_only { Value::Null } else { made(attribute, resource, &join(path, name)) };
            (name.clone(), value)
        });
        Value::Mapping(members.collect())
    };
    match nested.nesting_mode {
        NestingMode::Single | NestingMode::Group => object(),
        NestingMode::List | NestingMode::Set if resource.cloud.fills_below(resource.kind, path) => {
            Value::Sequence(vec![object()])
        }
        NestingMode::List | NestingMode::Set => Value::Sequence(Vec::new()),
        NestingMode::Map => Value::Mapping(Mapping::new()),
    }
}

fn plain(kind: &Type, resource: &Resource<'_>, path: &str) -> Value {
    let made = || resource.made(path);
    match kind {
        Type::String => Value::text(made().unwrap_or_else(|| resource.anything(path))),
        Type::Number => made().and_then(|text| text.parse().ok()).map_or(Value::whole(0), Value::Number),
        Type::Bool => Value::Bool(made().is_some_and(|text| text == "true")),
        Type::Dynamic => Value::Dynamic(br#""string""#.to_vec(), Box::new(resource.anything(path).into())),
        Type::Map(_) => Value::Mapping(Mapping::new()),
        Type::Tuple(kinds) => Value::Sequence(kinds.iter().map(|kind| plain(kind, resource, path)).collect()),
        Type::Object(kinds, _) => {
            let member = |(name, kind): (&String, &Type)| (name.clone(), plain(kind, resource, &join(path, name)));
            Value::Mapping(kinds.iter().map(member).collect())
        }
        Type::List(kind) | Type::Set(kind) => match (&**kind, made()) {
            (Type::String, Some(list)) => Value::texts(list.split(',').filter(|text| !text.is_empty())),
            (Type::Object(..), None) if resource.cloud.fills_below(resource.kind, path) => {
                Value::Sequence(vec![plain(kind, resource, path)])
            }
            (Type::List(_), None) | (_, None | Some(_)) => Value::Sequence(Vec::new()),
        },
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

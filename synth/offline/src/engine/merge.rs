//! A configuration, completed by what its schema computes, and by the ways of the older SDK.

use synth_schema::{Attribute, Level, NestingMode, Type};

use super::difference::differences;
use crate::value::{Mapping, Path, Step, Value};

/// The answer of a data source, as far as its configuration says.
pub(crate) fn answered(level: Level<'_>, config: &Mapping) -> Mapping {
    Rules { old: false, created: true }.merge(level, config, None)
}

/// How a configuration is completed.
#[derive(Clone, Copy)]
pub(super) struct Rules {
    /// As by the older SDK.
    pub(super) old: bool,
    /// For a resource that is not there yet.
    pub(super) created: bool,
}

impl Rules {
    /// The configuration, completed by what the schema computes: unknown where nothing is known, else as it was.
    pub(super) fn merge(self, level: Level<'_>, config: &Mapping, prior: Option<&Mapping>) -> Mapping {
        let of = |name: &str| config.get(name).unwrap_or(&Value::Null);
        let before = |name: &str| prior.map(|prior| prior.get(name).unwrap_or(&Value::Null));
        let attributes = level.attributes.iter().map(|(name, attribute)| {
            let value = self.attribute(attribute, of(name), before(name));
            (name.clone(), value)
        });
        let blocks = level.blocks.iter().map(|(name, block)| {
            let value = self.each(block.block.level(), block.nesting_mode, of(name), before(name));
            (name.clone(), value)
        });
        attributes.chain(blocks).collect()
    }

    fn attribute(self, attribute: &Attribute, config: &Value, prior: Option<&Value>) -> Value {
        if attribute.write_only {
            return Value::Null;
        }
        match (&attribute.nested_type, config) {
            // The older SDK computes nothing in a block that joins a resource which is there already.
            (_, Value::Null) if attribute.computed && self.old && !self.created => prior.cloned().unwrap_or_default(),
            (_, Value::Null) if attribute.computed => prior.cloned().unwrap_or(Value::Unknown),
            // To the older SDK, what is left out does not differ from what is empty.
            (None, Value::Null) if self.old && prior.is_some_and(is_zero) => prior.cloned().unwrap_or_default(),
            (_, Value::Null | Value::Unknown) => config.clone(),
            (None, _) if self.old => attribute.type_.as_ref().map_or(config.clone(), |kind| in_sets(kind, config)),
            (None, _) => config.clone(),
            (Some(nested), _) => self.each(nested.level(), nested.nesting_mode, config, prior),
        }
    }

    /// Merges every object of a block or a nested attribute with the one that it was.
    fn each(self, level: Level<'_>, nesting: NestingMode, config: &Value, prior: Option<&Value>) -> Value {
        let one = |config: &Value, prior: Option<&Value>| match config {
            Value::Mapping(object) => Value::Mapping(self.merge(level, object, prior.and_then(Value::as_mapping))),
            other => other.clone(),
        };
        match (nesting, config) {
            (NestingMode::Single | NestingMode::Group, _) => one(config, prior),
            (NestingMode::Map, Value::Mapping(objects)) => {
                let merged = |(key, object): (&String, &Value)| {
                    let before = prior.and_then(Value::as_mapping).and_then(|prior| prior.get(key));
                    (key.clone(), one(object, before))
                };
                Value::Mapping(objects.iter().map(merged).collect())
            }
            (NestingMode::Set, Value::Sequence(objects)) => {
                // To the older SDK, an element that has changed is a new one, and in it everything is computed.
                let rules = Self { created: true, ..self };
                let mut left: Vec<&Value> = prior.and_then(Value::as_sequence).unwrap_or_default().iter().collect();
                let merged = objects.iter().map(|object| {
                    let before = left.iter().position(|prior| self.fits(level, object, prior));
                    let before = before.and_then(|at| left.swap_remove(at).as_mapping());
                    match object {
                        Value::Mapping(object) => self.element(level, rules.merge(level, object, before)),
                        other => other.clone(),
                    }
                });
                Value::Sequence(merged.collect())
            }
            (_, Value::Sequence(objects)) => {
                let left = prior.and_then(Value::as_sequence).unwrap_or_default();
                let merged = objects.iter().enumerate().map(|(index, object)| one(object, left.get(index)));
                Value::Sequence(merged.collect())
            }
            _ => config.clone(),
        }
    }

    /// An element of a set: there the older SDK has no null for a text or a flag that is left out beside others.
    fn element(self, level: Level<'_>, mut members: Mapping) -> Value {
        if self.old {
            let others = level.attributes.keys().any(|name| members.get(name).is_some_and(|value| !value.is_empty()));
            for (name, attribute) in level.attributes {
                if let (true, Some(value @ Value::Null)) = (others, members.get_mut(name)) {
                    *value = match attribute.type_ {
                        Some(Type::String) => Value::text(""),
                        Some(Type::Bool) => Value::Bool(false),
                        _ => continue,
                    };
                }
            }
            for (name, block) in level.blocks {
                members.get_mut(name).into_iter().for_each(|value| texts(block.block.level(), value));
            }
        }
        Value::Mapping(members)
    }

    /// Could this element of a set be what the configuration has made? Then nothing differs but what is computed.
    fn fits(self, level: Level<'_>, config: &Value, prior: &Value) -> bool {
        match (config.as_mapping(), prior.as_mapping()) {
            (Some(config), Some(prior)) => {
                let merged = self.merge(level, config, Some(prior));
                // What is not written may be a default that the provider put there.
                differences(level, prior, &merged, &Path::default()).iter().all(|path| is_null(&merged, path))
            }
            _ => false,
        }
    }
}

/// Makes every text that is left out in the blocks of an element an empty one.
fn texts(level: Level<'_>, blocks: &mut Value) {
    let Value::Sequence(blocks) = blocks else { return };
    for members in
        blocks.iter_mut().filter_map(|block| if let Value::Mapping(members) = block { Some(members) } else { None })
    {
        for (name, value) in members.iter_mut() {
            let attribute = level.attributes.get(name);
            match level.blocks.get(name) {
                Some(block) => texts(block.block.level(), value),
                None if value.is_null() && attribute.is_some_and(|it| it.type_ == Some(Type::String)) => {
                    *value = Value::text("");
                }
                None => {}
            }
        }
    }
}

/// A value as the older SDK has it in sets: one of plain elements is not known as long as one of them is not, and objects
/// have no null for what is left out.
fn in_sets(kind: &Type, value: &Value) -> Value {
    let Type::Set(kind) = kind else { return value.clone() };
    match (&**kind, value) {
        (Type::Object(kinds, _), Value::Sequence(objects)) => {
            let member = |(name, value): (&String, &Value)| {
                let value = match (kinds.get(name), value) {
                    (Some(Type::String), Value::Null) => Value::text(""),
                    (Some(Type::Bool), Value::Null) => Value::Bool(false),
                    (Some(kind), value) => in_sets(kind, value),
                    (None, value) => value.clone(),
                };
                (name.clone(), value)
            };
            let object = |object: &Value| match object {
                Value::Mapping(members) => Value::Mapping(members.iter().map(member).collect()),
                other => other.clone(),
            };
            Value::Sequence(objects.iter().map(object).collect())
        }
        (Type::String | Type::Number | Type::Bool, value) if value.has_unknown() => Value::Unknown,
        (_, value) => value.clone(),
    }
}

fn is_zero(value: &Value) -> bool {
    match value {
        Value::Bool(flag) => !flag,
        Value::String(text) => text.is_empty(),
        Value::Number(number) => number.as_f64() == Some(0.0),
        value => !value.is_null() && value.is_empty(),
    }
}

/// Is nothing at the path?
pub(super) fn is_null(state: &Mapping, path: &Path) -> bool {
    let [Step::Name(name), rest @ ..] = path.steps() else { return false };
    let mut value = state.get(name).unwrap_or(&Value::Null);
    for step in rest {
        value = match step {
            Step::Name(name) | Step::Key(name) => value.member(name),
            Step::Index(index) => value.as_sequence().and_then(|all| all.get(*index)).unwrap_or(&Value::Null),
        };
    }
    value.is_empty()
}

//! Plans: what a resource will be, as far as configuration, prior state and schema say so.

use super::difference::differences;
use crate::{
    cloud::{Change, Cloud},
    problem::Problem,
    schema::{Attribute, Level, Nesting},
    value::{Mapping, Path, Step, Value},
};

/// A planned change.
#[derive(Debug)]
pub(crate) struct Planned {
    /// What the resource will be.
    pub(crate) state: Mapping,
    /// The attributes whose change it does not survive.
    pub(crate) replaces: Vec<Path>,
}

/// Plans the creation of a resource, or its change where there is a prior state. What an import could not know (null in
/// an `imported` state) is no reason to replace.
pub(crate) fn plan(
    level: Level<'_>,
    cloud: &dyn Cloud,
    kind: &str,
    (prior, imported): (Option<&Mapping>, bool),
    config: &Mapping,
) -> Result<Planned, Problem> {
    let mut state = merge(level, config, prior);
    let changed =
        |state: &Mapping| prior.is_none_or(|prior| !differences(level, prior, state, &Path::default()).is_empty());
    cloud.plan(&Change { kind, config, prior }, &mut state)?;
    let Some(before) = prior else { return Ok(Planned { state, replaces: Vec::new() }) };
    if changed(&state) {
        for (name, attribute) in level.attributes {
            let free = attribute.computed && config.get(name).is_none_or(Value::is_null);
            if free && cloud.recomputes(kind, name) {
                state.insert(name.clone(), Value::Unknown);
            }
        }
    }
    let mut replaces = differences(level, before, &state, &Path::default());
    replaces.retain(|path| cloud.replaces(kind, &path.names()) && !(imported && is_null(before, path)));
    Ok(Planned { state, replaces })
}

/// What a data source answers, as far as its configuration says.
pub(crate) fn merged(level: Level<'_>, config: &Mapping) -> Mapping {
    merge(level, config, None)
}

/// The configuration, completed by what the schema computes: unknown where nothing is known, else as it was.
fn merge(level: Level<'_>, config: &Mapping, prior: Option<&Mapping>) -> Mapping {
    let of = |name: &str| config.get(name).unwrap_or(&Value::Null);
    let before = |name: &str| prior.map(|prior| prior.get(name).unwrap_or(&Value::Null));
    let attributes = level.attributes.iter().map(|(name, attribute)| {
        let value = merge_attribute(attribute, of(name), before(name));
        (name.clone(), value)
    });
    let blocks = level.blocks.iter().map(|(name, block)| {
        let value = merge_each(block.block.level(), block.nesting, of(name), before(name));
        (name.clone(), value)
    });
    attributes.chain(blocks).collect()
}

fn merge_attribute(attribute: &Attribute, config: &Value, prior: Option<&Value>) -> Value {
    if attribute.write_only {
        return Value::Null;
    }
    match (&attribute.nested, config) {
        (_, Value::Null) if attribute.computed => prior.cloned().unwrap_or(Value::Unknown),
        (_, Value::Null | Value::Unknown) | (None, _) => config.clone(),
        (Some(nested), _) => merge_each(nested.level(), nested.nesting, config, prior),
    }
}

/// Merges every object of a block or a nested attribute with the one that it was.
fn merge_each(level: Level<'_>, nesting: Nesting, config: &Value, prior: Option<&Value>) -> Value {
    let one = |config: &Value, prior: Option<&Value>| match config {
        Value::Mapping(object) => Value::Mapping(merge(level, object, prior.and_then(Value::as_mapping))),
        other => other.clone(),
    };
    match (nesting, config) {
        (Nesting::Single | Nesting::Group, _) => one(config, prior),
        (Nesting::Map, Value::Mapping(objects)) => {
            let merged = |(key, object): (&String, &Value)| {
                let before = prior.and_then(Value::as_mapping).and_then(|prior| prior.get(key));
                (key.clone(), one(object, before))
            };
            Value::Mapping(objects.iter().map(merged).collect())
        }
        (_, Value::Sequence(objects)) => {
            let mut left: Vec<&Value> = prior.and_then(Value::as_sequence).unwrap_or_default().iter().collect();
            let merged = objects.iter().enumerate().map(|(index, object)| {
                let before = match nesting {
                    Nesting::Set => {
                        left.iter().position(|prior| fits(level, object, prior)).map(|at| left.swap_remove(at))
                    }
                    _ => left.get(index).copied(),
                };
                one(object, before)
            });
            Value::Sequence(merged.collect())
        }
        _ => config.clone(),
    }
}

/// Could this element of a set be what the configuration has made? Then nothing differs but what is computed.
fn fits(level: Level<'_>, config: &Value, prior: &Value) -> bool {
    match (config.as_mapping(), prior.as_mapping()) {
        (Some(config), Some(prior)) => {
            let merged = merge(level, config, Some(prior));
            // What is not written may be a default that the provider put there.
            differences(level, prior, &merged, &Path::default()).iter().all(|path| is_null(&merged, path))
        }
        _ => false,
    }
}

fn is_null(state: &Mapping, path: &Path) -> bool {
    let [Step::Name(name), rest @ ..] = path.steps() else { return false };
    let mut value = state.get(name).unwrap_or(&Value::Null);
    for step in rest {
        value = match step {
            Step::Name(name) | Step::Key(name) => value.member(name),
            Step::Index(index) => value.as_sequence().and_then(|all| all.get(*index)).unwrap_or(&Value::Null),
        };
    }
    value.is_null() || value.as_sequence().is_some_and(<[Value]>::is_empty)
}

//! Configurations against their schema: what is required, and how often blocks stand.

use synth_schema::{Attribute, Level, NestedBlock, NestingMode};

use crate::{
    problem::Problem,
    value::{Mapping, Path, Value},
};

/// Everything that a configuration breaks of its schema. What is not yet known breaks nothing.
pub(crate) fn check(level: Level<'_>, config: &Mapping, path: &Path, problems: &mut Vec<Problem>) {
    let of = |name: &str| config.get(name).unwrap_or(&Value::Null);
    for (name, attribute) in level.attributes {
        check_attribute(name, attribute, of(name), &path.name(name), problems);
    }
    for (name, block) in level.blocks {
        check_block(name, block, of(name), &path.name(name), problems);
    }
}

fn check_attribute(name: &str, attribute: &Attribute, value: &Value, path: &Path, problems: &mut Vec<Problem>) {
    if value.is_null() {
        if attribute.required {
            let detail = format!("The argument \"{name}\" is required, but no definition was found.");
            problems.push(Problem::new(path.clone(), "Missing required argument", detail));
        }
        return;
    }
    if attribute.computed && !attribute.optional {
        let detail = format!("\"{name}\" is decided by the provider and cannot be set in the configuration.");
        problems.push(Problem::new(path.clone(), "Value for unconfigurable attribute", detail));
    }
    if attribute.deprecated {
        let detail = format!("The provider says not to use \"{name}\" any more; its documentation says what instead.");
        problems.push(Problem::warning(path.clone(), "Argument is deprecated", detail));
    }
    if let Some(nested) = &attribute.nested_type {
        each(nested.nesting_mode, value, path, |object, path| check(nested.level(), object, path, problems));
    }
}

fn check_block(name: &str, block: &NestedBlock, value: &Value, path: &Path, problems: &mut Vec<Problem>) {
    if matches!(block.nesting_mode, NestingMode::List | NestingMode::Set)
        && let Some(number) = value.as_sequence().and_then(|blocks| u32::try_from(blocks.len()).ok())
    {
        if number < block.min_items {
            let detail = format!("At least {} \"{name}\" blocks are required, there are {number}.", block.min_items);
            problems.push(Problem::new(path.clone(), format!("Insufficient {name} blocks"), detail));
        }
        if block.max_items > 0 && number > block.max_items {
            let detail = format!("No more than {} \"{name}\" blocks are allowed, there are {number}.", block.max_items);
            problems.push(Problem::new(path.clone(), format!("Too many {name} blocks"), detail));
        }
    }
    if block.nesting_mode == NestingMode::Single && block.min_items > 0 && value.is_null() {
        let detail = format!("A \"{name}\" block is required.");
        problems.push(Problem::new(path.clone(), format!("Missing {name} block"), detail));
    }
    each(block.nesting_mode, value, path, |object, path| check(block.block.level(), object, path, problems));
}

/// Visits every object of a block or a nested attribute. Elements of sets have no path that Terraform could show.
pub(crate) fn each(nesting: NestingMode, value: &Value, path: &Path, mut visit: impl FnMut(&Mapping, &Path)) {
    match (nesting, value) {
        (NestingMode::Single | NestingMode::Group, Value::Mapping(object)) => visit(object, path),
        (NestingMode::Map, Value::Mapping(objects)) => {
            for (key, object) in objects.iter().filter_map(|(key, value)| Some((key, value.as_mapping()?))) {
                visit(object, &path.key(key));
            }
        }
        (_, Value::Sequence(objects)) => {
            for (index, object) in objects.iter().enumerate().filter_map(|(index, v)| Some((index, v.as_mapping()?))) {
                if nesting == NestingMode::Set { visit(object, path) } else { visit(object, &path.index(index)) }
            }
        }
        _ => {}
    }
}

//! The defaults and the computed blocks that the provider plans where a configuration leaves them out.
//!
//! A schema shows neither: the provider is made with an SDK that keeps defaults to itself, and that lets blocks be
//! computed.

use super::types::Facts;
use crate::{
    cloud::Change,
    value::{Mapping, Value},
};

/// Puts defaults, computed blocks and what is kept into a plan.
pub(super) fn plan(facts: &Facts, change: &Change<'_>, planned: &mut Mapping) {
    for (path, default) in facts.defaults {
        let default = serde_json::from_str(default).expect("the table holds JSON");
        complete(planned, change.config, path, &Value::from_json(default));
    }
    for block in facts.computed_blocks {
        compute(planned, change.config, change.prior, block);
    }
    for name in facts.keeps {
        if let (true, Some(prior)) = (change.config.get(*name).is_none_or(Value::is_empty), change.prior) {
            planned.insert((*name).to_owned(), prior.get(*name).cloned().unwrap_or_default());
        }
    }
}

/// Puts a default wherever its path leads to what the configuration leaves out.
pub(super) fn complete(planned: &mut Mapping, config: &Mapping, path: &str, default: &Value) {
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    let given = config.get(first).unwrap_or(&Value::Null);
    match planned.get_mut(first) {
        Some(value) if rest.is_empty() && given.is_null() => *value = default.clone(),
        Some(Value::Sequence(blocks)) if !rest.is_empty() => {
            for (block, given) in blocks.iter_mut().zip(given.as_sequence().unwrap_or_default()) {
                if let (Value::Mapping(block), Value::Mapping(given)) = (block, given) {
                    complete(block, given, rest, default);
                }
            }
        }
        _ => {}
    }
}

/// Puts what an update makes of what single blocks leave out, and left out before, if anything changes at all.
pub(super) fn empty(values: &[(&str, &str)], change: &Change<'_>, planned: &mut Mapping) {
    let Some(prior) = change.prior.filter(|prior| *prior != planned) else { return };
    for (path, value) in values {
        let (block, name) = path.split_once('.').unwrap_or((path, ""));
        let before = prior.get(block).and_then(Value::as_sequence).and_then(<[Value]>::first);
        if before.is_none_or(|before| before.member(name).is_null()) {
            let value = serde_json::from_str(value).expect("the table holds JSON");
            complete(planned, change.config, path, &Value::from_json(value));
        }
    }
}

/// Leaves a block to AWS wherever its path leads to one that the configuration leaves out.
fn compute(planned: &mut Mapping, config: &Mapping, prior: Option<&Mapping>, path: &str) {
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    let given = config.get(first).and_then(Value::as_sequence).unwrap_or_default();
    if rest.is_empty() {
        if given.is_empty() {
            let before = prior.map_or(Value::Unknown, |prior| prior.get(first).cloned().unwrap_or_default());
            planned.insert(first.to_owned(), before);
        }
        return;
    }
    let Some(Value::Sequence(blocks)) = planned.get_mut(first) else { return };
    for (index, (block, given)) in blocks.iter_mut().zip(given).enumerate() {
        let before = prior.map(|prior| prior.get(first).and_then(Value::as_sequence)?.get(index)?.as_mapping());
        if let (Value::Mapping(block), Value::Mapping(given)) = (block, given) {
            match before {
                None => compute(block, given, None, rest),
                Some(Some(before)) => compute(block, given, Some(before), rest),
                // In a block that joins a resource which is there already, nothing is left to AWS.
                Some(None) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value as Json;

    use super::{super::types, *};

    #[test]
    fn every_line_is_of_a_type_that_has_bindings() {
        let provider = crate::server::Provider::aws(crate::AwsVersion::Oldest).unwrap();
        let of = |kind: &str| {
            &provider.schema.resource_schemas.get(kind).unwrap_or_else(|| panic!("no schema of {kind}")).block
        };
        for Facts { name: kind, defaults, computed_blocks, .. } in types::ALL {
            for (path, default) in *defaults {
                let (block, name) = path.rsplit_once('.').map_or((of(kind), *path), |(blocks, name)| {
                    (blocks.split('.').fold(of(kind), |block, name| &block.block_types[name].block), name)
                });
                assert!(block.attributes[name].optional, "{kind}.{path}");
                assert!(serde_json::from_str::<Json>(default).is_ok(), "{kind}.{path}");
            }
            for block in *computed_blocks {
                block.split('.').fold(of(kind), |of, name| &of.block_types[name].block);
            }
        }
    }
}

//! How AWS's computed values look: by the templates of their type, or of any.

use super::types;

/// Path and template, for every type that has none of its own.
const ANY: &[(&str, &str)] = &[
    ("account_id", "{account}"),
    ("created_at", "{created}"),
    ("create_date", "{created}"),
    ("id", "{hex:20}"),
    ("modified_at", "{created}"),
    ("name", "{name_prefix|or:terraform-}{hex:26}"),
    ("owner_id", "{account}"),
    ("region", "{region}"),
    ("registry_id", "{account}"),
];

/// The template of a type's attribute. A data source has those of its resource, where it has none of its own.
pub(crate) fn template(kind: &str, path: &str) -> Option<&'static str> {
    let mut rows = types::with_resource(kind).flat_map(|facts| facts.templates).chain(ANY);
    rows.find(|(at, _)| *at == path).map(|(_, template)| *template)
}

/// Has anything below this path a template?
pub(crate) fn below(kind: &str, path: &str) -> bool {
    let inside = |at: &str| at.strip_prefix(path).is_some_and(|rest| rest.starts_with('.'));
    types::with_resource(kind).flat_map(|facts| facts.templates).any(|(at, _)| inside(at))
}

#[cfg(test)]
mod tests {
    use synth_schema::{Level, Type};

    use super::*;

    #[test]
    fn every_template_makes_what_is_computed_or_stands_in_a_block_that_may_be() {
        let provider = crate::server::Provider::aws(crate::AwsVersion::Oldest).unwrap();
        let rows = types::ALL.iter().flat_map(|facts| facts.templates.iter().map(|(path, _)| (facts.name, *path)));
        for (kind, path) in rows {
            let schemas = match kind.strip_prefix("data.") {
                Some(name) => vec![provider.schema.data_source_schemas.get(name)],
                None => {
                    vec![provider.schema.resource_schemas.get(kind), provider.schema.data_source_schemas.get(kind)]
                }
            };
            let found = schemas.into_iter().flatten().any(|schema| computed(schema.block.level(), path, false));
            assert!(found, "{kind} has no {path} that is computed");
        }
    }

    fn computed(level: Level<'_>, path: &str, inside: bool) -> bool {
        let (first, rest) = path.split_once('.').unwrap_or((path, ""));
        match (level.attributes.get(first), level.blocks.get(first)) {
            (Some(attribute), _) => {
                (attribute.computed || inside) && attribute.type_.as_ref().is_some_and(|kind| leads(kind, rest))
            }
            (_, Some(block)) => computed(block.block.level(), rest, true),
            _ => false,
        }
    }

    fn leads(kind: &Type, path: &str) -> bool {
        let (first, rest) = path.split_once('.').unwrap_or((path, ""));
        match kind {
            _ if path.is_empty() => true,
            Type::List(kind) | Type::Set(kind) => leads(kind, path),
            Type::Object(members, _) => members.get(first).is_some_and(|kind| leads(kind, rest)),
            _ => false,
        }
    }
}

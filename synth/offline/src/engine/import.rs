//! Import: an id, and from it as much of a resource as an id can tell.

use synth_schema::Level;

use super::{
    apply::fill,
    template::{Resource, pieces},
};
use crate::{
    cloud::Cloud,
    problem::Problem,
    schema::empty,
    value::{Mapping, Value},
};

/// The private mark of a state that was imported and never applied.
pub(crate) const IMPORTED: &[u8] = b"imported";

/// The state that stands for an id until it is read.
pub(crate) fn import(level: Level<'_>, cloud: &dyn Cloud, kind: &str, id: &str) -> Result<Mapping, Problem> {
    if id.is_empty() {
        return Err(Problem::of_all("Nothing to import", "The import id is empty."));
    }
    let mut state = empty(level);
    let of_its_own = cloud.imported_by(kind);
    for (name, text) in parse(of_its_own.or_else(|| cloud.template(kind, "id")).unwrap_or_default(), id) {
        if level.attributes.get(name).is_some_and(|attribute| attribute.type_.is_some() && !attribute.write_only) {
            state.insert(name.to_owned(), text.into());
        }
    }
    if !level.attributes.contains_key("id") {
        return Err(Problem::of_all("No import", format!("`{kind}` has no id, so it cannot be imported.")));
    }
    // Where something else was asked for, the id is computed when the state is read.
    if of_its_own.is_none() {
        state.insert("id".to_owned(), id.into());
    } else if state.values().all(Value::is_empty) {
        let detail = format!("An import of `{kind}` takes `{}`, not \"{id}\".", of_its_own.unwrap_or_default());
        return Err(Problem::of_all("Unexpected import id", detail));
    }
    Ok(state)
}

/// Completes an imported state by what is computed; what only a configuration could tell stays null.
pub(crate) fn complete(level: Level<'_>, resource: &Resource<'_>) -> Mapping {
    let mut state = resource.known.clone();
    for (name, attribute) in level.attributes {
        if attribute.computed && state.get(name).is_none_or(Value::is_null) {
            state.insert(name.clone(), Value::Unknown);
        }
    }
    fill(level, resource, "", &mut state);
    state
}

/// The attributes that an id is made of: `tideline:coredns` by `{cluster_name}:{addon_name}`.
fn parse<'t>(template: &'t str, id: &str) -> Vec<(&'t str, String)> {
    let pieces: Vec<_> = pieces(template).collect();
    let mut found = Vec::new();
    let Some(mut rest) = id.strip_prefix(pieces.first().map_or("", |(literal, _)| literal)) else { return found };
    for (index, (_, placeholder)) in pieces.iter().enumerate() {
        let Some(name) = placeholder else { continue };
        let until = pieces.get(index + 1).map_or("", |(literal, _)| literal);
        let parts = if until.is_empty() { Some((rest, "")) } else { rest.split_once(until) };
        let Some((text, after)) = parts else { return Vec::new() };
        found.push((*name, text.to_owned()));
        rest = after;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_tells_the_attributes_that_it_is_made_of() {
        let found = parse("{cluster_name}:{addon_name}", "tideline:coredns");
        assert_eq!(found, [("cluster_name", "tideline".to_owned()), ("addon_name", "coredns".to_owned())]);
    }

    #[test]
    fn an_id_of_another_shape_tells_nothing() {
        assert_eq!(parse("prefix/{name}", "tideline"), []);
        assert_eq!(parse("{cluster_name}:{addon_name}", "tideline"), []);
    }
}

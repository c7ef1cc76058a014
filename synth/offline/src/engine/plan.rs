//! Plans: what a resource will be, as far as configuration, prior state and schema say so.

use synth_schema::Level;

use super::{
    difference::differences,
    merge::{Rules, is_null},
};
use crate::{
    cloud::{Change, Cloud},
    problem::Problem,
    value::{Mapping, Path, Value},
};

/// A planned change.
#[derive(Debug)]
pub(crate) struct Planned {
    /// The planned state of the resource.
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
    let rules = Rules { old: cloud.follows_the_old_rules(kind), created: prior.is_none() };
    let mut state = rules.merge(level, config, prior);
    cloud.plan(&Change { kind, config, prior }, &mut state)?;
    let Some(before) = prior else { return Ok(Planned { state, replaces: Vec::new() }) };
    let changed: Vec<_> = differences(level, before, &state, &Path::default()).iter().map(Path::names).collect();
    if !changed.is_empty() {
        for (name, attribute) in level.attributes {
            let free = attribute.computed && config.get(name).is_none_or(Value::is_null);
            if free && cloud.recomputes(kind, name, &changed, &state) {
                state.insert(name.clone(), Value::Unknown);
            }
        }
    }
    let mut replaces = differences(level, before, &state, &Path::default());
    replaces.retain(|path| cloud.replaces(kind, &path.names(), &state) && !(imported && is_null(before, path)));
    Ok(Planned { state, replaces })
}

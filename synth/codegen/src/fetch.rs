//! Reads a provider's schema, and keeps the selected part of it.
//!
//! It comes from the provider, through Terraform, or from a reading that stands in for it. Where stacks plan under an older
//! version too, that one's schema is kept beside, and gives the reading the blocks that it lost.

use std::{fs, path::Path};

use anyhow::{Context, Result, bail};
use synth_schema::Schemas;

use crate::{
    carry::carry,
    generate::{Layout, read},
    prune::{prune, to_text},
    selection::Selected,
    terraform::{self, Schema},
};

/// The outcome for a provider's committed schema.
#[derive(Debug, PartialEq, Eq)]
pub enum Fetched {
    /// It was written anew.
    Changed,
    /// It was as it should be.
    Unchanged,
    /// The provider cannot be had here, for this reason, and the committed schema has all that is selected.
    Unavailable(String),
}

/// Reads the schema of a provider and commits what is selected.
///
/// Where Terraform or the provider is not to be had, the committed schema stays, as long as it has every selected type.
pub fn fetch(layout: &Layout, provider: &str, selected: &Selected) -> Result<Fetched> {
    match &selected.reading {
        Some(_) => keep(&layout.schema(provider), &to_text(&read_in_place(layout, provider, selected)?)?),
        None => through_terraform(&layout.schema(provider), provider, selected),
    }
}

/// Reads the schema of the oldest version of a provider that stacks plan under, and commits what is selected.
pub fn fetch_floor(layout: &Layout, provider: &str, oldest: &Selected) -> Result<Fetched> {
    through_terraform(&layout.floor(provider, &oldest.version), provider, oldest)
}

/// The selected part of a reading, with the blocks that it lost.
pub fn read_in_place(layout: &Layout, provider: &str, selected: &Selected) -> Result<Schemas> {
    let name =
        selected.reading.as_deref().with_context(|| format!("the selection names no reading for `{provider}`"))?;
    let mut schemas = prune(&layout.reading(name)?, selected).with_context(|| format!("pruning `{name}`"))?;
    if let (Some(floor), Some(oldest)) = (&selected.floor, selected.of_floor()) {
        let path = layout.floor(provider, &floor.version);
        let kept = prune(&read(&path)?, &oldest).with_context(|| format!("reading `{}`", path.display()))?;
        let address = selected.address();
        if let (Some(reading), Some(oldest)) =
            (schemas.provider_schemas.get_mut(&address), kept.provider_schemas.get(&address))
        {
            carry(reading, oldest, &floor.removed);
        }
    }
    Ok(schemas)
}

fn through_terraform(path: &Path, provider: &str, selected: &Selected) -> Result<Fetched> {
    match terraform::schema(provider, selected)? {
        Schema::Text(text) => store(path, selected, &text),
        Schema::Unavailable(why) => {
            let kept = fs::read_to_string(path).ok().map(|text| prune(&text, selected));
            match kept {
                Some(Ok(schemas)) => {
                    // What is no longer selected goes even where nothing new can be had.
                    keep(path, &to_text(&schemas)?)?;
                    Ok(Fetched::Unavailable(why))
                }
                Some(Err(error)) => Err(error.context(why)),
                None => bail!("{why}, and there is no `{}`", path.display()),
            }
        }
    }
}

/// Commits what is selected out of the text of a schema.
pub fn store(path: &Path, selected: &Selected, text: &str) -> Result<Fetched> {
    let schemas = prune(text, selected).with_context(|| format!("pruning the schema of `{}`", selected.source))?;
    keep(path, &to_text(&schemas)?)
}

fn keep(path: &Path, text: &str) -> Result<Fetched> {
    if fs::read_to_string(path).is_ok_and(|existing| existing == text) {
        return Ok(Fetched::Unchanged);
    }
    fs::write(path, text).with_context(|| format!("writing `{}`", path.display()))?;
    Ok(Fetched::Changed)
}

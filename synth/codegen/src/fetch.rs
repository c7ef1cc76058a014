//! Reads a provider's schema through Terraform, and keeps the selected part of it.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::{
    generate::Layout,
    prune::{prune, to_text},
    selection::Selected,
    terraform::{self, Schema},
};

/// What became of a provider's committed schema.
#[derive(Debug, PartialEq, Eq)]
pub enum Fetched {
    /// It was written anew.
    Changed,
    /// It was as it should be.
    Unchanged,
    /// The provider cannot be had here, for this reason, and the committed schema has all that is selected.
    Unavailable(String),
}

/// Reads the schema of a provider through Terraform and commits what is selected.
///
/// Where Terraform or the provider is not to be had, the committed schema stays, as long as it has every selected type.
pub fn fetch(layout: &Layout, provider: &str, selected: &Selected) -> Result<Fetched> {
    match terraform::schema(provider, selected)? {
        Schema::Text(text) => store(layout, provider, selected, &text),
        Schema::Unavailable(why) => {
            let path = layout.schema(provider);
            let kept = fs::read_to_string(&path).ok().map(|text| prune(&text, selected));
            match kept {
                Some(Ok(schemas)) => {
                    // What is no longer selected goes even where nothing new can be had.
                    store(layout, provider, selected, &to_text(&schemas)?)?;
                    Ok(Fetched::Unavailable(why))
                }
                Some(Err(error)) => Err(error.context(why)),
                None => bail!("{why}, and there is no `{}`", path.display()),
            }
        }
    }
}

/// Commits what is selected out of the text of a schema.
pub fn store(layout: &Layout, provider: &str, selected: &Selected, text: &str) -> Result<Fetched> {
    let text = to_text(&prune(text, selected).with_context(|| format!("pruning the schema of `{provider}`"))?)?;
    let path = layout.schema(provider);
    if fs::read_to_string(&path).is_ok_and(|existing| existing == text) {
        return Ok(Fetched::Unchanged);
    }
    fs::write(&path, text).with_context(|| format!("writing `{}`", path.display()))?;
    Ok(Fetched::Changed)
}

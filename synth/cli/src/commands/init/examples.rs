//! The environments that a clone brings along as examples: which they are, and how they go.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use stacks::{
    Platform,
    settings::{Settings, is_example_account},
};
use synth_command::{
    project::{DEFAULT, Folders, file, known, layers},
    remove,
};
use synth_project::Project as _;

use super::document::{Document, account};

/// The other environments that name an example account in a file of their own.
pub(super) fn examples(folders: &Folders, environment: &str) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for name in others(folders, environment)? {
        let account = account(&file(&folders.environments, &name))?;
        if account.is_some_and(|account| is_example_account(&account)) {
            found.push(name);
        }
    }
    Ok(found)
}

/// Refuses a change of the base under which an environment that stays would be refused, and was not before.
pub(super) fn ensure_others_stand(
    folders: &Folders,
    environment: &str,
    document: &Document,
    dropped: &[String],
) -> Result<()> {
    if environment != DEFAULT {
        return Ok(());
    }
    for name in others(folders, environment)?.iter().filter(|name| !dropped.contains(name)) {
        let before = layers(&folders.environments, name)?;
        let mut after = before.clone();
        after.splice(..1, document.layers());
        let refused = Settings::parse(name, &after).err().filter(|_| Settings::parse(name, &before).is_ok());
        if let Some(refused) = refused {
            let context = format!(
                "nothing is written: environment `{name}` builds on this one, and its settings would be invalid; mend \
                 them first, or drop the examples with `--drop-examples`"
            );
            return Err(refused).context(context);
        }
    }
    Ok(())
}

/// Refuses before anything is written what Terraform still knows something about.
pub(super) fn ensure_unused(folders: &Folders, dropped: &[String]) -> Result<()> {
    for name in dropped {
        for part in Platform::PARTS {
            let state = folders.out.join(name).join(part.directory).join("terraform.tfstate");
            ensure!(
                !state.exists(),
                "`{}` is a Terraform state, so `{name}` is more than an example: remove it yourself",
                state.display()
            );
        }
    }
    Ok(())
}

/// Removes what is written of an environment, then its settings: a run that is cut short can be repeated. Returns what is left.
pub(super) fn drop_example(folders: &Folders, name: &str) -> Result<Vec<PathBuf>> {
    let mut left = Vec::new();
    for part in Platform::PARTS {
        left.extend(remove(&folders.out, &format!("{name}/{}", part.directory))?);
    }
    if left.is_empty() {
        left.extend(remove(&folders.out, name)?);
    }
    let path = file(&folders.environments, name);
    std::fs::remove_file(&path).with_context(|| format!("removing `{}`", path.display()))?;
    Ok(left)
}

/// Environments besides this one and the base of all.
fn others(folders: &Folders, environment: &str) -> Result<Vec<String>> {
    let mut names = known(&folders.environments)?;
    names.retain(|name| name != environment && name != DEFAULT);
    Ok(names)
}

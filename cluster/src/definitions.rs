//! The definitions of kinds that a program's own module brings.

use std::{fs, path::Path};

use anyhow::{Context, Result};

use crate::{conditions::holds, server::Server, waiting::eventually};

/// Applies the files of a folder, and waits until their kinds are served. `made_by` is the command that puts them there.
pub(crate) fn define(admin: &Server, folder: &Path, made_by: &str) -> Result<()> {
    let files =
        fs::read_dir(folder).with_context(|| format!("reading `{}`: `{made_by}` makes it", folder.display()))?;
    for file in files {
        let path = file?.path();
        if path.extension().is_none_or(|extension| extension != "yaml") {
            continue;
        }
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        let (group, plural) = stem.split_once('_').with_context(|| format!("`{stem}` is no definition's name"))?;
        let object = format!("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{plural}.{group}");
        let text = fs::read_to_string(&path)?;
        admin.apply_yaml(&object, &text)?.object().map_err(anyhow::Error::msg).with_context(|| stem.to_owned())?;
        let established = eventually(30, || {
            let definition = admin.get(&object).map_err(|error| format!("{error:#}"))?.object()?;
            if holds(&definition, "Established") { Ok(()) } else { Err(format!("{plural} are not served")) }
        });
        established.map_err(anyhow::Error::msg)?;
    }
    Ok(())
}

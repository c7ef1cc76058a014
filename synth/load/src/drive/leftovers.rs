//! The leftovers of an earlier run.

use std::{fs, io::ErrorKind, path::Path};

use anyhow::{Context, Result};

/// Removes a file or a folder that an earlier run may have left.
pub(crate) fn remove(path: &Path) -> Result<()> {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
    .with_context(|| format!("removing `{}`", path.display()))
}

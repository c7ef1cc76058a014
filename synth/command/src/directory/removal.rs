//! Takes away the directory of a part that is no longer made: what synth wrote, and the lock file that Terraform wrote for it.

use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use super::{
    listing::{LISTING, Listing},
    survey::{Thing, look},
};

/// Terraform's choice of providers, which says nothing without the stack beside it.
pub(crate) const LOCK: &str = ".terraform.lock.hcl";

/// Removes what synth wrote to a directory under `out`, and returns the directory if something else is left in it.
///
/// The listing goes last: a run that is cut short can be repeated.
pub fn remove(out: &Path, directory: &str) -> Result<Option<PathBuf>> {
    let place = |path: &str| format!("{directory}/{path}");
    let listing = match look(out, &place(LISTING))? {
        Thing::File(bytes) => Listing::read(&String::from_utf8_lossy(&bytes)),
        Thing::Nothing | Thing::Obstacle(..) => Listing::default(),
    };
    let names = listing.0.iter().map(String::as_str);
    for path in names.chain([LOCK, LISTING]) {
        // What has become a link or a directory since is not what synth wrote.
        if let Thing::File(_) = look(out, &place(path))? {
            let target = out.join(place(path));
            fs::remove_file(&target).with_context(|| format!("removing `{}`", target.display()))?;
        }
    }
    let root = out.join(directory);
    remove_empty(&root).with_context(|| format!("removing `{}`", root.display()))?;
    Ok(root.exists().then_some(root))
}

/// Removes a folder that holds no file, whatever folders it holds. Links are left alone.
pub(super) fn remove_empty(folder: &Path) -> std::io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            remove_empty(&entry.path())?;
        }
    }
    match fs::remove_dir(folder) {
        Err(error) if error.kind() != ErrorKind::DirectoryNotEmpty => Err(error),
        _ => Ok(()),
    }
}

//! Formats generated source as the rest of the repository is formatted.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use anyhow::{Context, Result, ensure};

/// Runs rustfmt over all files at once; `root` is the one whose modules lead to the others.
pub(crate) fn format(
    files: &BTreeMap<String, String>,
    root: &str,
    configuration: &Path,
) -> Result<BTreeMap<String, String>> {
    let directory = tempfile::tempdir().context("making a temporary directory")?;
    for (path, text) in files {
        let path = directory.path().join(path);
        let folder = path.parent().expect("a file in a directory has a parent");
        fs::create_dir_all(folder).with_context(|| format!("making `{}`", folder.display()))?;
        fs::write(&path, text).with_context(|| format!("writing `{}`", path.display()))?;
    }
    let output = Command::new("rustfmt")
        .args(["--edition", "2024", "--config-path"])
        .arg(configuration)
        .arg(directory.path().join(root))
        .output()
        .context("running rustfmt")?;
    ensure!(
        output.status.success(),
        "rustfmt cannot read what was generated: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let read = |path: &String| {
        let text = fs::read_to_string(directory.path().join(path)).with_context(|| format!("reading `{path}`"))?;
        Ok((path.clone(), text))
    };
    files.keys().map(read).collect()
}

//! A scratch copy of a stack: its files, an override that keeps state beside them, and nothing of the real one.

use std::{
    collections::BTreeSet,
    fs,
    path::{Component, Path, PathBuf},
};

use anyhow::{Context as _, Result, ensure};

/// Terraform merges files of such names over the others; this one replaces the backend.
const OVERRIDE: &str = "offline_override.tf.json";
const OVERRIDE_TEXT: &str = r#"{"terraform":[{"backend":[{"local":[{"path":"terraform.tfstate"}]}]}]}
"#;
/// No installation method at all: what is not served by the session cannot be had.
const CONFIGURATION: &str = "offline.tfrc";
const CONFIGURATION_TEXT: &str =
    "disable_checkpoint = true\nprovider_installation {\n  filesystem_mirror {\n    path = \"no-providers\"\n  }\n}\n";
/// The files that were written, a line each, so that those of a renamed file go.
const LISTING: &str = ".offline-files";

/// A folder in which Terraform runs.
#[derive(Clone, Debug)]
pub struct Scratch {
    folder: PathBuf,
    /// Have the files been changed since Terraform last initialized here?
    stale: bool,
}

impl Scratch {
    /// Makes the folder hold these files (paths with `/` below it, and their text) and no file of an earlier copy. State
    /// and what Terraform keeps stay.
    pub fn write<'f>(folder: &Path, files: impl IntoIterator<Item = (&'f str, &'f str)>) -> Result<Self> {
        fs::create_dir_all(folder).with_context(|| format!("making `{}`", folder.display()))?;
        let folder = folder.canonicalize().with_context(|| format!("finding `{}`", folder.display()))?;
        let mut stale = !folder.join(".terraform").is_dir();
        let mut written = BTreeSet::new();
        let own = [(OVERRIDE, OVERRIDE_TEXT), (CONFIGURATION, CONFIGURATION_TEXT)];
        for (name, text) in files.into_iter().chain(own) {
            let inside = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
            ensure!(inside, "`{name}` does not lie below its stack");
            let path = folder.join(name);
            let same = fs::read(&path).is_ok_and(|old| old == text.as_bytes());
            if !same {
                stale |= name.starts_with("terraform") || name.contains("override");
                fs::create_dir_all(path.parent().unwrap_or(&folder))
                    .and_then(|()| fs::write(&path, text))
                    .with_context(|| format!("writing `{}`", path.display()))?;
            }
            written.insert(name.to_owned());
        }
        let listing = folder.join(LISTING);
        for old in fs::read_to_string(&listing).unwrap_or_default().lines().filter(|old| !written.contains(*old)) {
            match fs::remove_file(folder.join(old)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(error).with_context(|| format!("removing `{old}` of an earlier copy"));
                }
                _ => {}
            }
        }
        let lines: Vec<&str> = written.iter().map(String::as_str).collect();
        fs::write(&listing, lines.join("\n")).with_context(|| format!("writing `{}`", listing.display()))?;
        Ok(Self { folder, stale })
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The configuration of Terraform's own that holds here.
    pub(crate) fn configuration(&self) -> PathBuf {
        self.folder.join(CONFIGURATION)
    }

    /// Must Terraform initialize before anything else?
    pub(crate) fn is_stale(&self) -> bool {
        self.stale
    }
}

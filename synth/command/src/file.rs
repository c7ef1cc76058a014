//! Files that are replaced: whoever reads one sees the old or the new whole.

use std::{
    fmt::Display,
    fs::{self, File},
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
};

/// The end of the name of a file that is being written.
pub(crate) const TEMPORARY: &str = ".synth-new";

/// Replaces a handwritten file; its permissions stay.
pub fn replace(path: &Path, text: &str) -> io::Result<()> {
    let permissions = fs::metadata(path)?.permissions();
    let (new, file) = Replacement::write(path, std::process::id(), text.as_bytes())?;
    file.set_permissions(permissions)?;
    file.sync_all()?;
    new.commit()
}

/// The new content of a file, written beside it under another name. Dropped without [`Replacement::commit`], it leaves no
/// trace.
#[derive(Debug)]
pub(crate) struct Replacement {
    target: PathBuf,
    temporary: PathBuf,
    committed: bool,
}

impl Replacement {
    /// Writes the new content. The `mark` tells it from other files that are being written in the same folder.
    pub(crate) fn prepare(target: &Path, mark: impl Display, content: &[u8]) -> io::Result<Self> {
        Self::write(target, mark, content).map(|(new, _)| new)
    }

    /// The same, and the file that was written.
    fn write(target: &Path, mark: impl Display, content: &[u8]) -> io::Result<(Self, File)> {
        let name = target.file_name().unwrap_or_default();
        let temporary = target.with_file_name(format!(".{}.{mark}{TEMPORARY}", name.display()));
        let mut file = match File::create_new(&temporary) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                // What has this name was left by a run that was killed.
                absent(fs::remove_file(&temporary))?;
                File::create_new(&temporary)?
            }
            made => made?,
        };
        let new = Self { target: target.to_owned(), temporary, committed: false };
        file.write_all(content)?;
        Ok((new, file))
    }

    /// The file that is replaced.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// Puts the new content in the place of the old.
    pub(crate) fn commit(mut self) -> io::Result<()> {
        fs::rename(&self.temporary, &self.target)?;
        self.committed = true;
        Ok(())
    }
}

impl Drop for Replacement {
    fn drop(&mut self) {
        if !self.committed {
            // The error that is reported is the one that led here.
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

/// Removing what is gone already is fine.
pub(crate) fn absent(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, io::ErrorKind, path::Path};

    use super::{Replacement, replace};

    /// The names in a folder, sorted.
    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<_> = entries.map(|name| name.to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_replaced_and_not_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let (path, other) = (folder.path().join("a.toml"), folder.path().join("other"));
        fs::write(&path, "old").unwrap();
        fs::hard_link(&path, &other).unwrap();
        replace(&path, "new").unwrap();
        assert_eq!([path, other].map(|path| fs::read_to_string(path).unwrap()), ["new", "old"]);
        assert_eq!(names(folder.path()), ["a.toml", "other"]);
    }

    #[cfg(unix)]
    #[test]
    fn the_permissions_of_a_handwritten_file_stay() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.toml");
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        replace(&path, "new").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
    }

    #[test]
    fn a_handwritten_file_that_is_gone_is_not_made() {
        let folder = tempfile::tempdir().unwrap();
        let error = replace(&folder.path().join("a.toml"), "new").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert_eq!(names(folder.path()), Vec::<String>::new());
    }

    #[test]
    fn a_replacement_that_fails_or_is_dropped_leaves_no_trace() {
        let folder = tempfile::tempdir().unwrap();
        let (file, directory) = (folder.path().join("file"), folder.path().join("directory"));
        fs::write(&file, "old").unwrap();
        fs::create_dir(&directory).unwrap();
        drop(Replacement::prepare(&file, 1, b"new").unwrap());
        Replacement::prepare(&directory, 1, b"new").unwrap().commit().unwrap_err();
        Replacement::prepare(&folder.path().join("gone/file"), 1, b"new").unwrap_err();
        assert_eq!(names(folder.path()), ["directory", "file"]);
        assert_eq!(fs::read_to_string(&file).unwrap(), "old");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_of_the_temporary_name_is_removed_and_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (file, kept) = (folder.path().join("file"), folder.path().join("kept"));
        fs::write(&kept, "kept").unwrap();
        std::os::unix::fs::symlink(&kept, folder.path().join(".file.1.synth-new")).unwrap();
        Replacement::prepare(&file, 1, b"new").unwrap().commit().unwrap();
        assert_eq!([&file, &kept].map(|path| fs::read_to_string(path).unwrap()), ["new", "kept"]);
        assert!(!file.is_symlink());
        assert_eq!(names(folder.path()), ["file", "kept"]);
    }
}

//! Obstacles to writing: found before the first byte is written, and reported all together.

use std::{
    error::Error,
    fmt,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

/// Why one path cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Obstacle {
    /// The file is someone else's.
    Foreign,
    /// A symbolic link lies there.
    Link,
    /// A symbolic link lies there, and what it leads to is gone.
    Dangling,
    /// A directory lies where a file belongs.
    Directory,
    /// A file lies where a directory belongs.
    NoDirectory,
    /// A device, a pipe or a socket lies there.
    Special,
    /// The name is kept for Terraform, its users or synth itself.
    Reserved,
}

impl fmt::Display for Obstacle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Foreign => "was not written by synth, and is left alone: rename or remove it",
            Self::Link => "is a symbolic link, which synth does not follow: remove it",
            Self::Dangling => "is a symbolic link that leads nowhere: remove it",
            Self::Directory => "is a directory where a file belongs: rename or remove it",
            Self::NoDirectory => "is a file where a directory belongs: rename or remove it",
            Self::Special => "is not a regular file: remove it",
            Self::Reserved => "is a name that synth never writes: declare the file under another name",
        })
    }
}

/// Everything that stands in the way of a run, one a line.
#[derive(Debug)]
pub(crate) struct Obstacles(pub(super) Vec<(PathBuf, Obstacle)>);

impl Obstacles {
    /// Reports these, if there are any.
    pub(super) fn check(found: impl IntoIterator<Item = (PathBuf, Obstacle)>) -> Result<()> {
        let obstacles: Vec<_> = found.into_iter().collect();
        if obstacles.is_empty() { Ok(()) } else { Err(Self(obstacles)).context("something is in the way") }
    }

    /// Reports that `out`, or a folder above it, cannot be one. A link to a folder can: that is the user's choice.
    pub(super) fn check_root(out: &Path) -> Result<()> {
        let there = |folder: &&Path| !folder.as_os_str().is_empty() && folder.symlink_metadata().is_ok();
        let nearest = out.ancestors().find(there).filter(|nearest| !nearest.is_dir());
        Self::check(nearest.map(|nearest| {
            let obstacle = if nearest.exists() { Obstacle::NoDirectory } else { Obstacle::Dangling };
            (nearest.to_owned(), obstacle)
        }))
    }
}

impl fmt::Display for Obstacles {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (path, obstacle)) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(formatter, "{separator}`{}` {obstacle}", path.display())?;
        }
        Ok(())
    }
}

impl Error for Obstacles {}

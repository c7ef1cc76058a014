//! What stands in the way of writing: found before the first byte is written, and reported all together.

use std::{error::Error, fmt, path::PathBuf};

/// Why one path cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Obstacle {
    /// The file is someone else's.
    Foreign,
    /// A symbolic link lies there.
    Link,
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
            Self::Directory => "is a directory where a file belongs: rename or remove it",
            Self::NoDirectory => "is a file where a directory belongs: rename or remove it",
            Self::Special => "is no regular file: remove it",
            Self::Reserved => "is a name that synth never writes: declare the file under another",
        })
    }
}

/// Everything that stands in the way of a run, one a line.
#[derive(Debug)]
pub(crate) struct Obstacles(pub(super) Vec<(PathBuf, Obstacle)>);

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

//! Parts that are built.

use std::fmt;

use synth_framework::{BuiltStack, Problems, StackFile};
use synth_kubernetes::BuiltManifests;

/// A part that is complete and in order.
#[derive(Clone, Debug)]
pub enum Built {
    /// A stack, which Terraform applies.
    Stack(BuiltStack),
    /// Manifests, which Argo CD syncs.
    Manifests(BuiltManifests),
    /// Plain files, which are for people and their tools.
    Files(BuiltFiles),
}

impl Built {
    /// The name of the part.
    pub fn name(&self) -> &str {
        match self {
            Self::Stack(stack) => stack.name(),
            Self::Manifests(manifests) => manifests.name(),
            Self::Files(files) => files.name(),
        }
    }

    /// The files, sorted by path. The same part gives the same bytes.
    pub fn files(&self) -> Vec<StackFile> {
        match self {
            Self::Stack(stack) => stack.files(),
            Self::Manifests(manifests) => manifests.files(),
            Self::Files(files) => files.files().to_vec(),
        }
    }
}

/// Files that are complete and in order.
#[derive(Clone, Debug)]
pub struct BuiltFiles {
    name: &'static str,
    files: Vec<StackFile>,
}

impl BuiltFiles {
    /// The files of the part of this name, sorted by path.
    pub fn new(name: &'static str, files: impl IntoIterator<Item = StackFile>) -> Self {
        let mut files: Vec<_> = files.into_iter().collect();
        files.sort_by(|one, other| one.path.cmp(&other.path));
        Self { name, files }
    }

    /// The name of the part.
    pub fn name(&self) -> &str {
        self.name
    }

    /// The files, sorted by path.
    pub fn files(&self) -> &[StackFile] {
        &self.files
    }
}

/// The problems of every part that has some.
#[derive(Clone, Debug)]
pub struct PartProblems(pub(crate) Vec<Problems>);

impl fmt::Display for PartProblems {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problems) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(formatter, "{separator}{problems}")?;
        }
        Ok(())
    }
}

impl std::error::Error for PartProblems {}

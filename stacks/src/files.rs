//! A part that is plain files: neither Terraform nor Argo CD reads them.

use synth_framework::StackFile;

/// Files that are complete and in order.
#[derive(Clone, Debug)]
pub struct BuiltFiles {
    name: &'static str,
    files: Vec<StackFile>,
}

impl BuiltFiles {
    /// The files of the part of this name, sorted by path.
    pub(crate) fn new(name: &'static str, files: impl IntoIterator<Item = StackFile>) -> Self {
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

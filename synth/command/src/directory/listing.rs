//! The listing: which files of a directory synth wrote, so that it can remove those that it no longer makes.
//!
//! One sorted path a line, so that branches merge. Its name has no extension that Terraform or Argo CD would read.

use std::collections::BTreeSet;

use crate::file::TEMPORARY;

/// The name of the listing.
pub(crate) const LISTING: &str = ".synth-files";

const HEADER: &str = "# What synth wrote here, and removes once it no longer makes it; do not edit.\n";

/// The marks that git leaves at the start of a line in a conflict: both sides count, since the next run settles it.
const CONFLICT_MARKERS: [&str; 4] = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];

/// Paths inside a directory, with `/`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Listing(pub(super) BTreeSet<String>);

impl Listing {
    /// Reads a listing. A line that synth would not have written is passed over: it must never cost a file.
    pub(super) fn read(text: &str) -> Self {
        let paths = text.lines().map(str::trim_end).filter(|line| {
            let conflict = CONFLICT_MARKERS.iter().any(|marker| line.starts_with(marker));
            !conflict && is_writable(line)
        });
        Self(paths.map(str::to_owned).collect())
    }

    /// The text of the listing.
    pub(super) fn text(&self) -> String {
        let mut text = HEADER.to_owned();
        for path in &self.0 {
            text.push_str(path);
            text.push('\n');
        }
        text
    }
}

/// Whether synth may write a path: inside the directory, and no name that Terraform, its users or synth itself keep.
pub(super) fn is_writable(path: &str) -> bool {
    let plain = !path.starts_with('#') && !path.contains(|char: char| char.is_control() || "\\:".contains(char));
    plain && path.split('/').all(|name| !matches!(name, "" | "." | "..") && !is_reserved(name))
}

fn is_reserved(name: &str) -> bool {
    name == LISTING
        || name.ends_with(TEMPORARY)
        || name.starts_with(".terraform")
        || name.contains(".tfstate")
        || name.contains(".tfvars")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(paths: &[&str]) -> Listing {
        Listing(paths.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_listing_is_read_as_it_was_written() {
        let written = listing(&["charts/root/Chart.yaml", "network.tf.json"]);
        assert_eq!(Listing::read(&written.text()), written);
        assert!(written.text().ends_with("do not edit.\ncharts/root/Chart.yaml\nnetwork.tf.json\n"));
    }

    #[test]
    fn both_sides_of_a_merge_conflict_count() {
        let text = "# header\na.tf.json\n<<<<<<< HEAD\nb.tf.json\n||||||| base\n=======\nc.tf.json\r\n>>>>>>> other\n";
        assert_eq!(Listing::read(text), listing(&["a.tf.json", "b.tf.json", "c.tf.json"]));
    }

    #[test]
    fn a_line_that_synth_would_not_have_written_is_passed_over() {
        let text = "../escaped\n/etc/passwd\na//b\n.\nterraform.tfvars\nx.auto.tfvars.json\n.terraform/modules\n\
                    .terraform.lock.hcl\nterraform.tfstate.backup\n.synth-files\n.a.0.synth-new\nc:\\x\n\n";
        assert_eq!(Listing::read(text), Listing::default());
    }
}

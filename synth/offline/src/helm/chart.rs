//! A chart that lies on this machine, as far as a plan needs it.

use std::path::Path as File;

use crate::{problem::Problem, value::Path};

/// The contents of `Chart.yaml` that a plan needs.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Chart {
    /// The chart's version.
    pub(crate) version: String,
}

impl Chart {
    /// Reads the chart in a folder; `None` where the name is not a folder's.
    pub(crate) fn local(folder: &File) -> Result<Option<Self>, Problem> {
        if !folder.is_dir() {
            return Ok(None);
        }
        let problem = |detail: String| Problem::new(Path::of("chart"), "Unreadable chart", detail);
        let file = folder.join("Chart.yaml");
        let text = std::fs::read_to_string(&file).map_err(|error| problem(format!("`{}`: {error}", file.display())))?;
        let version = version(&text).ok_or_else(|| problem(format!("`{}` has no version.", file.display())))?;
        Ok(Some(Self { version }))
    }
}

/// The `version` of a `Chart.yaml`: a plain top-level scalar, in quotes or not.
fn version(text: &str) -> Option<String> {
    let value = text.lines().find_map(|line| line.strip_prefix("version:"))?;
    let value = value.split(" #").next().unwrap_or_default().trim().trim_matches(['"', '\'']);
    (!value.is_empty()).then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_a_local_chart_is_read() {
        for text in ["name: a\nversion: 1.2.3\n", "version: \"1.2.3\" # of the chart\n", "version: '1.2.3'\n"] {
            assert_eq!(version(text).as_deref(), Some("1.2.3"));
        }
    }

    #[test]
    fn a_folder_without_a_chart_is_refused_at_the_argument() {
        let folder = tempfile::tempdir().unwrap();
        let problem = Chart::local(folder.path()).unwrap_err();
        assert_eq!(problem.path.to_string(), "chart");
    }

    #[test]
    fn the_name_of_a_chart_in_a_repository_is_no_folder() {
        assert_eq!(Chart::local(File::new("argo-cd-that-is-nowhere")).unwrap(), None);
    }
}

//! The problems of a configuration, each with its place.

use crate::{
    protocol::{AttributePath, AttributeStep, Diagnostic, Selector, Severity},
    value::{Path, Step},
};

/// A finding that Terraform shows at the attribute that it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Does it stop Terraform, or is it only said?
    pub stops: bool,
    /// Where; empty for the resource as a whole.
    pub path: Path,
    /// The summary, in a few words.
    pub summary: String,
    /// The detail, in a sentence.
    pub detail: String,
}

impl Problem {
    /// A finding at a path, which stops Terraform.
    pub fn new(path: Path, summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { stops: true, path, summary: summary.into(), detail: detail.into() }
    }

    /// A finding at a path that is only said.
    pub fn warning(path: Path, summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { stops: false, ..Self::new(path, summary, detail) }
    }

    /// A finding about a whole resource.
    pub fn of_all(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(Path::default(), summary, detail)
    }
}

impl From<&Problem> for Diagnostic {
    fn from(problem: &Problem) -> Self {
        let place = Some(&problem.path).filter(|path| !path.steps().is_empty());
        Self {
            severity: if problem.stops { Severity::Error } else { Severity::Warning }.into(),
            summary: problem.summary.clone(),
            detail: problem.detail.clone(),
            attribute: place.map(Into::into),
        }
    }
}

impl From<&Path> for AttributePath {
    fn from(path: &Path) -> Self {
        let selector = |step: &Step| match step {
            Step::Name(name) => Selector::AttributeName(name.clone()),
            Step::Index(index) => Selector::ElementKeyInt(i64::try_from(*index).unwrap_or(i64::MAX)),
            Step::Key(key) => Selector::ElementKeyString(key.clone()),
        };
        Self { steps: path.steps().iter().map(|step| AttributeStep { selector: Some(selector(step)) }).collect() }
    }
}

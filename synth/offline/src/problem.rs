//! What is wrong with a configuration, and where.

use crate::{
    protocol::{AttributePath, AttributeStep, Diagnostic, Selector, Severity},
    value::{Path, Step},
};

/// A finding that Terraform shows at the attribute that it names, and that stops it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where; empty for the resource as a whole.
    pub path: Path,
    /// What, in a few words.
    pub summary: String,
    /// What, in a sentence.
    pub detail: String,
}

impl Problem {
    /// A finding at a path.
    pub fn new(path: Path, summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { path, summary: summary.into(), detail: detail.into() }
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
            severity: Severity::Error.into(),
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

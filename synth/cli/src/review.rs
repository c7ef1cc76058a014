//! What policies find on the whole platform, as commands show it.

use std::fmt;

use serde_json::{Value as Json, json};
use stacks::{
    Platform, policies,
    settings::{SettingPlace, Settings},
};
use synth_framework::{Finding, Review, Severity, Waiver};

use crate::{
    project::Project,
    report::{CHANGED, HEADING, PLACE, REMOVED, count},
};

/// The findings of a platform, their files as a reader of this project finds them.
#[derive(Debug)]
pub(crate) struct Reviewed {
    review: Review,
    settings: Settings,
}

impl Reviewed {
    /// Runs every policy.
    pub(crate) fn of(project: &Project, platform: &Platform) -> Self {
        let mut review = policies::review(platform, project.today);
        let waived = review.waived.iter_mut().map(|(finding, _)| finding);
        for finding in review.findings.iter_mut().chain(waived) {
            // A finding about a setting is written to no one file.
            if !finding.place.file.is_empty() {
                finding.place.file = project.out.join(&finding.place.file).display().to_string();
            }
        }
        Self { review, settings: project.settings.clone() }
    }

    /// Does nothing stand against the platform?
    pub(crate) fn passes(&self) -> bool {
        self.review.passes()
    }

    /// Is there nothing to say?
    pub(crate) fn is_silent(&self) -> bool {
        self.review.findings.is_empty() && self.review.unused.is_empty()
    }

    /// How many policies there are, and what came of them, in one line.
    pub(crate) fn verdict(&self) -> String {
        let errors = self.review.errors().count();
        let results = [
            (errors, "error"),
            (self.review.findings.len() - errors, "warning"),
            (self.review.waived.len(), "waived finding"),
            (self.review.unused.len(), "unused waiver"),
        ];
        let results = results.into_iter().filter(|(number, _)| *number > 0).map(|(number, what)| count(number, what));
        let results = results.collect::<Vec<_>>().join(", ");
        let results = if results.is_empty() { "all hold" } else { &results };
        format!("{HEADING}policies{HEADING:#}  {} on the whole platform  {results}", policies::all().count())
    }

    /// Findings, waivers in use, and waivers that waive nothing.
    pub(crate) fn json(&self) -> Json {
        let unused =
            |waiver: &Waiver| json!({ "code": waiver.code, "subject": waiver.subject, "reason": waiver.reason });
        let accepted = self.review.waived.iter().map(|(finding, waiver)| {
            let mut shown = self.finding(finding);
            shown["reason"] = waiver.reason.as_str().into();
            shown
        });
        json!({
            "findings": self.review.findings.iter().map(|finding| self.finding(finding)).collect::<Vec<_>>(),
            "waived": accepted.collect::<Vec<_>>(),
            "unused_waivers": self.review.unused.iter().map(unused).collect::<Vec<_>>(),
        })
    }

    fn finding(&self, finding: &Finding) -> Json {
        let Finding { code, severity, place, message, mend, settings: _ } = finding;
        let settings = self.set_by(finding).map(|(key, SettingPlace { file, line, column })| {
            json!({ "key": key, "file": file, "line": line, "column": column })
        });
        json!({
            "code": code,
            "severity": severity.to_string(),
            "subject": place.subject,
            "source": place.location.map(source),
            "settings": settings.collect::<Vec<_>>(),
            "file": Some(&place.file).filter(|file| !file.is_empty()),
            "message": message,
            "mend": mend,
        })
    }

    /// The settings that decide a finding, and where each stands.
    fn set_by<'a>(&'a self, finding: &'a Finding) -> impl Iterator<Item = (&'a str, SettingPlace)> {
        finding.settings.iter().filter_map(|key| Some((key.as_str(), self.settings.place(key)?)))
    }
}

/// Where something is declared, as editors open it.
pub(crate) fn source(location: &std::panic::Location<'_>) -> String {
    format!("{}:{}", location.file().replace('\\', "/"), location.line())
}

impl fmt::Display for Reviewed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.review.findings {
            let Finding { code, severity, place, message, mend, settings: _ } = finding;
            let style = if *severity == Severity::Error { REMOVED } else { CHANGED };
            writeln!(formatter, "{style}{severity}[{code}]{style:#} {HEADING}{}{HEADING:#} {message}", place.subject)?;
            if let Some(location) = place.location {
                writeln!(formatter, "  declared at {PLACE}{}{PLACE:#}", source(location))?;
            }
            for (key, SettingPlace { file, line, .. }) in self.set_by(finding) {
                writeln!(formatter, "  set at {PLACE}{file}:{line}{PLACE:#} by `{key}`")?;
            }
            if !place.file.is_empty() {
                writeln!(formatter, "  written to {PLACE}{}{PLACE:#}", place.file)?;
            }
            writeln!(formatter, "  mend: {mend}")?;
        }
        for Waiver { code, subject, .. } in &self.review.unused {
            writeln!(
                formatter,
                "{REMOVED}error{REMOVED:#}: the waiver of {code} for `{subject}` waives nothing: remove it"
            )?;
        }
        Ok(())
    }
}

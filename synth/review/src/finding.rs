//! Findings: where a rule is broken, how that is mended, and how it is shown.

use std::fmt;

use anstyle::Style;
use jiff::civil::Date;
use serde_json::{Value as Json, json};
use synth_framework::{Location, source};

use crate::style::{CHANGED, HEADING, PLACE, REMOVED};

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; nothing fails.
    Warning,
    /// The check fails.
    Error,
}

impl Severity {
    /// The colour in which it is shown.
    pub const fn style(self) -> Style {
        match self {
            Self::Warning => CHANGED,
            Self::Error => REMOVED,
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// Where something that breaks a rule is declared and written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The thing by name: an address such as `aws_subnet.private_a`, a kind and name such as
    /// `Deployment/cors-proxy-server`, or the key of a setting.
    pub subject: String,
    /// The file it is written to, inside the output folder; empty for what is not written as such, like a setting.
    pub file: String,
    /// Where in the Rust source it is declared.
    pub location: Option<Location>,
}

/// Where a setting stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingPlace {
    /// Path of the file, as the layer gave it.
    pub file: String,
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
}

/// Something that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The code of the rule.
    pub code: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// Where it is.
    pub place: Place,
    /// A text that says what is wrong.
    pub message: String,
    /// How to mend it.
    pub mend: String,
    /// Keys of the settings that decide it, each with its place once [`Review::locate`](crate::Review::locate) has it.
    pub settings: Vec<(String, Option<SettingPlace>)>,
}

impl Finding {
    /// Names the settings that decide it.
    pub fn set_by(&mut self, keys: impl IntoIterator<Item = impl Into<String>>) {
        self.settings.extend(keys.into_iter().map(|key| (key.into(), None)));
    }

    /// The settings that decide it and stand somewhere.
    fn located(&self) -> impl Iterator<Item = (&str, &SettingPlace)> {
        self.settings.iter().filter_map(|(key, place)| Some((key.as_str(), place.as_ref()?)))
    }

    /// As scripts get it.
    pub fn json(&self) -> Json {
        let Self { code, severity, place, message, mend, settings: _ } = self;
        let settings = self.located().map(|(key, SettingPlace { file, line, column })| {
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
}

/// As people read it, colours included.
impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, severity, place, message, mend, settings: _ } = self;
        let style = severity.style();
        writeln!(formatter, "{style}{severity}[{code}]{style:#} {HEADING}{}{HEADING:#} {message}", place.subject)?;
        if let Some(location) = place.location {
            writeln!(formatter, "  declared at {PLACE}{}{PLACE:#}", source(location))?;
        }
        for (key, SettingPlace { file, line, .. }) in self.located() {
            writeln!(formatter, "  set at {PLACE}{file}:{line}{PLACE:#} by `{key}`")?;
        }
        if !place.file.is_empty() {
            writeln!(formatter, "  written to {PLACE}{}{PLACE:#}", place.file)?;
        }
        writeln!(formatter, "  mend: {mend}")
    }
}

/// The findings of one policy, as it reports them.
#[derive(Debug)]
pub struct Findings {
    code: &'static str,
    severity: Severity,
    today: Date,
    found: Vec<Finding>,
}

impl Findings {
    /// Nothing yet, of the rule of this code.
    pub(crate) fn new(code: &'static str, severity: Severity, today: Date) -> Self {
        Self { code, severity, today, found: Vec::new() }
    }

    pub(crate) fn into_found(self) -> Vec<Finding> {
        self.found
    }

    /// The day on which is judged, for rules about age: whoever runs the policies says it, and nothing here asks a clock.
    pub fn today(&self) -> Date {
        self.today
    }

    /// Reports that what stands at `place` breaks the rule.
    ///
    /// Where settings decide it, [`Finding::set_by`] says which.
    pub fn report(&mut self, place: Place, message: impl Into<String>, mend: impl Into<String>) -> &mut Finding {
        let (code, severity) = (self.code, self.severity);
        let (message, mend) = (message.into(), mend.into());
        let at = self.found.len();
        self.found.push(Finding { code, severity, place, message, mend, settings: Vec::new() });
        &mut self.found[at]
    }
}

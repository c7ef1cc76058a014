//! Policies: rules that look at everything that is synthesized, before anything is written.
//!
//! What a rule looks at is the caller's type; this module knows codes, findings and waivers.

use std::fmt;

use crate::problem::{Location, source_path};

/// A rule about the whole of `P`.
#[derive(Debug)]
pub struct Policy<P> {
    /// Its code, such as `HA001`: the family and a number.
    pub code: &'static str,
    /// Its name in a few words.
    pub name: &'static str,
    /// How much a finding matters.
    pub severity: Severity,
    /// Why the rule exists: what fails in a running platform that breaks it.
    pub explanation: &'static str,
    /// Looks at everything, and reports what breaks the rule.
    pub check: fn(&P, &mut Findings),
}

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; nothing fails.
    Warning,
    /// The check fails.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// Where something that breaks a rule is declared and written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// What it is: an address such as `aws_subnet.private_a`, or a kind and name such as `Deployment/cors-proxy-server`.
    pub subject: String,
    /// The file it is written to, inside the output folder.
    pub file: String,
    /// Where in the Rust source it is declared.
    pub location: Option<Location>,
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
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub mend: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, severity, place, message, mend } = self;
        write!(formatter, "{severity}[{code}] {}: {message}", place.subject)?;
        if let Some(location) = place.location {
            write!(formatter, "\n  declared at {}:{}:{}", source_path(location), location.line(), location.column())?;
        }
        if !place.file.is_empty() {
            write!(formatter, "\n  written to {}", place.file)?;
        }
        write!(formatter, "\n  mend: {mend}")
    }
}

/// What a policy reports to.
#[derive(Debug)]
pub struct Findings {
    code: &'static str,
    severity: Severity,
    found: Vec<Finding>,
}

impl Findings {
    /// Reports that what stands at `place` breaks the rule.
    pub fn report(&mut self, place: Place, message: impl Into<String>, mend: impl Into<String>) {
        let (code, severity) = (self.code, self.severity);
        self.found.push(Finding { code, severity, place, message: message.into(), mend: mend.into() });
    }
}

/// A finding that is accepted, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiver {
    /// The code of the rule.
    pub code: String,
    /// What it is accepted for, as [`Place::subject`] has it.
    pub subject: String,
    /// Why it is accepted.
    pub reason: String,
}

/// What came of running policies.
#[derive(Clone, Debug, Default)]
pub struct Review {
    /// What breaks a rule and is not waived.
    pub findings: Vec<Finding>,
    /// What breaks a rule and is accepted, with the reason.
    pub waived: Vec<(Finding, Waiver)>,
    /// Waivers that accept nothing any more, and should go.
    pub unused: Vec<Waiver>,
}

impl Review {
    /// Runs policies over `subject`, in order.
    pub fn run<P>(policies: &[Policy<P>], subject: &P, waivers: &[Waiver]) -> Self {
        let mut review = Self::default();
        for policy in policies {
            let mut findings = Findings { code: policy.code, severity: policy.severity, found: Vec::new() };
            (policy.check)(subject, &mut findings);
            for finding in findings.found {
                let covers = |waiver: &&Waiver| waiver.code == finding.code && waiver.subject == finding.place.subject;
                match waivers.iter().find(covers) {
                    Some(waiver) => review.waived.push((finding, waiver.clone())),
                    None => review.findings.push(finding),
                }
            }
        }
        let used = |waiver: &&Waiver| !review.waived.iter().any(|(_, used)| used == *waiver);
        review.unused = waivers.iter().filter(used).cloned().collect();
        review
    }

    /// Does nothing stand against the platform?
    pub fn passes(&self) -> bool {
        self.unused.is_empty() && self.findings.iter().all(|finding| finding.severity < Severity::Error)
    }
}

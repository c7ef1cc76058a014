//! A rule.

use jiff::civil::Date;

use crate::finding::{Finding, Findings, Severity};

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

impl<P> Policy<P> {
    /// Its findings on `subject` as of a day.
    pub(crate) fn run(&self, subject: &P, today: Date) -> Vec<Finding> {
        let mut findings = Findings::new(self.code, self.severity, today);
        (self.check)(subject, &mut findings);
        findings.into_found()
    }
}

//! Policies: rules that look at everything that is synthesized, before anything is written.
//!
//! What a rule looks at is the caller's type; this module knows codes, findings and waivers.

use std::{
    fmt, panic,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use jiff::civil::Date;

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
        formatter.pad(match self {
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// Where something that breaks a rule is declared and written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// What it is: an address such as `aws_subnet.private_a`, a kind and name such as
    /// `Deployment/cors-proxy-server`, or the key of a setting.
    pub subject: String,
    /// The file it is written to, inside the output folder; empty for what is not written as such, like a setting.
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
    /// Keys of the settings that decide it, by which the caller finds their lines.
    pub settings: Vec<String>,
}

impl Finding {
    /// Names the settings that decide it.
    pub fn set_by(&mut self, keys: impl IntoIterator<Item = impl Into<String>>) {
        self.settings.extend(keys.into_iter().map(Into::into));
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, severity, place, message, mend, settings: _ } = self;
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
    today: Date,
    found: Vec<Finding>,
}

impl Findings {
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
    /// Runs policies over `subject` as of a day, on every processor that there is; what they find comes in their order.
    pub fn run<'a, P: Sync + 'a>(
        policies: impl IntoIterator<Item = &'a Policy<P>>,
        subject: &P,
        today: Date,
        waivers: &[Waiver],
    ) -> Self {
        let mut review = Self::default();
        for finding in found(&policies.into_iter().collect::<Vec<_>>(), subject, today) {
            let covers = |waiver: &&Waiver| waiver.code == finding.code && waiver.subject == finding.place.subject;
            match waivers.iter().find(covers) {
                Some(waiver) => review.waived.push((finding, waiver.clone())),
                None => review.findings.push(finding),
            }
        }
        let used = |waiver: &&Waiver| !review.waived.iter().any(|(_, used)| used == *waiver);
        review.unused = waivers.iter().filter(used).cloned().collect();
        review
    }

    /// The findings that fail the check.
    pub fn errors(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.severity == Severity::Error)
    }

    /// Does nothing stand against the platform? A waiver that waives nothing does: it would hide the next finding.
    pub fn passes(&self) -> bool {
        self.unused.is_empty() && self.errors().next().is_none()
    }
}

/// What policies find, in their order. Each thread takes the next of them, since some take a hundred times as long as others.
fn found<P: Sync>(policies: &[&Policy<P>], subject: &P, today: Date) -> Vec<Finding> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(policy) = policies.get(index) else { return done };
            let mut findings = Findings { code: policy.code, severity: policy.severity, today, found: Vec::new() };
            (policy.check)(subject, &mut findings);
            done.push((index, findings.found));
        }
    };
    let others = thread::available_parallelism().map_or(0, |all| all.get() - 1).min(policies.len() / 8);
    let mut found = thread::scope(|scope| {
        let others: Vec<_> = (0..others).map(|_| scope.spawn(work)).collect();
        let mut found = work();
        for other in others {
            found.extend(other.join().unwrap_or_else(|panicked| panic::resume_unwind(panicked)));
        }
        found
    });
    found.sort_by_key(|(index, _)| *index);
    found.into_iter().flat_map(|(_, findings)| findings).collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const TODAY: Date = date(2026, 9, 10);

    /// Numbers, which are to be small and even.
    const POLICIES: &[Policy<Vec<u32>>] = &[
        Policy {
            code: "SIZE001",
            name: "small",
            severity: Severity::Error,
            explanation: "large numbers do not fit",
            check: |numbers, findings| report(numbers, |number| number > 9, "is large", findings),
        },
        Policy {
            code: "SIZE002",
            name: "even",
            severity: Severity::Warning,
            explanation: "odd numbers cannot be halved",
            check: |numbers, findings| report(numbers, |number| number % 2 == 1, "is odd", findings),
        },
    ];

    fn report(numbers: &[u32], breaks: fn(u32) -> bool, message: &str, findings: &mut Findings) {
        for number in numbers.iter().filter(|number| breaks(**number)) {
            let place = Place { subject: number.to_string(), file: "numbers.json".to_owned(), location: None };
            findings.report(place, message, "choose another");
        }
    }

    fn waiver(code: &str, subject: &str) -> Waiver {
        Waiver { code: code.to_owned(), subject: subject.to_owned(), reason: "it is agreed".to_owned() }
    }

    #[test]
    fn a_finding_says_what_where_and_how_to_mend_it() {
        let review = Review::run(POLICIES, &vec![12], TODAY, &[]);
        let place = Place { location: Some(std::panic::Location::caller()), ..review.findings[0].place.clone() };
        let finding = Finding { place, ..review.findings[0].clone() }.to_string();
        let lines: Vec<_> = finding.lines().collect();
        assert_eq!(lines[0], "error[SIZE001] 12: is large");
        assert!(lines[1].starts_with("  declared at synth/framework/src/policy.rs:"), "{finding}");
        assert_eq!(lines[2..], ["  written to numbers.json", "  mend: choose another"]);
    }

    #[test]
    fn warnings_pass_and_errors_do_not() {
        assert!(Review::run(POLICIES, &vec![3], TODAY, &[]).passes());
        assert!(!Review::run(POLICIES, &vec![12], TODAY, &[]).passes());
    }

    #[test]
    fn a_waiver_covers_its_rule_and_subject_only() {
        let review = Review::run(POLICIES, &vec![12, 13], TODAY, &[waiver("SIZE001", "12")]);
        let codes: Vec<_> =
            review.findings.iter().map(|finding| (finding.code, finding.place.subject.as_str())).collect();
        assert_eq!(codes, [("SIZE001", "13"), ("SIZE002", "13")]);
        assert_eq!(review.waived[0].1.reason, "it is agreed");
    }

    #[test]
    fn a_waiver_that_waives_nothing_fails_the_check() {
        let review = Review::run(POLICIES, &vec![2], TODAY, &[waiver("SIZE001", "12")]);
        assert_eq!(review.unused, [waiver("SIZE001", "12")]);
        assert!(!review.passes());
    }

    #[test]
    fn what_many_rules_find_comes_in_their_order() {
        let policies: Vec<_> = std::iter::repeat_n(POLICIES, 40).flatten().collect();
        let review = Review::run(policies, &vec![13], TODAY, &[]);
        let codes: Vec<_> = review.findings.iter().map(|finding| finding.code).collect();
        assert_eq!(codes, ["SIZE001", "SIZE002"].repeat(40));
    }

    #[test]
    fn a_rule_about_age_is_told_the_day() {
        const AGE: &[Policy<Date>] = &[Policy {
            code: "AGE001",
            name: "young",
            severity: Severity::Warning,
            explanation: "what is old is not mended",
            check: |made, findings| {
                let place = Place { subject: made.to_string(), file: String::new(), location: None };
                if *made < findings.today() {
                    findings.report(place, "is old", "renew it");
                }
            },
        }];
        let found = |today| Review::run(AGE, &date(2026, 9, 3), today, &[]).findings.len();
        assert_eq!([found(date(2026, 9, 3)), found(date(2026, 9, 4))], [0, 1]);
    }
}

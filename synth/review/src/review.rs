//! The result of running policies: findings, those that are accepted, and waivers that accept nothing.

use std::{
    fmt, panic,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use jiff::civil::Date;
use serde_json::{Value as Json, json};

use crate::{
    finding::{Finding, SettingPlace, Severity},
    policy::Policy,
    style::REMOVED,
};

/// A finding that is accepted, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiver {
    /// The code of the rule.
    pub code: String,
    /// The subject it is accepted for, as [`Place::subject`](crate::Place::subject) has it.
    pub subject: String,
    /// Why it is accepted.
    pub reason: String,
}

/// The result of running policies.
#[derive(Clone, Debug, Default)]
pub struct Review {
    /// Findings that are not waived.
    pub findings: Vec<Finding>,
    /// Findings that are accepted, each with its waiver.
    pub waived: Vec<(Finding, Waiver)>,
    /// Waivers that accept nothing any more, and should go.
    pub unused: Vec<Waiver>,
    /// How many policies ran.
    pub policies: usize,
}

impl Review {
    /// Runs policies over `subject` as of a day, on every processor that there is; what they find comes in their order.
    pub fn run<'a, P: Sync + 'a>(
        policies: impl IntoIterator<Item = &'a Policy<P>>,
        subject: &P,
        today: Date,
        waivers: &[Waiver],
    ) -> Self {
        let policies: Vec<_> = policies.into_iter().collect();
        let mut review = Self { policies: policies.len(), ..Self::default() };
        for finding in found(&policies, subject, today) {
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

    /// Is there nothing to say?
    pub fn is_silent(&self) -> bool {
        self.findings.is_empty() && self.unused.is_empty()
    }

    /// Every finding, the accepted ones too.
    pub fn all_mut(&mut self) -> impl Iterator<Item = &mut Finding> {
        self.findings.iter_mut().chain(self.waived.iter_mut().map(|(finding, _)| finding))
    }

    /// Says where the settings stand that decide findings.
    pub fn locate(&mut self, place: impl Fn(&str) -> Option<SettingPlace>) {
        for (key, found) in self.all_mut().flat_map(|finding| &mut finding.settings) {
            *found = place(key);
        }
    }

    /// Findings, waivers in use, and waivers that waive nothing, as scripts get them.
    pub fn json(&self) -> Json {
        let unused =
            |waiver: &Waiver| json!({ "code": waiver.code, "subject": waiver.subject, "reason": waiver.reason });
        let accepted = self.waived.iter().map(|(finding, waiver)| {
            let mut shown = finding.json();
            shown["reason"] = waiver.reason.as_str().into();
            shown
        });
        json!({
            "findings": self.findings.iter().map(Finding::json).collect::<Vec<_>>(),
            "waived": accepted.collect::<Vec<_>>(),
            "unused_waivers": self.unused.iter().map(unused).collect::<Vec<_>>(),
        })
    }
}

/// The findings and unused waivers, as people read them, colours included.
impl fmt::Display for Review {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.findings {
            write!(formatter, "{finding}")?;
        }
        for Waiver { code, subject, .. } in &self.unused {
            writeln!(
                formatter,
                "{REMOVED}error{REMOVED:#}: the waiver of {code} for `{subject}` waives nothing: remove it"
            )?;
        }
        Ok(())
    }
}

/// The findings, in the order of the policies. Each thread takes the next policy: some take a hundred times longer.
fn found<P: Sync>(policies: &[&Policy<P>], subject: &P, today: Date) -> Vec<Finding> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(policy) = policies.get(index) else { return done };
            done.push((index, policy.run(subject, today)));
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
    use crate::finding::{Findings, Place};

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

    /// Without colours.
    fn plain(text: &str) -> String {
        let mut parts = text.split('\u{1b}');
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |text, part| text + part.split_once('m').map_or("", |(_, text)| text))
    }

    #[test]
    fn a_finding_says_what_where_and_how_to_mend_it() {
        let review = Review::run(POLICIES, &vec![12], TODAY, &[]);
        let place = Place { location: Some(std::panic::Location::caller()), ..review.findings[0].place.clone() };
        let finding = Finding { place, ..review.findings[0].clone() };
        let finding = plain(&finding.to_string());
        let lines: Vec<_> = finding.lines().collect();
        assert_eq!(lines[0], "error[SIZE001] 12 is large");
        assert!(lines[1].starts_with("  declared at synth/review/src/review.rs:"), "{finding}");
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

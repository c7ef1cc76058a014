//! Runs of jobs: whether each begins when its schedule says.

use jiff::civil::{Date, date};
use synth_review::{Findings, Policy, Severity};

use crate::Platform;

pub(super) const RUNS_END_BEFORE_THE_NEXT: Policy<Platform> = Policy {
    code: "SCALE027",
    name: "runs-end-before-the-next",
    severity: Severity::Warning,
    explanation: "A run does not begin while the one before it lasts: where one may last longer than until the next, \
                  that one begins late, or not at all.",
    check: runs_end_before_the_next,
};

fn runs_end_before_the_next(platform: &Platform, findings: &mut Findings) {
    for job in platform.scheduled().filter(|job| job.waits()) {
        let (Some(gap), deadline) = (job.shortest_gap(), job.deadline()) else { continue };
        let lasts = match deadline {
            Some(deadline) if deadline <= gap => continue,
            Some(deadline) => format!("{deadline} s"),
            None => "any time".to_owned(),
        };
        let setting = job.setting("deadline_seconds");
        findings
            .report(
                job.cron_job.place(),
                format!("may last {lasts}, but the next run is due after {gap} s, and does not begin while one lasts"),
                format!("lower `{setting}` to {gap} or less, or let it run less often"),
            )
            .set_by([setting.clone(), job.setting("schedule")]);
    }
}

pub(super) const RUNS_ARE_NOT_SKIPPED: Policy<Platform> = Policy {
    code: "SCALE028",
    name: "runs-are-not-skipped",
    severity: Severity::Warning,
    explanation: "Where clocks jump over the time of a run, on one night of the year, it does not begin at all.",
    check: runs_are_not_skipped,
};

fn runs_are_not_skipped(platform: &Platform, findings: &mut Findings) {
    for job in platform.scheduled() {
        let Some(time) = job.skipped(FIRST_YEAR) else { continue };
        let setting = job.setting("schedule");
        findings
            .report(
                job.cron_job.place(),
                format!("does not run on {}, when clocks of its time zone jump over {}", time.date(), time.time()),
                format!("set `{setting}` to a time that every day has, or run it by `Etc/UTC`"),
            )
            .set_by([setting.clone()]);
    }
}

/// From when on: rules of time zones are alike from year to year, and a day of its own would change what is said.
const FIRST_YEAR: Date = date(2026, 1, 1);

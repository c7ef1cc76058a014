//! Runs of jobs: whether each begins when its schedule says.

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

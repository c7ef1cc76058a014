//! Runs of jobs: whether their nodes stay for as long as they last.

use synth_review::{Findings, Policy, Severity};

use crate::{
    Platform,
    settings::Duration,
    view::{CAPACITY_TYPE, NodePool, requirement},
};

/// Seconds of work that nobody minds doing twice when Spot takes a node back.
const SHORT: u64 = 1800;

pub(super) const RUNS_END_BEFORE_THEIR_NODES: Policy<Platform> = Policy {
    code: "DRAIN012",
    name: "runs-end-before-their-nodes",
    severity: Severity::Warning,
    explanation: "A node that expires, or that has an old image, waits for the runs on it for its termination grace \
                  period and no longer: a run that lasts longer is cut off, and begins anew.",
    check: runs_end_before_their_nodes,
};

fn runs_end_before_their_nodes(platform: &Platform, findings: &mut Findings) {
    let waits = platform.every::<NodePool>().filter_map(|pool| {
        let wait = pool.typed().spec.template.spec.termination_grace_period.as_deref();
        Some((wait.and_then(Duration::seconds_of)?, pool))
    });
    let waits: Vec<_> = waits.collect();
    for job in platform.scheduled() {
        let Some(deadline) = job.deadline() else { continue };
        let needed = deadline + job.grace();
        let bought = job.node_label(CAPACITY_TYPE);
        let may_run = |pool| bought.is_none_or(|of| requirement(pool, CAPACITY_TYPE).iter().any(|kind| *kind == of));
        let shortest = waits.iter().filter(|(_, pool)| may_run(pool)).min_by_key(|(wait, _)| *wait);
        let Some((wait, pool)) = shortest.filter(|(wait, _)| *wait < needed) else { continue };
        let (setting, all) = (job.setting("deadline_seconds"), "karpenter.termination_grace_period");
        findings
            .report(
                job.cron_job.place(),
                format!(
                    "may last {needed} s with the time to leave, but a node of NodePool/{} that has to go waits {wait} s \
                     for it",
                    pool.name()
                ),
                format!(
                    "lower `{setting}` to {} or less, or raise `{all}` to {needed}s or more",
                    wait.saturating_sub(job.grace())
                ),
            )
            .set_by([setting.as_str(), all]);
    }
}

pub(super) const LONG_RUNS_KEEP_THEIR_NODES: Policy<Platform> = Policy {
    code: "DRAIN013",
    name: "long-runs-keep-their-nodes",
    severity: Severity::Warning,
    explanation: "AWS takes a Spot node back at two minutes' notice, and the run on it begins anew: what a long run has \
                  done by then is done, and paid for, twice.",
    check: long_runs_keep_their_nodes,
};

fn long_runs_keep_their_nodes(platform: &Platform, findings: &mut Findings) {
    for job in platform.scheduled().filter(|job| job.node_label(CAPACITY_TYPE) == Some("spot")) {
        let Some(deadline) = job.deadline().filter(|deadline| *deadline > SHORT) else { continue };
        let (setting, nodes) = (job.setting("deadline_seconds"), job.setting("nodes.capacity_type"));
        findings
            .report(
                job.cron_job.place(),
                format!("runs on Spot alone, and may last {deadline} s"),
                format!("set `{nodes}` to `on-demand`, or lower `{setting}` to {SHORT} or less"),
            )
            .set_by([nodes.as_str(), setting.as_str()]);
    }
}

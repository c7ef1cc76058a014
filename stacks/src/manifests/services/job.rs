//! A job: what runs by a schedule, and ends.

use synth_kubernetes::{
    Manifests, cron_job, cron_job_spec, job_spec, network_policy, network_policy_spec, passes_over, pod_template,
    selector,
};

use super::{container, networking, pod, pods};
use crate::{
    names::NAME_LABEL,
    settings::{Job, Settings},
};

/// Keeps Karpenter from taking a node away while the pod runs on it, to pack nodes better or to renew them.
const STAYS: (&str, &str) = ("karpenter.sh/do-not-disrupt", "true");

/// Seconds after its time within which a run still begins: a control plane that is being upgraded answers again by then, and so does
/// a run before that takes a little long.
pub(crate) const LATE_SECONDS: u32 = 600;

/// Runs of the past that are kept, of either end.
const KEPT: u32 = 3;

/// Seconds for which a run that is over is kept: somebody looks at it within a day, and an alert that it failed ends with it.
const KEPT_SECONDS: u32 = 86_400;

/// The condition of a pod that was taken away: by its node's end, by an eviction, by what comes first.
const TAKEN_AWAY: &str = "DisruptionTarget";

pub(super) fn define(name: &str, job: &Job, settings: &Settings, manifests: &Manifests) {
    let folder = &manifests.folder(name);
    let namespace = &settings.services.namespace;
    let runs = job.runs(name);
    pod::account(&runs, settings, folder);
    let container = container::define(settings, &runs, Vec::new());
    let pod = pod::define(&runs, container)
        .restart_policy("Never")
        .termination_grace_period_seconds(job.stop_seconds)
        .tolerations(pods::tolerations(settings));
    let mut template = pod_template(pods::labels(settings, name), pod);
    let annotations = template.metadata.get_or_insert_default().annotations.get_or_insert_default();
    annotations.insert(STAYS.0.to_owned(), STAYS.1.to_owned());
    let spec = job_spec(template)
        .active_deadline_seconds(job.deadline_seconds)
        .backoff_limit(job.retries)
        .ttl_seconds_after_finished(KEPT_SECONDS)
        // A lost node is no fault of the run: it begins anew, and no retry is used up.
        .pod_failure_policy(passes_over([TAKEN_AWAY]))
        // Not before the pod before is gone: there are never two of one run.
        .pod_replacement_policy("Failed");
    cron_job(name)
        .in_namespace(namespace)
        .label(NAME_LABEL, name)
        .spec(
            cron_job_spec(job.schedule.to_string(), spec)
                .time_zone(job.time_zone.to_string())
                .concurrency_policy("Forbid")
                .starting_deadline_seconds(LATE_SECONDS)
                .successful_jobs_history_limit(KEPT)
                .failed_jobs_history_limit(KEPT),
        )
        .add_to(folder, "cron-job");

    let policy = network_policy_spec().pod_selector(selector(NAME_LABEL, name)).policy_types(["Ingress", "Egress"]);
    let ways_out = networking::ways_out(settings, &runs);
    let policy = if ways_out.is_empty() { policy } else { policy.egress(ways_out) };
    network_policy(name).in_namespace(namespace).spec(policy).add_to(folder, "network-policy");
}

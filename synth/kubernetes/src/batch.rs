//! What runs and ends: jobs, and those of a schedule.

use k8s_openapi::api::{
    batch::v1::{
        CronJobSpec, JobSpec, JobTemplateSpec, PodFailurePolicy, PodFailurePolicyOnPodConditionsPattern,
        PodFailurePolicyRule,
    },
    core::v1::PodTemplateSpec,
};

use crate::draft::{Draft, IntoField, fields};

fields! {
    CronJobSpec {
        concurrency_policy: String, failed_jobs_history_limit: i32, starting_deadline_seconds: i64,
        successful_jobs_history_limit: i32, time_zone: String,
    }
    JobSpec {
        active_deadline_seconds: i64, backoff_limit: i32, pod_failure_policy: PodFailurePolicy,
        pod_replacement_policy: String, ttl_seconds_after_finished: i32,
    }
}

/// A job of these pods.
pub fn job_spec(template: impl IntoField<PodTemplateSpec>) -> Draft<JobSpec> {
    Draft(JobSpec { template: template.into_field(), ..JobSpec::default() })
}

/// Jobs of this kind, by a schedule of cron.
pub fn cron_job_spec(schedule: impl IntoField<String>, job: impl IntoField<JobSpec>) -> Draft<CronJobSpec> {
    let job_template = JobTemplateSpec { metadata: None, spec: Some(job.into_field()) };
    Draft(CronJobSpec { job_template, schedule: schedule.into_field(), ..CronJobSpec::default() })
}

/// A pod that ends with one of these conditions counts as no failure.
pub fn passes_over(conditions: impl IntoIterator<Item = &'static str>) -> PodFailurePolicy {
    let pattern = |type_: &str| PodFailurePolicyOnPodConditionsPattern {
        type_: type_.to_owned(),
        status: Some("True".to_owned()),
    };
    let on_pod_conditions = Some(conditions.into_iter().map(pattern).collect());
    let rule =
        PodFailurePolicyRule { action: "Ignore".to_owned(), on_pod_conditions, ..PodFailurePolicyRule::default() };
    PodFailurePolicy { rules: vec![rule] }
}

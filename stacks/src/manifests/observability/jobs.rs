//! The alert of jobs, where there are any: a run that did not begin. Of one that failed the chart's `KubeJobFailed` tells.

use synth_kubernetes::monitoring::RuleGroup;

use super::{
    alert::{Severity, alert},
    expressions::Expressions,
};
use crate::manifests::services::LATE_SECONDS;

pub(super) fn define(ask: Expressions<'_>) -> RuleGroup {
    // The next time is reckoned from the last run that began, so that it lies in the past where one was passed over.
    let late = format!("max by (cronjob) (time() - kube_cronjob_next_schedule_time{{{}}})", ask.of_namespace());
    let rules = vec![alert(
        "JobNotStarted",
        Severity::Warning,
        "5m",
        format!("{late} > {LATE_SECONDS}"),
        "{{ $labels.cronjob }} should have begun {{ $value | humanizeDuration }} ago, and waits for its next time now",
    )];
    RuleGroup::new("services.jobs", rules)
}

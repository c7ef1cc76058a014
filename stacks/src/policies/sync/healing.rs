//! How a mistake ends: with the next commit, in bounded time, wave after wave.

use synth_kubernetes::argocd::Retry;
use synth_review::{Findings, Place, Policy, Severity};

use crate::{
    Platform,
    add_ons::ROOT_APPLICATION,
    manifests::HEALTH,
    settings::Duration,
    view::{Application, Root, argocd_values},
};

/// Seconds that a bring-up takes beside the retries of a child that fails on the way: twice what was measured.
const BRING_UP_SECONDS: u64 = 600;

/// Seconds above which a bound is none.
const LONGEST_SECONDS: u64 = 3600;

/// Every Application, the root too, and where it is written.
fn applications(platform: &Platform) -> Vec<(&Application, Place)> {
    let root = Root::of(platform);
    let children = platform.every::<Application>().map(|child| (child.typed(), child.place()));
    root.objects.applications.iter().map(|application| (application, root.place.clone())).chain(children).collect()
}

/// The seconds for which a sync waits between its retries, all together.
fn waiting(retry: &Retry) -> Option<u64> {
    let pace = retry.backoff.as_ref()?;
    let (limit, factor, most) = (retry.limit?, u64::from(pace.factor?), Duration::seconds_of(&pace.max_duration)?);
    let pauses = std::iter::successors(Duration::seconds_of(&pace.duration), |pause| Some((pause * factor).min(most)));
    Some(pauses.take(usize::try_from(limit).ok()?).sum())
}

pub(super) const FIXES_HEAL: Policy<Platform> = Policy {
    code: "SYNC001",
    name: "fixes-heal",
    severity: Severity::Error,
    explanation: "A sync that retries the commit it began with never sees the fix, and one that waits without a limit \
                  never applies it; a limit shorter than a bring-up leaves the root Application failed until the next \
                  commit.",
    check: fixes_heal,
};

fn fixes_heal(platform: &Platform, findings: &mut Findings) {
    let Some((values, argocd)) = argocd_values(platform) else { return };
    let bound = values.configs.params.sync_timeout_seconds.unwrap_or_default();
    let mut needed = 0;
    for (application, place) in applications(platform) {
        let name = application.metadata.name.as_deref().unwrap_or_default();
        let retry = &application.spec.sync_policy.retry;
        if !retry.refresh {
            findings.report(
                place.clone(),
                format!("lets `{name}` retry the commit that failed instead of the one that mends it"),
                "set `retry.refresh`",
            );
        }
        match waiting(retry) {
            // The root's own retries begin where its sync has ended.
            Some(_) if name == ROOT_APPLICATION => {}
            Some(waiting) => needed = needed.max(waiting),
            None => {
                findings.report(
                    place,
                    format!("lets `{name}` retry without a limit, or at a pace that cannot be added up"),
                    "give its `retry` a limit, a duration, a factor and a maximum duration",
                );
            }
        }
    }
    needed += BRING_UP_SECONDS;
    if bound < needed || bound > LONGEST_SECONDS {
        findings.report(
            argocd,
            format!("lets a sync take {bound} s, but a child's retries and a bring-up take {needed} s"),
            format!("set `controller.sync.timeout.seconds` to {needed} or more, and at most {LONGEST_SECONDS}"),
        );
    }
}

pub(super) const WAVES_WAIT: Policy<Platform> = Policy {
    code: "SYNC002",
    name: "waves-wait",
    severity: Severity::Error,
    explanation: "By itself Argo CD has no health check for Applications, calls new definitions and a starting \
                  Prometheus degraded, and an update healthy before it has begun: waves then wait for nothing, or fail \
                  although nothing is wrong.",
    check: waves_wait,
};

fn waves_wait(platform: &Platform, findings: &mut Findings) {
    let Some((values, argocd)) = argocd_values(platform) else { return };
    for health in HEALTH {
        if values.configs.cm.health.get(health.key).is_none_or(|lua| lua != health.lua) {
            findings.report(
                argocd.clone(),
                format!("does not use the health check of `{}` that is tested", health.key),
                "give it the script of `stacks/src/manifests/applications/health`",
            );
        }
    }
}

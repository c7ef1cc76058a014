//! Pods under disruption budgets: how many may go at once, and in how many turns all of them go.

use k8s_openapi::{api::policy::v1::PodDisruptionBudget, apimachinery::pkg::util::intstr::IntOrString};
use synth_review::Place;

use crate::{
    Platform,
    charts::prometheus_stack,
    view::{Object, Workload, whole},
};

/// Pods of one kind and the budget over them.
pub(super) struct Guarded {
    pub(super) name: String,
    /// The fewest and the most pods that there may be.
    pub(super) pods: (u64, u64),
    /// Seconds that one has to leave.
    pub(super) grace: u64,
    /// Where the budget is.
    pub(super) place: Place,
    /// How to let one go where none may, and the setting that does it.
    pub(super) mend: (String, Option<String>),
    unavailable: Option<Share>,
    available: Option<Share>,
}

/// A number of pods, or a percentage of them, which Kubernetes rounds up.
#[derive(Clone, Copy)]
enum Share {
    Pods(u64),
    Percent(u64),
}

impl Share {
    fn read(value: Option<&IntOrString>) -> Option<Self> {
        match value? {
            IntOrString::Int(number) => Some(Self::Pods(whole(*number))),
            IntOrString::String(text) => text.strip_suffix('%')?.parse().ok().map(Self::Percent),
        }
    }

    fn of(self, pods: u64) -> u64 {
        match self {
            Self::Pods(number) => number,
            Self::Percent(percent) => (pods * percent).div_ceil(100),
        }
    }
}

impl Guarded {
    /// How many of so many pods may go at once.
    pub(super) fn allowed(&self, pods: u64) -> u64 {
        match (self.unavailable, self.available) {
            (Some(lost), _) => lost.of(pods),
            (None, Some(kept)) => pods.saturating_sub(kept.of(pods)),
            (None, None) => 0,
        }
    }

    /// In how many turns all pods go, whatever their number; nothing where one may never go.
    pub(super) fn turns(&self) -> Option<u64> {
        let turns = |pods: u64| Some(pods.div_ceil(Some(self.allowed(pods)).filter(|allowed| *allowed > 0)?));
        (self.pods.0..=self.pods.1).map(turns).collect::<Option<Vec<_>>>()?.into_iter().max()
    }
}

/// All pods on Karpenter's nodes that a budget guards.
pub(super) fn guarded(platform: &Platform) -> Vec<Guarded> {
    let services = platform.autoscaled().into_iter().flat_map(|workload| of_service(platform, workload));
    services.chain(watching(platform)).collect()
}

fn of_service<'a>(platform: &'a Platform, workload: Workload<'a>) -> Vec<Guarded> {
    let of = |budget: Object<'_, PodDisruptionBudget>| {
        let spec = budget.spec.as_ref();
        Guarded {
            name: workload.name().to_owned(),
            pods: (workload.fewest(), workload.most().max(workload.fewest())),
            grace: workload.grace(),
            place: budget.place(),
            mend: ("set `maxUnavailable` to 1 or to a percentage".to_owned(), None),
            unavailable: Share::read(spec.and_then(|spec| spec.max_unavailable.as_ref())),
            available: Share::read(spec.and_then(|spec| spec.min_available.as_ref())),
        }
    };
    workload.budgets(platform).map(of).collect()
}

fn watching(platform: &Platform) -> Vec<Guarded> {
    let Some(chart) = platform.chart::<prometheus_stack::Values>() else { return Vec::new() };
    let stateful = chart.values.stateful().into_iter().filter(|of| of.budget.enabled);
    let guarded = stateful.map(|of| {
        let unavailable = Share::read(of.budget.allowed.max_unavailable.as_ref());
        // The chart's own budget keeps one.
        let kept = Share::read(of.budget.allowed.min_available.as_ref()).unwrap_or(Share::Pods(1));
        let setting = format!("observability.{}_replicas", of.name);
        Guarded {
            name: of.name.to_owned(),
            pods: (of.replicas, of.replicas),
            grace: of.grace,
            place: chart.place(),
            mend: (format!("raise `{setting}` to 2 or more, or leave the budget out"), Some(setting)),
            unavailable,
            available: Some(kept).filter(|_| unavailable.is_none()),
        }
    });
    guarded.collect()
}

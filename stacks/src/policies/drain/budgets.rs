//! Pods under disruption budgets: how many may go at once, and in how many turns all of them go.

use serde_json::Value as Json;
use synth_framework::Place;
use synth_kubernetes::Manifest;

use crate::{
    Platform,
    policies::view::{Workload, at, charts, number},
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
    fn read(value: &Json) -> Option<Self> {
        let percent = || value.as_str()?.strip_suffix('%')?.parse().ok();
        value.as_u64().map(Self::Pods).or_else(|| percent().map(Self::Percent))
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

/// Pods with volumes of the Prometheus stack: name, where its values stand, how long its operator lets one leave, and the setting
/// of their number.
const WATCHING: [(&str, &str, &str, u64); 2] = [
    ("prometheus", "/prometheus", "/prometheus/prometheusSpec", 600),
    ("alertmanager", "/alertmanager", "/alertmanager/alertmanagerSpec", 120),
];

/// All pods on Karpenter's nodes that a budget guards.
pub(super) fn guarded(platform: &Platform) -> Vec<Guarded> {
    let services = platform.autoscaled().into_iter().flat_map(|workload| of_service(platform, workload));
    services.chain(watching(platform)).collect()
}

fn of_service<'a>(platform: &'a Platform, workload: Workload<'a>) -> Vec<Guarded> {
    let budgets = workload.selecting(platform, "PodDisruptionBudget", "/spec/selector");
    let of = |budget: &Manifest| Guarded {
        name: workload.name().to_owned(),
        pods: (workload.fewest(), workload.most().max(workload.fewest())),
        grace: workload.grace(),
        place: platform.place(budget),
        mend: ("set `maxUnavailable` to 1 or to a percentage".to_owned(), None),
        unavailable: Share::read(at(&budget.object, "/spec/maxUnavailable")),
        available: Share::read(at(&budget.object, "/spec/minAvailable")),
    };
    budgets.map(of).collect()
}

fn watching(platform: &Platform) -> impl Iterator<Item = Guarded> {
    charts(platform).filter(|chart| chart.name == "kube-prometheus-stack").flat_map(move |chart| {
        let guarded = WATCHING.iter().filter_map(move |(name, part, spec, grace)| {
            let budget = at(at(chart.values, part), "/podDisruptionBudget");
            if budget["enabled"] != true {
                return None;
            }
            let pods = number(at(chart.values, spec), "/replicas").unwrap_or(1);
            let unavailable = Share::read(&budget["maxUnavailable"]);
            // The chart's own budget keeps one.
            let kept = Share::read(&budget["minAvailable"]).unwrap_or(Share::Pods(1));
            let setting = format!("observability.{name}_replicas");
            Some(Guarded {
                name: (*name).to_owned(),
                pods: (pods, pods),
                grace: *grace,
                place: platform.place(chart.application),
                mend: (format!("raise `{setting}` to 2 or more, or leave the budget out"), Some(setting)),
                unavailable,
                available: Some(kept).filter(|_| unavailable.is_none()),
            })
        });
        guarded.collect::<Vec<_>>()
    })
}

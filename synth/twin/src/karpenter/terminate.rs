//! How a node goes: its pods in four groups, each after the former is gone, by the Eviction API; and at the end of its termination
//! grace period whoever is left.

use crate::{
    karpenter::View,
    pods::{Effect, Pod, PodId, SYSTEM_CLUSTER_CRITICAL, Taint, Template},
    time::{Span, Time},
};

/// A drain lasts at least this long (Karpenter: `MinDrainTime`).
pub const LEAST_DRAIN: Span = Span::whole_seconds(5);
/// A drain is looked at this often.
pub const DRAIN_POLL: Span = Span::whole_seconds(1);
/// Whether an instance is gone is asked this often.
pub const GONE_POLL: Span = Span::whole_seconds(5);
/// An eviction that a budget forbids is tried again after this, doubling.
pub const EVICTION_RETRY: Span = Span(100);
/// But not later than this.
pub const EVICTION_RETRY_MOST: Span = Span::whole_seconds(10);
/// A pod that is still there so long after its grace ended is waited for no more.
const STUCK: Span = Span::whole_seconds(60);

/// The taint of a node that Karpenter takes away.
pub fn disrupted() -> Taint {
    Taint { key: "karpenter.sh/disrupted".to_owned(), value: String::new(), effect: Effect::NoSchedule }
}

/// What is to be done on a node that goes, for now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drain {
    /// Pods to be evicted.
    pub evict: Vec<PodId>,
    /// Pods to be deleted, whatever budgets say, with so many seconds of grace.
    pub delete: Vec<(PodId, i64)>,
    /// Nobody is waited for.
    pub drained: bool,
}

/// Looks at the pods of a node that goes, and is gone by `ends` where its pool has a termination grace period.
pub fn drain(view: View<'_>, on_node: &[PodId], ends: Option<Time>) -> Drain {
    let mut drain = Drain::default();
    let waited: Vec<_> = on_node.iter().copied().filter(|id| waited_for(&view.pods[id.0], view.now)).collect();
    if let Some(ends) = ends {
        let left = ((ends - view.now).0 / 1000).max(1);
        let late = |pod: &Pod| match pod.deleting {
            None => view.now > ends - grace(&pod.template),
            Some(deleting) => ends < deleting + grace(&pod.template) && view.now > ends,
        };
        drain.delete.extend(waited.iter().filter(|id| late(&view.pods[id.0])).map(|id| (*id, left)));
    }
    let group = |id: &PodId| {
        let template = &view.pods[id.0].template;
        (template.priority >= SYSTEM_CLUSTER_CRITICAL, template.daemon)
    };
    let Some(first) = waited.iter().map(group).min() else {
        drain.drained = true;
        return drain;
    };
    let evictable = |id: &PodId| {
        let pod = &view.pods[id.0];
        pod.deleting.is_none() && !pod.template.do_not_disrupt && !drain.delete.iter().any(|(other, _)| other == id)
    };
    drain.evict = waited.iter().copied().filter(|id| group(id) == first && evictable(id)).collect();
    drain
}

fn grace(template: &Template) -> Span {
    Span::whole_seconds(template.grace_seconds)
}

/// Whoever bears the taint stays, and whoever does not go at all is not waited for.
fn waited_for(pod: &Pod, now: Time) -> bool {
    let stuck = pod.deleting.is_some_and(|at| now > at + grace(&pod.template) + STUCK);
    pod.gone.is_none() && !stuck && !bears_disruption(&pod.template)
}

/// Does it stay on a node that goes?
pub fn bears_disruption(template: &Template) -> bool {
    let taint = disrupted();
    template.tolerations.iter().any(|toleration| toleration.bears(&taint))
}

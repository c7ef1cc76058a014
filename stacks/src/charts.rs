//! What the values of several charts have in common: the shapes that charts agree on, and the pods on the base nodes.
//!
//! What one chart alone takes stands beside it, as structs too: a key that is misspelt or misplaced does not compile.

use std::collections::BTreeMap;

use k8s_openapi::{
    api::core::v1::{ResourceRequirements, Toleration, TopologySpreadConstraint},
    apimachinery::pkg::apis::meta::v1::LabelSelector,
};
use serde::Serialize;
use synth_kubernetes::{Draft, resources, selector, spread, toleration};

use crate::names::{BASE_NODE_LABEL, BASE_NODE_TAINT};

/// A part of a chart that is there or not.
#[derive(Serialize)]
pub(crate) struct Enabled {
    pub(crate) enabled: bool,
}

/// The service account that Pod Identity knows.
#[derive(Serialize)]
pub(crate) struct ServiceAccount<'a> {
    pub(crate) name: &'a str,
}

/// What a rollout or a drain may take away.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Unavailable {
    pub(crate) max_unavailable: u32,
}

/// One pod after the other.
pub(crate) const ONE_AT_A_TIME: Unavailable = Unavailable { max_unavailable: 1 };

/// A disruption budget that is made only where it is enabled.
#[derive(Serialize)]
pub(crate) struct DisruptionBudget {
    enabled: bool,
    #[serde(flatten)]
    allowed: Unavailable,
}

impl DisruptionBudget {
    /// A budget that is made.
    pub(crate) const fn of(allowed: Unavailable) -> Self {
        Self { enabled: true, allowed }
    }
}

/// Sends pods to the base nodes.
pub(crate) fn node_selector() -> BTreeMap<&'static str, &'static str> {
    [BASE_NODE_LABEL].into()
}

/// Lets pods onto the base nodes.
pub(crate) fn tolerations() -> [Toleration; 1] {
    [toleration(BASE_NODE_TAINT)]
}

/// The pods of a release of this chart.
pub(crate) fn release(chart: &str) -> LabelSelector {
    selector("app.kubernetes.io/name", chart)
}

/// An even spread over zones, kept to while all zones have room.
pub(crate) fn over_zones(chart: &str) -> [Draft<TopologySpreadConstraint>; 1] {
    [spread("topology.kubernetes.io/zone", "ScheduleAnyway", release(chart))]
}

/// Processor time that is asked for, and memory that is asked for and never exceeded.
pub(crate) fn sized(cpu: &str, memory: &str) -> Draft<ResourceRequirements> {
    resources().requests([("cpu", cpu), ("memory", memory)]).limits([("memory", memory)])
}

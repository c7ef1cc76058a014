//! What the values of every chart on the base nodes have in common.

use std::collections::BTreeMap;

use k8s_openapi::{
    api::core::v1::{ResourceRequirements, Toleration, TopologySpreadConstraint},
    apimachinery::pkg::apis::meta::v1::LabelSelector,
};

use crate::{
    manifests::kubernetes::{Draft, resources, selector, spread, toleration},
    names::{BASE_NODE_LABEL, BASE_NODE_TAINT},
};

/// Sends pods to the base nodes.
pub(super) fn node_selector() -> BTreeMap<&'static str, &'static str> {
    [BASE_NODE_LABEL].into()
}

/// Lets pods onto the base nodes.
pub(super) fn tolerations() -> [Toleration; 1] {
    [toleration(BASE_NODE_TAINT)]
}

/// The pods of a release of this chart.
pub(super) fn release(chart: &str) -> LabelSelector {
    selector("app.kubernetes.io/name", chart)
}

/// An even spread over zones, kept to while all zones have room.
pub(super) fn over_zones(chart: &str) -> [Draft<TopologySpreadConstraint>; 1] {
    [spread("topology.kubernetes.io/zone", "ScheduleAnyway", release(chart))]
}

/// Processor time that is asked for, and memory that is asked for and never exceeded.
pub(super) fn sized(cpu: &str, memory: &str) -> Draft<ResourceRequirements> {
    resources().requests([("cpu", cpu), ("memory", memory)]).limits([("memory", memory)])
}

//! Charts: their values as structs, and what of a chart's pods, ports and objects nobody sees before it is rendered.
//!
//! A key that is misspelt or misplaced does not compile. A file each: what the chart takes, and below it what it makes of that. Figures
//! are the defaults of the charts' versions that are used here, or what pods are observed to need where they ask for nothing.

pub(crate) mod alertmanager;
pub(crate) mod argocd;
pub(crate) mod argocd_notifications;
pub(crate) mod karpenter;
pub(crate) mod load_balancer_controller;
pub(crate) mod metrics_server;
mod parts;
pub(crate) mod prometheus_stack;

use std::collections::BTreeMap;

use k8s_openapi::{
    api::core::v1::{ResourceRequirements, Toleration, TopologySpreadConstraint},
    apimachinery::pkg::apis::meta::v1::LabelSelector,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value as Json;
use synth_kubernetes::{Amount, IntoField, resources, selector, spread, toleration};

pub(crate) use self::parts::{
    DisruptionBudget, Enabled, Kinds, Pace, Pods, RollingUpdate, ServiceAccount, Sized, Unavailable,
};
use crate::names::{BASE_NODE_LABEL, BASE_NODE_TAINT};

/// The values of a chart, and what it makes of them.
pub(crate) trait Chart {
    /// The chart's name.
    fn name(&self) -> &'static str;

    /// Its pods, but for those that every node has.
    fn pods(&self) -> Vec<Pods<'_>>;

    /// The objects that it makes, by kind and namespace.
    fn kinds(&self) -> Kinds;

    /// What pods of other nodes reach: protocol, port, and what is there.
    fn listens(&self) -> Vec<(&'static str, u64, &'static str)>;

    /// The port on which it answers the control plane, and for what.
    fn called(&self) -> Option<(u64, &'static str)> {
        None
    }

    /// The service account of pods that do not work without a role of AWS.
    fn needs_role(&self) -> Option<&str> {
        None
    }

    /// The service account of pods that may have one.
    fn may_have_role(&self) -> Option<&str> {
        None
    }

    /// The pods by which the platform scales.
    fn scales_by(&self) -> Option<u64> {
        None
    }

    /// What every node has of it.
    fn daemon(&self) -> Option<Amount> {
        None
    }

    /// Where the pods go that belong on the base nodes, and how a finding about them begins.
    fn placements(&self) -> Vec<(&'static str, &BTreeMap<String, String>, &[Toleration])> {
        Vec::new()
    }
}

/// A chart's values as a type of their own.
pub(crate) trait Values: Chart + Serialize + DeserializeOwned {
    /// The chart's name.
    const CHART: &'static str;

    /// Values as they are written; what is not there, or `null`, has the chart's default.
    ///
    /// # Panics
    ///
    /// Values are written from the same type, so what does not read is a fault of that type, which no rule may pass over.
    fn read(values: &Json) -> Self {
        let read = Self::deserialize(without_nulls(values));
        read.unwrap_or_else(|error| panic!("the values of {} do not read: {error}", Self::CHART))
    }
}

/// As Helm has it, `null` takes a value away.
fn without_nulls(value: &Json) -> Json {
    match value {
        Json::Object(entries) => {
            let entries = entries.iter().filter(|(_, value)| !value.is_null());
            Json::Object(entries.map(|(key, value)| (key.clone(), without_nulls(value))).collect())
        }
        Json::Array(items) => items.iter().map(without_nulls).collect(),
        Json::Null => Json::Object(serde_json::Map::new()),
        scalar => scalar.clone(),
    }
}

/// The values of any chart that is known.
pub(crate) fn read(chart: &str, values: &Json) -> Option<Box<dyn Chart>> {
    fn boxed<V: Values + 'static>(values: &Json) -> Box<dyn Chart> {
        Box::new(V::read(values))
    }
    Some(match chart {
        argocd::Values::CHART => boxed::<argocd::Values>(values),
        karpenter::Definitions::CHART => boxed::<karpenter::Definitions>(values),
        karpenter::Values::CHART => boxed::<karpenter::Values>(values),
        load_balancer_controller::Values::CHART => boxed::<load_balancer_controller::Values>(values),
        metrics_server::Values::CHART => boxed::<metrics_server::Values>(values),
        prometheus_stack::Values::CHART => boxed::<prometheus_stack::Values>(values),
        _ => return None,
    })
}

/// Sends pods to the base nodes.
pub(crate) fn node_selector() -> BTreeMap<String, String> {
    let (key, value) = BASE_NODE_LABEL;
    [(key.to_owned(), value.to_owned())].into()
}

/// Lets pods onto the base nodes.
pub(crate) fn tolerations() -> Vec<Toleration> {
    vec![toleration(BASE_NODE_TAINT)]
}

/// The pods of a release of this chart.
pub(crate) fn release(chart: &str) -> LabelSelector {
    selector("app.kubernetes.io/name", chart)
}

/// An even spread over zones, kept to while all zones have room.
pub(crate) fn over_zones(chart: &str) -> Vec<TopologySpreadConstraint> {
    vec![spread("topology.kubernetes.io/zone", "ScheduleAnyway", release(chart)).into_field()]
}

/// Processor time that is asked for, and memory that is asked for and never exceeded.
pub(crate) fn sized(cpu: &str, memory: &str) -> ResourceRequirements {
    resources().requests([("cpu", cpu), ("memory", memory)]).limits([("memory", memory)]).into_field()
}

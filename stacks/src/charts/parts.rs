//! Parts that the values of several charts have in common, and what charts say of their pods.

use std::collections::BTreeMap;

use k8s_openapi::{api::core::v1::ResourceRequirements, apimachinery::pkg::util::intstr::IntOrString};
use serde::{Deserialize, Serialize};
use synth_kubernetes::Amount;

/// A part of a chart that is there or not.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Enabled {
    pub(crate) enabled: bool,
}

/// The requests of a component's pods, and how many there are where that is not one.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Component {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) replicas: Option<u32>,
    pub(crate) priority_class_name: String,
    pub(crate) resources: ResourceRequirements,
}

/// The service account that Pod Identity knows.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct ServiceAccount {
    pub(crate) name: String,
}

impl ServiceAccount {
    pub(crate) fn named(name: &str) -> Self {
        Self { name: name.to_owned() }
    }
}

/// The pods that a rollout or a drain may take away.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Unavailable {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_unavailable: Option<IntOrString>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) min_available: Option<IntOrString>,
}

impl Unavailable {
    /// One pod after the other.
    pub(crate) fn one() -> Self {
        Self { max_unavailable: Some(IntOrString::Int(1)), min_available: None }
    }
}

/// A disruption budget that is made only where it is enabled.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct DisruptionBudget {
    pub(crate) enabled: bool,
    #[serde(flatten)]
    pub(crate) allowed: Unavailable,
}

impl DisruptionBudget {
    /// A budget that lets one pod go after the other.
    pub(crate) fn one() -> Self {
        Self { enabled: true, allowed: Unavailable::one() }
    }
}

/// How a rollout goes.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct RollingUpdate {
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub(crate) type_: Option<String>,
    pub(crate) rolling_update: Pace,
}

/// How many pods a rollout adds, and how many it takes away.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Pace {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_surge: Option<IntOrString>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_unavailable: Option<IntOrString>,
}

impl RollingUpdate {
    /// The value of a chart whose values say nothing of it.
    pub(crate) const NOTHING: Self =
        Self { type_: None, rolling_update: Pace { max_surge: None, max_unavailable: None } };

    /// One pod after the other.
    pub(crate) fn one_at_a_time() -> Self {
        let rolling_update = Pace { max_surge: None, max_unavailable: Some(IntOrString::Int(1)) };
        Self { type_: None, rolling_update }
    }
}

/// A container of which nothing else is said.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Sized {
    pub(crate) resources: ResourceRequirements,
}

/// Pods of a chart that are alike.
#[derive(Clone, Debug)]
pub(crate) struct Pods<'a> {
    pub(crate) name: &'static str,
    /// How many there are.
    pub(crate) replicas: u64,
    /// How many of them have to run, where fewer are enough while a zone is lost.
    pub(crate) quorum: u64,
    pub(crate) each: Amount,
    /// Does each need a node of its own?
    pub(crate) apart: bool,
    /// Do they run on the base nodes, as far as the chart is used here?
    pub(crate) on_base_nodes: bool,
    /// How a Deployment of them rolls out.
    pub(crate) rollout: Option<Rollout<'a>>,
    /// The nodes that they select, if they have volumes.
    pub(crate) volumes_on: Option<&'a BTreeMap<String, String>>,
}

/// How a Deployment of a chart rolls out.
#[derive(Clone, Debug)]
pub(crate) struct Rollout<'a> {
    /// Where the values say it.
    pub(crate) key: &'static str,
    pub(crate) update: &'a RollingUpdate,
    /// The number of pods that may be missing by the chart's own default.
    pub(crate) missing: u64,
}

impl Rollout<'_> {
    /// How many of so many pods it may take away before others run. Less than one is none.
    pub(crate) fn missing(&self, pods: u64) -> u64 {
        let share = |text: &str| text.strip_suffix('%')?.parse::<u64>().ok().map(|share| pods * share / 100);
        match &self.update.rolling_update.max_unavailable {
            Some(IntOrString::Int(number)) => u64::try_from(*number).unwrap_or_default(),
            Some(IntOrString::String(text)) => share(text).unwrap_or(self.missing),
            None => self.missing,
        }
    }
}

impl<'a> Pods<'a> {
    /// Pods on the base nodes.
    pub(crate) fn on_base_nodes(name: &'static str, replicas: Option<u32>, default: u64, each: Amount) -> Self {
        Self { on_base_nodes: true, ..Self::elsewhere(name, replicas, default, each) }
    }

    /// Pods on Karpenter's nodes.
    pub(crate) fn elsewhere(name: &'static str, replicas: Option<u32>, default: u64, each: Amount) -> Self {
        let replicas = replicas.map_or(default, u64::from);
        let (apart, on_base_nodes) = (false, false);
        Self { name, replicas, quorum: replicas, each, apart, on_base_nodes, rollout: None, volumes_on: None }
    }

    /// Each needs a node of its own.
    pub(crate) fn apart(self) -> Self {
        Self { apart: true, ..self }
    }

    /// So many of them are enough while a zone is lost.
    pub(crate) fn quorum(self, quorum: u64) -> Self {
        Self { quorum, ..self }
    }

    pub(crate) fn rolling(self, key: &'static str, update: &'a RollingUpdate, missing: u64) -> Self {
        Self { rollout: Some(Rollout { key, update, missing }), ..self }
    }

    /// They have volumes, if so it is, and select these nodes.
    pub(crate) fn volumes(self, has: bool, on: &'a BTreeMap<String, String>) -> Self {
        Self { volumes_on: has.then_some(on), ..self }
    }
}

/// An issuer of cert-manager, as charts name one.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct IssuerReference {
    pub(crate) name: String,
    pub(crate) kind: String,
}

impl IssuerReference {
    /// One that signs in every namespace.
    pub(crate) fn of_cluster(name: &str) -> Self {
        Self { name: name.to_owned(), kind: "ClusterIssuer".to_owned() }
    }
}

/// Certificates of a chart's pods that cert-manager makes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Certified<'a> {
    /// The issuer, by kind and name; none where the chart makes one of its own.
    pub(crate) issuer: Option<(&'a str, &'a str)>,
    /// Does who calls them look at who signed?
    pub(crate) verified: bool,
}

/// Kinds of objects, by group.
pub(crate) type ByGroup = &'static [(&'static str, &'static [&'static str])];

/// The kinds of objects that a chart makes with the values that are used here; definitions in its `crds/` count where
/// they are not skipped.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kinds {
    /// Kinds that belong to the whole cluster.
    pub(crate) cluster: ByGroup,
    /// Kinds that live in namespaces.
    pub(crate) namespaced: ByGroup,
    /// Where it puts some of them, beside the namespace of its release.
    pub(crate) elsewhere: &'static [&'static str],
}

impl Kinds {
    pub(crate) const ROLES: (&'static str, &'static [&'static str]) =
        ("rbac.authorization.k8s.io", &["ClusterRole", "ClusterRoleBinding"]);
    pub(crate) const OWN_ROLES: (&'static str, &'static [&'static str]) =
        ("rbac.authorization.k8s.io", &["Role", "RoleBinding"]);
    pub(crate) const DEFINITIONS: (&'static str, &'static [&'static str]) =
        ("apiextensions.k8s.io", &["CustomResourceDefinition"]);
    pub(crate) const WEBHOOKS: (&'static str, &'static [&'static str]) =
        ("admissionregistration.k8s.io", &["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"]);
    pub(crate) const CERTIFICATES: (&'static str, &'static [&'static str]) =
        ("cert-manager.io", &["Certificate", "Issuer"]);
    pub(crate) const BUDGET: (&'static str, &'static [&'static str]) = ("policy", &["PodDisruptionBudget"]);
}

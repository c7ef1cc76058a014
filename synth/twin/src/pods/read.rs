//! A [`Template`] from the `PodTemplateSpec` that is written, with what the API server and its admission fill in.
//!
//! What the twin does not model and would decide about is refused, never passed over in silence.

mod affinity;
mod requests;

use std::fmt;

use k8s_openapi::api::core::v1::{PodSpec, PodTemplateSpec, Toleration as Written};

pub(crate) use self::affinity::selector;
use self::{
    affinity::{anti_affinity, node_terms, preferred_nodes, spreads},
    requests::{cpu_limit, requests},
};
use super::{Effect, Labels, Template, Toleration};

/// `terminationGracePeriodSeconds` where none is written (API server's default).
const GRACE_SECONDS: i64 = 30;
/// How long a pod bears a node that is not ready or not reached (admission `DefaultTolerationSeconds`).
const TOLERATION_SECONDS: i64 = 300;
/// The taints that it bears so long.
const BORNE: [&str; 2] = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];
/// What the `DaemonSet` controller lets its pods bear besides: the taint, and its effect.
const DAEMON: [(&str, Effect); 4] = [
    ("node.kubernetes.io/disk-pressure", Effect::NoSchedule),
    ("node.kubernetes.io/memory-pressure", Effect::NoSchedule),
    ("node.kubernetes.io/pid-pressure", Effect::NoSchedule),
    ("node.kubernetes.io/unschedulable", Effect::NoSchedule),
];

/// What a `PodTemplateSpec` does not say of its pods.
#[derive(Clone, Debug, Default)]
pub struct Owner {
    /// A name that pods of one `ReplicaSet` share, and no others; empty for a pod of nobody.
    pub workload: String,
    /// The namespace.
    pub namespace: String,
    /// The value of `pod-template-hash`, for a `Deployment`'s revision.
    pub revision: Option<String>,
    /// The value of the priority class.
    pub priority: i64,
    /// The priority class says `preemptionPolicy: Never`.
    pub never_preempts: bool,
    /// It is a `DaemonSet`.
    pub daemon: bool,
}

/// Why a template cannot be read: every reason, each with the field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// Such as "`spec.affinity.podAffinity` is not modelled".
    pub problems: Vec<String>,
}

impl fmt::Display for Unread {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.problems.join("; "))
    }
}

impl std::error::Error for Unread {}

/// What is wrong so far.
type Problems = Vec<String>;

impl Template {
    /// Reads what is written of a workload's pods.
    ///
    /// # Errors
    /// All fields that make no sense, or that decide where pods go and are not modelled.
    pub fn read(written: &PodTemplateSpec, owner: &Owner) -> Result<Self, Unread> {
        let mut problems = Problems::new();
        let metadata = written.metadata.clone().unwrap_or_default();
        let none = PodSpec::default();
        let spec = written.spec.as_ref().unwrap_or(&none);
        unmodelled(spec, &mut problems);
        let mut labels = metadata.labels.unwrap_or_default();
        if let Some(revision) = &owner.revision {
            labels.insert("pod-template-hash".to_owned(), revision.clone());
        }
        let annotation = |name: &str| metadata.annotations.as_ref().and_then(|all| all.get(name));
        let cost = annotation("controller.kubernetes.io/pod-deletion-cost").map_or(Ok(0), |cost| cost.parse::<i32>());
        let deletion_cost = i64::from(cost.unwrap_or_else(|_| {
            problems.push("the annotation `controller.kubernetes.io/pod-deletion-cost` is no whole number".to_owned());
            0
        }));
        let (asked, unasked) = requests(spec, &mut problems);
        let read = Self {
            workload: owner.workload.clone(),
            namespace: owner.namespace.clone(),
            requests: asked,
            unasked,
            cpu_limit: cpu_limit(spec, &mut problems),
            node_terms: node_terms(spec, &mut problems),
            preferred_nodes: preferred_nodes(spec, &mut problems),
            tolerations: tolerations(spec, owner.daemon, &mut problems),
            spreads: spreads(spec, &labels, &mut problems),
            anti_affinity: anti_affinity(spec, &labels, &owner.namespace, &mut problems),
            labels,
            priority: owner.priority,
            never_preempts: match spec.preemption_policy.as_deref() {
                Some(policy) => policy == "Never",
                None => owner.never_preempts,
            },
            host_network: spec.host_network.unwrap_or_default(),
            grace_seconds: spec.termination_grace_period_seconds.unwrap_or(GRACE_SECONDS),
            daemon: owner.daemon,
            deletion_cost,
            do_not_disrupt: annotation("karpenter.sh/do-not-disrupt").is_some_and(|value| value == "true"),
        };
        if problems.is_empty() { Ok(read) } else { Err(Unread { problems }) }
    }
}

/// Names fields that decide where pods go, and that nothing here decides by.
fn unmodelled(spec: &PodSpec, problems: &mut Problems) {
    let affinity = spec.affinity.as_ref();
    let is_other = |name: &Option<String>, usual: &str| name.as_ref().is_some_and(|name| name != usual);
    let fields = [
        ("spec.affinity.podAffinity", affinity.is_some_and(|affinity| affinity.pod_affinity.is_some())),
        ("spec.nodeName", spec.node_name.is_some()),
        ("spec.schedulerName", is_other(&spec.scheduler_name, "default-scheduler")),
        ("spec.schedulingGates", spec.scheduling_gates.as_ref().is_some_and(|gates| !gates.is_empty())),
        ("spec.schedulingGroup", spec.scheduling_group.is_some()),
        ("spec.resourceClaims", spec.resource_claims.as_ref().is_some_and(|claims| !claims.is_empty())),
    ];
    problems.extend(fields.iter().filter(|(_, is)| *is).map(|(field, _)| format!("`{field}` is not modelled")));
}

fn tolerations(spec: &PodSpec, daemon: bool, problems: &mut Problems) -> Vec<Toleration> {
    let mut all: Vec<_> =
        spec.tolerations.iter().flatten().filter_map(|written| toleration(written, problems)).collect();
    let seconds = (!daemon).then_some(TOLERATION_SECONDS);
    for key in BORNE {
        let is_borne = |toleration: &Toleration| {
            toleration.key.as_ref().is_none_or(|borne| borne == key)
                && toleration.effect.is_none_or(|effect| effect == Effect::NoExecute)
        };
        if !all.iter().any(is_borne) {
            all.push(Toleration { key: Some(key.to_owned()), value: None, effect: Some(Effect::NoExecute), seconds });
        }
    }
    if daemon {
        let pressure = DAEMON.iter().map(|(key, effect)| (*key, *effect));
        let network = ("node.kubernetes.io/network-unavailable", Effect::NoSchedule);
        for (key, effect) in pressure.chain((spec.host_network == Some(true)).then_some(network)) {
            all.push(Toleration { key: Some(key.to_owned()), value: None, effect: Some(effect), seconds: None });
        }
    }
    all
}

fn toleration(written: &Written, problems: &mut Problems) -> Option<Toleration> {
    let value = match written.operator.as_deref() {
        None | Some("" | "Equal") => Some(written.value.clone().unwrap_or_default()),
        Some("Exists") => None,
        Some(other) => {
            problems.push(format!("`spec.tolerations`: the operator `{other}` is not modelled"));
            return None;
        }
    };
    let name = written.effect.as_deref().filter(|name| !name.is_empty());
    let effect = name.and_then(effect);
    if let (Some(name), None) = (name, effect) {
        problems.push(format!("`spec.tolerations`: there is no effect `{name}`"));
        return None;
    }
    let key = written.key.clone().filter(|key| !key.is_empty());
    if key.is_none() && value.is_some() {
        problems.push("`spec.tolerations`: without a key the operator must be `Exists`".to_owned());
        return None;
    }
    Some(Toleration { key, value, effect, seconds: written.toleration_seconds })
}

/// An effect of a taint, by its name.
pub fn effect(name: &str) -> Option<Effect> {
    match name {
        "NoSchedule" => Some(Effect::NoSchedule),
        "PreferNoSchedule" => Some(Effect::PreferNoSchedule),
        "NoExecute" => Some(Effect::NoExecute),
        _ => None,
    }
}

/// Labels that a template's keys name, each as a rule about its value.
fn same_values<'a>(
    keys: Option<&'a Vec<String>>,
    labels: &'a Labels,
    operator: super::Operator,
) -> impl Iterator<Item = super::Expression> + 'a {
    let named = keys.into_iter().flatten().filter_map(move |key| Some((key, labels.get(key)?)));
    named.map(move |(key, value)| super::Expression { key: key.clone(), operator, values: vec![value.clone()] })
}

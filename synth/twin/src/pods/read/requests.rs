//! What a pod asks for: its containers, init containers and sidecars, and what is written for the pod as a whole.

use std::collections::BTreeMap;

use k8s_openapi::{
    api::core::v1::{Container, PodSpec, ResourceRequirements},
    apimachinery::pkg::api::resource::Quantity,
};

use super::Problems;
use crate::{
    quantity,
    resources::{MEBIBYTE, Resources},
};

type Written = BTreeMap<String, Quantity>;

/// What scores reckon for a container that does not say (kube-scheduler: `DefaultMilliCPURequest` and `DefaultMemoryRequest`).
const UNASKED: Resources = Resources { cpu: 100, memory: 200 * MEBIBYTE, pods: 0 };

/// What a pod asks for, one place among it, and what the scheduler's scores reckon besides.
pub(super) fn requests(spec: &PodSpec, problems: &mut Problems) -> (Resources, Resources) {
    let asked = of_pod(spec, Resources::default(), problems);
    let scored = of_pod(spec, UNASKED, &mut Problems::new());
    (Resources { pods: 1, ..asked }, scored - asked)
}

/// The pod's `limits.cpu`, if each of its containers has one.
pub(super) fn cpu_limit(spec: &PodSpec, problems: &mut Problems) -> Option<i64> {
    if let Some(of_pod) = limit(spec.resources.as_ref()) {
        return amount(of_pod, "cpu", problems);
    }
    let sidecars = spec.init_containers.iter().flatten().filter(|container| is_sidecar(container));
    let mut sum = 0;
    for container in spec.containers.iter().chain(sidecars) {
        sum += amount(limit(container.resources.as_ref())?, "cpu", problems)?;
    }
    Some(sum)
}

fn limit(resources: Option<&ResourceRequirements>) -> Option<&Quantity> {
    resources?.limits.as_ref()?.get("cpu")
}

/// A pod's containers and sidecars together, or its init containers one after the other with the sidecars before them, whichever
/// is more; containers that do not say ask for `unasked`.
fn of_pod(spec: &PodSpec, unasked: Resources, problems: &mut Problems) -> Resources {
    let mut running = Resources::default();
    for container in &spec.containers {
        running += of(container.resources.as_ref(), unasked, problems);
    }
    let (mut sidecars, mut starting) = (Resources::default(), Resources::default());
    for container in spec.init_containers.iter().flatten() {
        let asked = of(container.resources.as_ref(), unasked, problems);
        if is_sidecar(container) {
            sidecars += asked;
            starting = starting.max(sidecars);
        } else {
            starting = starting.max(sidecars + asked);
        }
    }
    let mut all = (running + sidecars).max(starting);
    // What is written for the whole pod stands in the place of its containers' sum.
    let whole = of(spec.resources.as_ref(), Resources::default(), problems);
    let says = |resource: &str, kind: fn(&ResourceRequirements) -> Option<&Written>| {
        spec.resources.as_ref().and_then(kind).is_some_and(|written| written.contains_key(resource))
    };
    let takes = |resource: &str, sum: i64| {
        says(resource, |all| all.requests.as_ref()) || (says(resource, |all| all.limits.as_ref()) && sum == 0)
    };
    if takes("cpu", all.cpu) {
        all.cpu = whole.cpu;
    }
    if takes("memory", all.memory) {
        all.memory = whole.memory;
    }
    let overhead = |resource: &str, problems: &mut Problems| {
        let written = spec.overhead.as_ref().and_then(|all| all.get(resource));
        written.and_then(|written| amount(written, resource, problems)).unwrap_or_default()
    };
    all.cpu += overhead("cpu", problems);
    all.memory += overhead("memory", problems);
    all
}

fn is_sidecar(container: &Container) -> bool {
    container.restart_policy.as_deref() == Some("Always")
}

/// What is asked for by these: a limit without a request is one, too.
fn of(written: Option<&ResourceRequirements>, unasked: Resources, problems: &mut Problems) -> Resources {
    let mut read = |resource: &str| {
        let of = |all: Option<&Written>| all.and_then(|all| all.get(resource)).cloned();
        let written = written.and_then(|all| of(all.requests.as_ref()).or_else(|| of(all.limits.as_ref())));
        written.and_then(|written| amount(&written, resource, problems))
    };
    Resources { cpu: read("cpu").unwrap_or(unasked.cpu), memory: read("memory").unwrap_or(unasked.memory), pods: 0 }
}

fn amount(written: &Quantity, resource: &str, problems: &mut Problems) -> Option<i64> {
    let read = if resource == "cpu" { quantity::thousandths(&written.0) } else { quantity::whole(&written.0) };
    if read.is_none() {
        problems.push(format!("`{}` is no quantity of {resource}", written.0));
    }
    read
}

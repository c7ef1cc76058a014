//! The services: what each runs with, and the objects that keep it running, reachable and bounded.

mod autoscaler;
mod bound;
mod container;
mod entrance;
mod internal;
mod networking;
mod proxy;
mod workload;

use synth_kubernetes::Manifests;

use crate::settings::{Service, Settings};

/// The container port of a service's own traffic.
pub(super) const TRAFFIC: &str = "http";
/// The container port of probes and metrics.
pub(super) const ADMIN: &str = "admin";

/// The annotation by which Argo CD makes objects one after another.
const SYNC_WAVE: &str = "argocd.argoproj.io/sync-wave";

/// The pods that a rollout adds before it takes old ones away, as a share of all.
const MAX_SURGE_PERCENT: u32 = 25;

/// Seconds by which the kubelet waits longer than everything that it waits for.
const GRACE_MARGIN_SECONDS: u32 = 5;

pub(super) fn define(settings: &Settings, manifests: &Manifests) {
    for (name, service) in settings.services.inside() {
        internal::define(name, service, settings, manifests);
    }
    proxy::define(settings, manifests);
}

/// The most pods of a service that can exist at once: during a rollout at the maximum, with every old pod still draining.
pub(crate) fn most_pods(service: &Service) -> u64 {
    let max = u64::from(service.max_replicas);
    2 * max + (max * u64::from(MAX_SURGE_PERCENT)).div_ceil(100)
}

/// How long a pod may take to leave: the wait before its signal, and both parts of its drain.
pub(super) fn grace_period_seconds(service: &Service) -> u32 {
    service.pre_stop_seconds + service.drain_delay_seconds + service.drain_timeout_seconds + GRACE_MARGIN_SECONDS
}

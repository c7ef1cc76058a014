//! The services: what each runs with, and the objects that keep it running, reachable and bounded.

mod autoscaler;
mod bound;
mod container;
mod entrance;
mod internal;
mod job;
mod networking;
mod pod;
mod pods;
mod proxy;
mod secrets;
mod worker;
mod workload;

pub(super) use job::LATE_SECONDS;
use synth_kubernetes::Manifests;

pub(super) use self::entrance::of_balancer;
use crate::settings::{Runs, Service, Settings};

/// The container port of a service's own traffic.
pub(super) const TRAFFIC: &str = "http";
/// The container port of probes and metrics.
pub(super) const ADMIN: &str = "admin";

/// The container port on which the proxy sends requests without TLS to HTTPS.
const REDIRECT: &str = "redirect";

/// The pods that a rollout adds before it takes old ones away, as a share of all.
const MAX_SURGE_PERCENT: u32 = 25;

/// Seconds by which the kubelet waits longer than everything that it waits for.
const GRACE_MARGIN_SECONDS: u32 = 5;

pub(super) fn define(settings: &Settings, manifests: &Manifests) {
    for (name, service) in settings.services.inside() {
        internal::define(name, service, settings, manifests);
    }
    proxy::define(settings, manifests);
    for (name, worker) in &settings.services.workers {
        worker::define(name, worker, settings, manifests);
    }
    for (name, job) in &settings.services.jobs {
        job::define(name, job, settings, manifests);
    }
}

/// The most pods of a job: the one of its run, and one that somebody starts by hand meanwhile.
const JOB_PODS: u64 = 2;

/// Everything that runs, each with the most pods of it that can exist at once.
pub(crate) fn most_pods(settings: &Settings) -> impl Iterator<Item = (Runs<'_>, u64)> {
    let services = &settings.services;
    let all = services.all().map(|(name, of)| (of.runs(name), rolling(of.max_replicas)));
    let workers = services.workers.iter().map(|(name, of)| (of.runs(name), rolling(of.max_replicas)));
    all.chain(workers).chain(services.jobs.iter().map(|(name, of)| (of.runs(name), JOB_PODS)))
}

/// The pods during a rollout at the maximum, with every old pod still draining.
fn rolling(max_replicas: u32) -> u64 {
    let max = u64::from(max_replicas);
    2 * max + (max * u64::from(MAX_SURGE_PERCENT)).div_ceil(100)
}

/// How long a pod may take to leave: the wait before its signal, and both parts of its drain.
pub(super) fn grace_period_seconds(service: &Service) -> u32 {
    service.drains_in() + GRACE_MARGIN_SECONDS
}

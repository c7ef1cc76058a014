//! The services, and the load that is put on them.

mod arguments;
mod entrance;
mod plain;
mod pod;
mod proxy;
mod service;
mod worker;

use std::collections::BTreeMap;

pub(crate) use self::pod::INTERNET;
pub use self::{
    entrance::{Entrance, Scheme},
    pod::{Asks, Image, Limits, Nodes, Permissions, Probes, Runs},
    proxy::Proxy,
    service::{ScaleOn, Service},
    worker::{Job, Worker, WorkerScaleOn},
};

use super::declare::section;
use super::problem::{Problems, list, meant};
use super::rules::{between, shaped};
use super::shape;
use super::tree;
use crate::names::{CORS_PROXY_SERVER, MOCK_TARGET_SERVER, RESERVED};

/// The tables in which services of an environment's own stand.
mod tables {
    pub(super) const INTERNAL: &str = "internal";
    pub(super) const WORKERS: &str = "workers";
    pub(super) const JOBS: &str = "jobs";
}

/// What a `CronJob`'s name may have, because its Jobs and their pods have eleven characters more.
/// <https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#cron-job-limitations>
const LONGEST_NAME: usize = 52;

section! {
    /// The workloads that scale.
    pub struct Services {
        /// Namespace of both services.
        pub namespace: String where shaped("a namespace", shape::dns_label),
        /// Seconds for which a pod stays bound to a node that answers no more.
        pub unreachable_seconds: u32 where between(0, 300),
        /// The proxy.
        pub cors_proxy_server: Service,
        /// The target behind it.
        pub mock_target_server: Service,
        /// Whom the proxy serves, what it reaches, and its load balancer.
        pub proxy: Proxy,
        /// Further services by name, reached inside the cluster, and from outside where they have an entrance.
        pub internal: BTreeMap<String, Service>,
        /// What runs without a port, by name.
        pub workers: BTreeMap<String, Worker>; else BTreeMap::new(),
        /// What runs by a schedule, by name.
        pub jobs: BTreeMap<String, Job>; else BTreeMap::new(),
    }
    check names_and_callers_fit;
}

impl Services {
    /// Every service by its name.
    pub fn all(&self) -> impl Iterator<Item = (&str, &Service)> {
        [(CORS_PROXY_SERVER, &self.cors_proxy_server)].into_iter().chain(self.inside())
    }

    /// The services that are reached inside the cluster only.
    pub fn inside(&self) -> impl Iterator<Item = (&str, &Service)> {
        let others = self.internal.iter().map(|(name, service)| (name.as_str(), service));
        [(MOCK_TARGET_SERVER, &self.mock_target_server)].into_iter().chain(others)
    }

    /// The services that a service may call, all of them inside the cluster.
    pub fn called_by(&self, caller: &str) -> impl Iterator<Item = (&str, &Service)> {
        self.inside().filter(move |(_, service)| service.callers.iter().any(|name| name == caller))
    }

    /// Everything that runs: services, workers and jobs.
    pub fn runs(&self) -> impl Iterator<Item = Runs<'_>> {
        let services = self.all().map(|(name, service)| service.runs(name));
        let workers = self.workers.iter().map(|(name, worker)| worker.runs(name));
        services.chain(workers).chain(self.jobs.iter().map(|(name, job)| job.runs(name)))
    }

    /// Is any of them scaled by what only KEDA can ask?
    pub fn scale_by_keda(&self) -> bool {
        self.all().any(|(_, service)| service.scales_on_traffic()) || self.workers.values().any(Worker::scales_on_queue)
    }

    /// What asks for secrets that AWS keeps.
    pub fn with_secrets(&self) -> impl Iterator<Item = Runs<'_>> {
        self.runs().filter(|runs| !runs.asks.secrets.is_empty())
    }

    /// Does anything ask for secrets, so that the operator is needed that brings them?
    pub fn ask_for_secrets(&self) -> bool {
        self.with_secrets().next().is_some()
    }

    /// Everything that runs by its name, with its image.
    pub fn images(&self) -> Vec<(&str, &Image)> {
        self.runs().map(|runs| (runs.name, runs.image)).collect()
    }

    /// The key under which the settings hold what runs under a name.
    pub fn key(&self, name: &str) -> Vec<String> {
        let own = if self.workers.contains_key(name) {
            tables::WORKERS
        } else if self.jobs.contains_key(name) {
            tables::JOBS
        } else {
            tables::INTERNAL
        };
        let key = match name {
            CORS_PROXY_SERVER => vec!["services", "cors_proxy_server"],
            MOCK_TARGET_SERVER => vec!["services", "mock_target_server"],
            other => vec!["services", own, other],
        };
        key.into_iter().map(str::to_owned).collect()
    }
}

/// Is it the name of an object of something else that runs?
fn is_of_another(name: &str, names: &[&str]) -> bool {
    name.strip_suffix("-metrics").is_some_and(|of| names.contains(&of))
}

fn names_and_callers_fit(services: &Services, section: &str, problems: &mut Problems<'_>) {
    let internal = services.internal.keys().map(|name| (tables::INTERNAL, name));
    let workers = services.workers.keys().map(|name| (tables::WORKERS, name));
    let own: Vec<_> = internal.chain(workers).chain(services.jobs.keys().map(|name| (tables::JOBS, name))).collect();
    let names: Vec<_> = services
        .all()
        .map(|(name, _)| name)
        .chain(services.workers.keys().map(String::as_str))
        .chain(services.jobs.keys().map(String::as_str))
        .collect();
    for (index, (table, name)) in own.iter().enumerate() {
        let key = tree::child(&tree::child(section, table), name);
        if !shape::dns_label(name) {
            problems
                .report_name(&key, "is not a name for a service: begin with a letter, then use `a-z`, digits and `-`");
        } else if *table == tables::JOBS && name.len() > LONGEST_NAME {
            let message = format!(
                "has {} characters: a label of a Job, of which its name is a part, allows {LONGEST_NAME}",
                name.len()
            );
            problems.report_name(&key, message);
        } else if RESERVED.contains(&name.as_str()) || is_of_another(name, &names) {
            problems.report_name(&key, "is taken by a part of the platform: choose another name");
        } else if let Some((other, _)) = own[..index].iter().find(|(_, other)| other == name) {
            let other = tree::child(&tree::child(section, other), name);
            problems.report_name(&key, format!("is taken by `{other}`: choose another name"));
        }
    }
    entrance::fit(services, problems);
    proxy::stays_apart(&services.cors_proxy_server, &tree::child(section, "cors_proxy_server"), problems);
    for (name, service) in services.all() {
        let key = services.key(name).join(".");
        for (index, caller) in service.callers.iter().enumerate() {
            let key = format!("{key}.callers[{index}]");
            if name == CORS_PROXY_SERVER {
                problems
                    .report(&key, format!("is `{caller}`, but the proxy is reached only from the internet: remove it"));
            } else if !names.contains(&caller.as_str()) {
                let mend = meant(caller, &names).unwrap_or_else(|| format!("choose one of {}", list(&names)));
                problems.report(&key, format!("is `{caller}`, which is not a service: {mend}"));
            }
        }
    }
}

section! {
    /// The load test.
    pub struct LoadTest {
        /// Requests a second at the top.
        pub rate: u32 where between(1, 1_000_000),
        /// Seconds until the top.
        pub ramp_seconds: u32 where between(1, 86_400),
        /// Seconds at the top.
        pub hold_seconds: u32 where between(1, 86_400),
        /// Seconds from the top back to nothing.
        pub ramp_down_seconds: u32 where between(1, 86_400),
    }
}

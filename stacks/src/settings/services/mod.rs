//! The services, and the load that is put on them.

mod entrance;
mod pod;
mod worker;

use std::collections::BTreeMap;

pub use self::{
    entrance::{Entrance, Scheme},
    pod::{Asks, Limits, Nodes, Permissions, Probes, Runs},
    worker::{Job, Worker, WorkerScaleOn},
};

use super::declare::{choice, section};
use super::problem::{Problems, list, meant};
use super::rules::{Anything, IfSet, Names, between, filled_set, set, shaped};
use super::tree;
use super::{CertificateArn, Origin, Percent, SecretRef, Target, shape};
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

fn names_and_callers_fit(services: &Services, section: &str, problems: &mut Problems<'_>) {
    let internal = services.internal.keys().map(|name| (tables::INTERNAL, name));
    let workers = services.workers.keys().map(|name| (tables::WORKERS, name));
    let own: Vec<_> = internal.chain(workers).chain(services.jobs.keys().map(|name| (tables::JOBS, name))).collect();
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
        } else if RESERVED.contains(&name.as_str()) {
            problems.report_name(&key, "is taken by a part of the platform: choose another name");
        } else if let Some((other, _)) = own[..index].iter().find(|(_, other)| other == name) {
            let other = tree::child(&tree::child(section, other), name);
            problems.report_name(&key, format!("is taken by `{other}`: choose another name"));
        }
    }
    entrance::fit(services, problems);
    let names: Vec<_> = services
        .all()
        .map(|(name, _)| name)
        .chain(services.workers.keys().map(String::as_str))
        .chain(services.jobs.keys().map(String::as_str))
        .collect();
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
    /// A build of a service in the account's registry.
    pub struct Image {
        /// Tag, never `latest`.
        pub tag: String where shaped("a tag other than `latest`", shape::image_tag),
        /// Digest, which then is what runs.
        pub digest: Option<String> where IfSet(shaped("a digest of `sha256:` and 64 hexadecimal digits", shape::image_digest)),
    }
}

choice! {
    /// What pods are added by.
    pub enum ScaleOn {
        /// Processor time that pods use, of what they ask for.
        Cpu = "cpu",
        /// Requests a second that arrive.
        Requests = "requests",
        /// Requests that are not answered yet.
        InFlight = "in-flight",
    }
}

section! {
    /// A service: what runs, how many pods there are, what each gets, who calls it, and how it leaves.
    pub struct Service {
        /// Image that runs.
        pub image: Image,
        /// Services that may call this one.
        pub callers: Vec<String> where set(Anything),
        /// Port of the service's own traffic.
        pub port: u16 where between(1025, 65_535),
        /// Port of probes and metrics.
        pub admin_port: u16 where between(1025, 65_535),
        /// Fewest pods.
        pub min_replicas: u32 where between(1, 1000),
        /// Most pods.
        pub max_replicas: u32 where between(1, 1000),
        /// Processor time that each pod asks for, in thousandths of a vCPU.
        pub cpu_request_millicores: u32 where between(10, 64_000),
        /// Memory that each pod asks for and may use, in MiB.
        pub memory_mib: u32 where between(16, 262_144),
        /// What pods are added by; of several, by whichever asks for most.
        pub scale_on: Vec<ScaleOn> where filled_set(Anything),
        /// Use of the requested processor time, in percent, above which pods are added by `cpu`.
        pub target_cpu_utilization: Percent,
        /// Requests a second to a pod above which pods are added by `requests`.
        pub target_requests_per_second: u32 where between(1, 1_000_000),
        /// Requests in flight in a pod above which pods are added by `in-flight`.
        pub target_in_flight: u32 where between(1, 100_000),
        /// Seconds for which a pod's stop signal is held back while load balancers learn that it leaves.
        pub pre_stop_seconds: u32 where between(0, 300),
        /// Seconds after the signal for which the server still accepts, while it reports that it is not ready.
        pub drain_delay_seconds: u32 where between(0, 300),
        /// Seconds that requests in flight have after that.
        pub drain_timeout_seconds: u32 where between(1, 3600),
        /// Arguments after those that the platform gives.
        pub arguments: Vec<String>; else Vec::new(),
        /// Variables of its environment.
        pub environment: BTreeMap<String, String> where Names(pod::variable); else BTreeMap::new(),
        /// Variables of its environment whose values AWS keeps.
        pub secrets: BTreeMap<String, SecretRef> where Names(pod::variable); else BTreeMap::new(),
        /// What it may do in AWS.
        pub permissions: Permissions; else Permissions::none(),
        /// What a pod may use at most.
        pub limits: Limits; else Limits::none(),
        /// The nodes on which it runs.
        pub nodes: Nodes; else Nodes::any(),
        /// How the kubelet asks at `admin_port`.
        pub probes: Probes; else Probes::of_service(),
        /// The way in from outside of the cluster.
        pub entrance: Option<Entrance>; else None,
    }
    check service_fits;
}

impl Service {
    /// It under its name, as what runs.
    pub fn runs<'a>(&'a self, name: &'a str) -> Runs<'a> {
        let asks = Asks {
            arguments: &self.arguments,
            environment: &self.environment,
            secrets: &self.secrets,
            permissions: &self.permissions,
            limits: &self.limits,
            nodes: &self.nodes,
        };
        let (cpu_request_millicores, memory_mib) = (self.cpu_request_millicores, self.memory_mib);
        Runs { name, table: tables::INTERNAL, image: &self.image, cpu_request_millicores, memory_mib, asks }
    }

    /// Seconds from the moment at which a pod is told to go until it has answered all that it took.
    pub fn drains_in(&self) -> u32 {
        self.pre_stop_seconds + self.drain_delay_seconds + self.drain_timeout_seconds
    }

    /// Is it scaled by what only Prometheus knows, and so by KEDA?
    pub fn scales_on_traffic(&self) -> bool {
        self.scale_on.iter().any(|of| *of != ScaleOn::Cpu)
    }
}

fn replicas_fit(min: u32, max: u32, section: &str, problems: &mut Problems<'_>) {
    if min > max {
        let key = tree::child(section, "min_replicas");
        let most = problems.other(&key, &tree::child(section, "max_replicas"), max);
        problems.report(&key, format!("is {min}, above {most}: lower it"));
    }
}

fn service_fits(service: &Service, section: &str, problems: &mut Problems<'_>) {
    replicas_fit(service.min_replicas, service.max_replicas, section, problems);
    pod::asks_fit(&service.runs(""), section, problems);
    if service.admin_port == service.port {
        let message = format!("is {}, which is `port` already: choose another", service.admin_port);
        problems.report(&tree::child(section, "admin_port"), message);
    }
}

section! {
    /// Whom the proxy serves, what it reaches, and its load balancer.
    pub struct Proxy {
        /// Private `host:port` targets that may be reached besides the mock target.
        pub allow_targets: Vec<Target> where set(Anything),
        /// Origins whose pages may use the proxy; `*` admits all.
        pub allow_origins: Vec<Origin> where filled_set(Anything),
        /// Certificate of the load balancer; without one it speaks plain TCP.
        pub certificate_arn: Option<CertificateArn>,
        /// Seconds for which the load balancer may go on sending new connections to a pod that is told to go.
        pub late_connections_seconds: u32 where between(0, 300),
        /// Seconds after which the load balancer ends the connections of a pod that is told to go.
        pub deregistration_delay_seconds: u32 where between(0, 3600),
    }
    check origins_agree;
}

impl Proxy {
    /// The origins that are admitted by name.
    pub fn named_origins(&self) -> impl Iterator<Item = &str> {
        self.allow_origins.iter().filter_map(|origin| match origin {
            Origin::Any => None,
            Origin::Of(origin) => Some(origin.as_str()),
        })
    }
}

fn origins_agree(proxy: &Proxy, section: &str, problems: &mut Problems<'_>) {
    let everyone = proxy.allow_origins.iter().position(|origin| *origin == Origin::Any);
    if let Some(index) = everyone.filter(|_| proxy.allow_origins.len() > 1) {
        let key = format!("{}[{index}]", tree::child(section, "allow_origins"));
        problems.report(&key, "is `*`, which allows every origin, beside other origins: keep one or the other");
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

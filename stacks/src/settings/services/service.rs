//! A service, and what it has in common with all that runs.

use std::collections::BTreeMap;

use super::pod::{self, Image, Limits, Nodes, Permissions, Probes, Runs, runs};
use super::{Entrance, arguments, tables};
use crate::settings::declare::{choice, section};
use crate::settings::problem::Problems;
use crate::settings::rules::{Anything, Names, between, filled_set, set};
use crate::settings::tree;
use crate::settings::{Percent, SecretRef, Target};

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
        /// What it reaches outside of the cluster, beside what its permissions are for.
        pub egress: Vec<Target> where set(Anything); else Vec::new(),
        /// What it may do in AWS.
        pub permissions: Permissions; else Permissions::default(),
        /// What a pod may use at most.
        pub limits: Limits; else Limits::default(),
        /// The nodes on which it runs.
        pub nodes: Nodes; else Nodes::default(),
        /// How the kubelet asks at `admin_port`.
        pub probes: Probes; else Probes::default(),
        /// The way in from outside of the cluster.
        pub entrance: Option<Entrance>; else None,
    }
    check service_fits;
}

impl Service {
    /// It under its name, as what runs.
    pub fn runs<'a>(&'a self, name: &'a str) -> Runs<'a> {
        runs!(self, name, tables::INTERNAL)
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

pub(super) fn replicas_fit(min: u32, max: u32, section: &str, problems: &mut Problems<'_>) {
    if min > max {
        let key = tree::child(section, "min_replicas");
        let most = problems.other(&key, &tree::child(section, "max_replicas"), max);
        problems.report(&key, format!("is {min}, above {most}: lower it"));
    }
}

fn service_fits(service: &Service, section: &str, problems: &mut Problems<'_>) {
    replicas_fit(service.min_replicas, service.max_replicas, section, problems);
    pod::asks_fit(&service.runs(""), section, problems);
    arguments::are_its_own(&service.arguments, section, problems);
    if service.admin_port == service.port {
        let message = format!("is {}, which is `port` already: choose another", service.admin_port);
        problems.report(&tree::child(section, "admin_port"), message);
    }
}

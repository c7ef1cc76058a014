//! What runs without being called: workers, which always run, and jobs, which run by a schedule.

use std::collections::BTreeMap;

use super::pod::{self, Limits, Nodes, Permissions, Probes, Runs, asks_fit, runs};
use super::service::replicas_fit;
use super::{Image, tables};
use crate::settings::declare::{choice, section};
use crate::settings::problem::Problems;
use crate::settings::rules::{Anything, Names, between, filled_set, set};
use crate::settings::schedule::{Schedule, TimeZone};
use crate::settings::tree;
use crate::settings::{Percent, Queue, SecretRef, Target};

choice! {
    /// What pods of a worker are added by.
    pub enum WorkerScaleOn {
        /// Processor time that pods use, of what they ask for.
        Cpu = "cpu",
        /// Messages that wait in its queue, or that somebody has taken and not deleted yet.
        Queue = "queue",
    }
}

section! {
    /// A worker: what runs without a port, such as what takes messages from a queue.
    pub struct Worker {
        /// Image that runs.
        pub image: Image,
        /// Port of probes and metrics, at which nobody else calls; 0 for none.
        pub admin_port: u16 where between(0, 65_535); else 0,
        /// Fewest pods.
        pub min_replicas: u32 where between(1, 1000),
        /// Most pods.
        pub max_replicas: u32 where between(1, 1000),
        /// Processor time that each pod asks for, in thousandths of a vCPU.
        pub cpu_request_millicores: u32 where between(10, 64_000),
        /// Memory that each pod asks for, in MiB.
        pub memory_mib: u32 where between(16, 262_144),
        /// What pods are added by; of several, by whichever asks for most.
        pub scale_on: Vec<WorkerScaleOn> where filled_set(Anything); else vec![WorkerScaleOn::Cpu],
        /// Use of the requested processor time, in percent, above which pods are added by `cpu`.
        pub target_cpu_utilization: Percent; else Percent::of(60),
        /// The queue by which pods are added; `""` for none.
        pub queue: Option<Queue>; else None,
        /// Messages for each pod above which pods are added by `queue`.
        pub target_messages: u32 where between(1, 1_000_000); else 10,
        /// Seconds that a pod has from the stop signal to its end, for what it has begun.
        pub stop_seconds: u32 where between(1, 3600); else 30,
        /// Arguments.
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
    }
    check worker_fits;
}

impl Worker {
    /// It under its name, as what runs.
    pub fn runs<'a>(&'a self, name: &'a str) -> Runs<'a> {
        runs!(self, name, tables::WORKERS)
    }

    /// Is it scaled by its queue, and so by KEDA?
    pub fn scales_on_queue(&self) -> bool {
        self.scale_on.contains(&WorkerScaleOn::Queue)
    }

    /// The port of probes and metrics, if it has one.
    pub fn admin(&self) -> Option<u16> {
        Some(self.admin_port).filter(|port| *port != 0)
    }
}

fn worker_fits(worker: &Worker, section: &str, problems: &mut Problems<'_>) {
    asks_fit(&worker.runs(""), section, problems);
    replicas_fit(worker.min_replicas, worker.max_replicas, section, problems);
    if (1..=1024).contains(&worker.admin_port) {
        let message =
            format!("is {}, which only root may open: choose one from 1025 to 65535, or 0", worker.admin_port);
        problems.report(&tree::child(section, "admin_port"), message);
    }
    if worker.admin_port == 0 && worker.probes != Probes::default() {
        let message = "are there, but nobody asks without `admin_port`: set that, or leave them as they are by default";
        problems.report_name(&tree::child(section, "probes"), message);
    }
    let key = tree::child(section, "scale_on");
    match &worker.queue {
        None if worker.scales_on_queue() => {
            problems.report(&key, "names `queue`, but no `queue` is set: name it, such as `queue = \"sqs://orders\"`");
        }
        Some(queue) if !worker.scales_on_queue() => {
            let message = format!("is `{queue}`, but `{key}` does not name `queue`: add it there, or leave this empty");
            problems.report(&tree::child(section, "queue"), message);
        }
        Some(queue) if !worker.permissions.receive.contains(queue) => {
            let key = tree::child(section, "queue");
            problems
                .report(&key, format!("is `{queue}`, from which it may not receive: add it to `permissions.receive`"));
        }
        _ => {}
    }
}

section! {
    /// A job: what runs by a schedule, and ends.
    pub struct Job {
        /// Image that runs.
        pub image: Image,
        /// When it runs, as cron writes it.
        pub schedule: Schedule,
        /// The time zone of the schedule.
        pub time_zone: TimeZone; else TimeZone::utc(),
        /// Seconds after which a run that has not ended is ended.
        pub deadline_seconds: u32 where between(1, 86_400); else 1200,
        /// How often a run that fails is tried again.
        pub retries: u32 where between(0, 10); else 2,
        /// Seconds that a pod has from the stop signal to its end.
        pub stop_seconds: u32 where between(1, 3600); else 30,
        /// Processor time that its pod asks for, in thousandths of a vCPU.
        pub cpu_request_millicores: u32 where between(10, 64_000),
        /// Memory that its pod asks for, in MiB.
        pub memory_mib: u32 where between(16, 262_144),
        /// Arguments.
        pub arguments: Vec<String>; else Vec::new(),
        /// Variables of its environment.
        pub environment: BTreeMap<String, String> where Names(pod::variable); else BTreeMap::new(),
        /// Variables of its environment whose values AWS keeps.
        pub secrets: BTreeMap<String, SecretRef> where Names(pod::variable); else BTreeMap::new(),
        /// What it reaches outside of the cluster, beside what its permissions are for.
        pub egress: Vec<Target> where set(Anything); else Vec::new(),
        /// What it may do in AWS.
        pub permissions: Permissions; else Permissions::default(),
        /// What its pod may use at most.
        pub limits: Limits; else Limits::default(),
        /// The nodes on which it runs.
        pub nodes: Nodes; else Nodes::default(),
    }
    check job_fits;
}

impl Job {
    /// It under its name, as what runs.
    pub fn runs<'a>(&'a self, name: &'a str) -> Runs<'a> {
        runs!(self, name, tables::JOBS)
    }
}

fn job_fits(job: &Job, section: &str, problems: &mut Problems<'_>) {
    asks_fit(&job.runs(""), section, problems);
}

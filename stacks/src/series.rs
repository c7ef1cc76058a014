//! The series that Prometheus holds at the largest size, and the memory that they take: for whoever sizes it, and for the policy
//! that holds it against what the pools really make. Each figure errs on the side of needing more.

use crate::settings::{Runs, Settings};

/// Series that are there however small the cluster is: the API server's most of all, Karpenter's offers, Argo CD's, recorded rules.
const CLUSTER: u64 = 100_000;

/// Series of a node beside its pods: the kubelet's own, the exporter's, the state of the node.
const NODE: u64 = 3_500;

/// Series of a pod: its containers' use, its network, its state.
const POD: u64 = 250;

/// Series that a pod of a service has of its own: durations by method, status and route.
const SERVICE_POD: u64 = 400;

/// Series in memory for every 100 that are there: those of pods and nodes that went in the last three hours are kept, too.
const WITH_FORMER: u64 = 150;

/// Bytes that a series takes: 2,940 in Prometheus' own storage (3.14, measured with labels like the kubelet's, after three hours of
/// counters and gauges), and a third more for scrapes, rules and queries.
const BYTES: u64 = 4_096;

/// MiB of the process itself, of rules and queries.
const PROCESS: u64 = 256;

/// MiB in whose steps memory is given, and the least of it.
const STEP: u64 = 256;
const LEAST: u64 = 2_048;

/// The room for pods on the smallest node that Karpenter makes, a `large` of the category `c`: millicores and MiB.
const LEAST_NODE: (u64, u64) = (1_680, 2_680);

/// Pods on each node whatever it is for, nodes for what watches, and pods of the platform itself.
const DAEMONS: u64 = 6;
const OTHER_NODES: u64 = 10;
const OTHER_PODS: u64 = 50;

/// The numbers of nodes, pods and series that are watched.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Watched {
    pub(crate) nodes: u64,
    /// All pods, those of services included.
    pub(crate) pods: u64,
    pub(crate) of_services: u64,
    /// Series of metrics of one's own.
    pub(crate) own: u64,
}

impl Watched {
    /// Everything that runs at its maximum, as far as the settings say: on the least of nodes, each of them on some of its own.
    pub(crate) fn largest(settings: &Settings) -> Self {
        let services = &settings.services;
        let all = services.all().map(|(name, of)| (of.runs(name), of.max_replicas));
        let workers = services.workers.iter().map(|(name, of)| (of.runs(name), of.max_replicas));
        let jobs = services.jobs.iter().map(|(name, of)| (of.runs(name), 1));
        let all: Vec<_> = all.chain(workers).chain(jobs).collect();
        let made = all.iter().map(|(runs, most)| nodes_of(runs, *most)).sum::<u64>() + OTHER_NODES;
        let nodes = made + u64::from(settings.base_nodes.max_size);
        let of_services = all.iter().map(|(_, most)| u64::from(*most)).sum();
        let own = u64::from(settings.observability.own_series);
        Self { nodes, pods: of_services + nodes * DAEMONS + OTHER_PODS, of_services, own }
    }

    /// The series in memory, former ones included.
    pub(crate) fn series(self) -> u64 {
        let there = CLUSTER + self.nodes * NODE + self.pods * POD + self.of_services * SERVICE_POD + self.own;
        there * WITH_FORMER / 100
    }

    /// MiB that Prometheus needs.
    pub(crate) fn needs(self) -> u64 {
        PROCESS + (self.series() * BYTES).div_ceil(1 << 20)
    }

    /// MiB that Prometheus is given.
    pub(crate) fn memory(self) -> u64 {
        self.needs().next_multiple_of(STEP).max(LEAST)
    }
}

fn nodes_of(runs: &Runs<'_>, most: u32) -> u64 {
    let (cpu, memory) = LEAST_NODE;
    let fit = |room: u64, asked: u32| room / u64::from(asked.max(1));
    let each = fit(cpu, runs.cpu_request_millicores).min(fit(memory, runs.memory_mib)).max(1);
    u64::from(most).div_ceil(each)
}

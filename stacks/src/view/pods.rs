//! The pods that are not the services': those of every node, those of the base nodes, and those that watch.
//!
//! Charts say theirs; what add-ons take stands here.

use synth_bindings::aws_eks_addon;
use synth_kubernetes::Amount;

use super::addon_configuration;
use crate::{
    Platform,
    charts::Pods,
    names::{
        COREDNS_ADD_ON, EBS_CSI_ADD_ON, KUBE_PROXY_ADD_ON, NODE_MONITORING_ADD_ON, POD_IDENTITY_ADD_ON, VPC_CNI_ADD_ON,
    },
};

/// Pods that are alike.
#[derive(Clone, Debug)]
pub(crate) struct PodGroup {
    pub(crate) name: String,
    pub(crate) pods: u64,
    pub(crate) each: Amount,
    /// Does each need a node of its own?
    pub(crate) apart: bool,
}

/// A pod that runs on every node.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Daemon<'a> {
    /// What brings it: an add-on or an Application.
    pub(crate) name: &'a str,
    pub(crate) requests: Amount,
    /// The add-ons' are `system-node-critical`.
    pub(crate) is_addon: bool,
    /// Has it an address of its own, beside that of its node?
    pub(crate) has_address: bool,
}

/// The pods that run on every node: their number, and their requests together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct PerNode {
    pub(crate) pods: u64,
    pub(crate) requests: Amount,
}

/// The requests of each add-on's pod on every node, by the name of the add-on.
const DAEMONS: [(&str, Amount); 5] = [
    (VPC_CNI_ADD_ON, Amount::new(50, 64)),
    (KUBE_PROXY_ADD_ON, Amount::new(100, 64)),
    (POD_IDENTITY_ADD_ON, Amount::new(10, 32)),
    (EBS_CSI_ADD_ON, Amount::new(30, 120)),
    (NODE_MONITORING_ADD_ON, Amount::new(10, 30)),
];

/// The requests of a controller pod of the volumes' add-on: there are two, of six containers each.
const EBS_CSI_CONTROLLER: Amount = Amount::new(60, 240);

/// The requests of a name server.
const COREDNS: Amount = Amount::new(100, 70);

/// The pods that run on every node, one by one. All but the volumes' driver are on the network of their node.
pub(crate) fn daemons(platform: &Platform) -> Vec<Daemon<'_>> {
    let addons = platform.resources::<aws_eks_addon::Handle>().filter_map(|addon| {
        let name = addon.text(|of| of.addon_name())?;
        let (name, requests) = *DAEMONS.iter().find(|(daemon, _)| *daemon == name)?;
        Some(Daemon { name, requests, is_addon: true, has_address: name == EBS_CSI_ADD_ON })
    });
    let charts = platform.known_charts().filter_map(|known| {
        Some(Daemon { name: known.name, requests: known.chart.daemon()?, is_addon: false, has_address: false })
    });
    addons.chain(charts).collect()
}

/// The pods that run on every node, together.
pub(crate) fn daemon_pods(platform: &Platform) -> PerNode {
    daemons(platform).iter().fold(PerNode::default(), |mut per_node, daemon| {
        per_node.pods += 1;
        per_node.requests += daemon.requests;
        per_node
    })
}

/// The pods that run on the base nodes when Karpenter has made `nodes` others.
pub(crate) fn base_pods(platform: &Platform, nodes: u64) -> Vec<PodGroup> {
    on_base_nodes(platform, nodes, |pods| pods.quorum)
}

/// The pods that run on the base nodes while nothing is lost and Karpenter has made no other.
pub(crate) fn standing_base_pods(platform: &Platform) -> Vec<PodGroup> {
    on_base_nodes(platform, 0, |pods| pods.replicas)
}

fn on_base_nodes(platform: &Platform, nodes: u64, count: fn(&Pods<'_>) -> u64) -> Vec<PodGroup> {
    let mut groups = of_charts(platform, true, count);
    if let Some(configuration) = addon_configuration(platform, COREDNS_ADD_ON) {
        // Its autoscaler adds one for every 16 nodes.
        let scaling = configuration.auto_scaling;
        let fewest = scaling.min_replicas.unwrap_or(2);
        let pods = nodes.div_ceil(16).clamp(fewest, scaling.max_replicas.unwrap_or(fewest).max(fewest));
        groups.push(PodGroup { name: COREDNS_ADD_ON.to_owned(), pods, each: COREDNS, apart: false });
    }
    if addon_configuration(platform, EBS_CSI_ADD_ON).is_some() {
        let name = "ebs-csi-controller".to_owned();
        groups.push(PodGroup { name, pods: 2, each: EBS_CSI_CONTROLLER, apart: false });
    }
    groups
}

/// The pods that run on Karpenter's nodes beside the services.
pub(crate) fn other_pods(platform: &Platform) -> Vec<PodGroup> {
    of_charts(platform, false, |pods| pods.quorum)
}

/// Every pod on Karpenter's nodes when all autoscalers are at their maximum, and every job runs.
pub(crate) fn maximum(platform: &Platform) -> Vec<PodGroup> {
    let services = platform.autoscaled().into_iter().map(|workload| PodGroup {
        name: workload.name().to_owned(),
        pods: workload.most(),
        each: workload.requests(),
        apart: false,
    });
    services.chain(platform.scheduled().map(|job| job.group())).chain(other_pods(platform)).collect()
}

fn of_charts(platform: &Platform, on_base_nodes: bool, count: fn(&Pods<'_>) -> u64) -> Vec<PodGroup> {
    let mut groups = Vec::new();
    for known in platform.all_charts() {
        let pods = known.chart.pods().into_iter().filter(|pods| pods.on_base_nodes == on_base_nodes);
        groups.extend(pods.map(|of| PodGroup {
            name: of.name.to_owned(),
            pods: count(&of),
            each: of.each,
            apart: of.apart,
        }));
    }
    groups
}

//! The pods that are not the services': those of every node, those of the base nodes, and those that watch.
//!
//! What a chart's values say counts; the tables say what counts where they are silent. The figures are the defaults of
//! the charts and add-ons, or what they are observed to need where they ask for nothing.

use serde_json::Value as Json;
use synth_bindings::aws_eks_addon;
use synth_kubernetes::Amount;

use super::{PerNode, addon_configuration, argocd_values, at, charts, number};
use crate::Platform;

/// Pods that are alike.
#[derive(Clone, Debug)]
pub(crate) struct PodGroup {
    pub(crate) name: String,
    pub(crate) pods: u64,
    pub(crate) each: Amount,
    /// Does each need a node of its own?
    pub(crate) apart: bool,
}

/// What of every node an add-on takes, by its name.
const DAEMONS: [(&str, Amount); 5] = [
    ("vpc-cni", Amount::new(50, 64)),
    ("kube-proxy", Amount::new(100, 64)),
    ("eks-pod-identity-agent", Amount::new(10, 32)),
    ("aws-ebs-csi-driver", Amount::new(30, 120)),
    ("eks-node-monitoring-agent", Amount::new(10, 30)),
];

/// What of every node the exporter of the Prometheus stack takes.
const NODE_EXPORTER: Amount = Amount::new(50, 64);

/// Some pods of a chart: where its values say how many and how large, and what counts where they do not.
struct Row {
    chart: &'static str,
    name: &'static str,
    pods: (&'static str, u64),
    requests: (&'static str, Amount),
    /// The resources of the containers beside it.
    beside: &'static [&'static str],
    apart: bool,
}

impl Row {
    const fn beside(mut self, containers: &'static [&'static str]) -> Self {
        self.beside = containers;
        self
    }
}

const fn row(
    chart: &'static str,
    name: &'static str,
    pods: (&'static str, u64),
    requests: (&'static str, Amount),
    apart: bool,
) -> Row {
    Row { chart, name, pods, requests, beside: &[], apart }
}

/// The charts on the base nodes.
const BASE: [Row; 9] = [
    row("karpenter", "karpenter", ("/replicas", 2), ("/controller/resources", Amount::new(1000, 1024)), true),
    row(
        "aws-load-balancer-controller",
        "aws-load-balancer-controller",
        ("/replicaCount", 2),
        ("/resources", Amount::new(100, 256)),
        false,
    ),
    row("metrics-server", "metrics-server", ("/replicas", 1), ("/resources", Amount::new(100, 200)), true),
    row(
        "argo-cd",
        "argocd-application-controller",
        ("/controller/replicas", 1),
        ("/controller/resources", Amount::new(250, 1024)),
        false,
    ),
    row("argo-cd", "argocd-server", ("/server/replicas", 1), ("/server/resources", Amount::new(50, 256)), false),
    row(
        "argo-cd",
        "argocd-repo-server",
        ("/repoServer/replicas", 1),
        ("/repoServer/resources", Amount::new(100, 512)),
        false,
    ),
    row(
        "argo-cd",
        "argocd-applicationset-controller",
        ("/applicationSet/replicas", 1),
        ("/applicationSet/resources", Amount::new(50, 256)),
        false,
    ),
    // Two of three are a quorum: with a zone lost the third may wait.
    row(
        "argo-cd",
        "argocd-redis-ha-server",
        ("/redis-ha/quorum", 2),
        ("/redis-ha/redis/resources", Amount::new(200, 256)),
        true,
    )
    .beside(&["/redis-ha/sentinel/resources", "/redis-ha/splitBrainDetection/resources"]),
    row(
        "argo-cd",
        "argocd-redis-ha-haproxy",
        ("/redis-ha/haproxy/quorum", 2),
        ("/redis-ha/haproxy/resources", Amount::new(100, 128)),
        true,
    ),
];

/// The charts on Karpenter's nodes.
const ELSEWHERE: [Row; 5] = [
    row(
        "kube-prometheus-stack",
        "prometheus",
        ("/prometheus/prometheusSpec/replicas", 1),
        ("/prometheus/prometheusSpec/resources", Amount::new(500, 2048)),
        true,
    ),
    row(
        "kube-prometheus-stack",
        "alertmanager",
        ("/alertmanager/alertmanagerSpec/replicas", 1),
        ("/alertmanager/alertmanagerSpec/resources", Amount::new(100, 200)),
        false,
    ),
    row(
        "kube-prometheus-stack",
        "prometheus-operator",
        ("/prometheusOperator/replicas", 1),
        ("/prometheusOperator/resources", Amount::new(100, 256)),
        false,
    ),
    row(
        "kube-prometheus-stack",
        "grafana",
        ("/grafana/replicas", 1),
        ("/grafana/resources", Amount::new(100, 256)),
        false,
    ),
    row(
        "kube-prometheus-stack",
        "kube-state-metrics",
        ("/kube-state-metrics/replicas", 1),
        ("/kube-state-metrics/resources", Amount::new(100, 128)),
        false,
    ),
];

/// What a controller of the volumes' add-on takes, in two pods of six containers each.
const EBS_CSI_CONTROLLER: Amount = Amount::new(60, 240);

/// What a name server takes.
const COREDNS: Amount = Amount::new(100, 70);

/// What runs on every node.
pub(crate) fn daemon_pods(platform: &Platform) -> PerNode {
    let mut per_node = PerNode::default();
    let mut add = |requests| {
        per_node.pods += 1;
        per_node.requests += requests;
    };
    for addon in platform.resources::<aws_eks_addon::Handle>() {
        let name = addon.text(|of| of.addon_name()).unwrap_or_default();
        if let Some((_, requests)) = DAEMONS.iter().find(|(daemon, _)| *daemon == name) {
            add(*requests);
        }
    }
    if charts(platform).any(|chart| chart.name == "kube-prometheus-stack") {
        add(NODE_EXPORTER);
    }
    per_node
}

/// What runs on the base nodes, when Karpenter has made so many others.
pub(crate) fn base_pods(platform: &Platform, nodes: u64) -> Vec<PodGroup> {
    let mut groups = groups(platform, &BASE);
    let argocd = argocd_values(platform).map(|(values, _)| values).unwrap_or_default();
    if at(&argocd, "/notifications/enabled") == true {
        let each = Amount::read(at(&argocd, "/notifications/resources/requests")).unwrap_or_default();
        groups.push(PodGroup { name: "argocd-notifications-controller".to_owned(), pods: 1, each, apart: false });
    }
    if let Some(configuration) = addon_configuration(platform, "coredns") {
        // Its autoscaler adds one for every 16 nodes.
        let bound = |key: &str, default| number(&configuration["autoScaling"], key).unwrap_or(default);
        let fewest = bound("/minReplicas", 2);
        let pods = nodes.div_ceil(16).clamp(fewest, bound("/maxReplicas", fewest).max(fewest));
        groups.push(PodGroup { name: "coredns".to_owned(), pods, each: COREDNS, apart: false });
    }
    if addon_configuration(platform, "aws-ebs-csi-driver").is_some() {
        let name = "ebs-csi-controller".to_owned();
        groups.push(PodGroup { name, pods: 2, each: EBS_CSI_CONTROLLER, apart: false });
    }
    groups
}

/// What runs on Karpenter's nodes beside the services.
pub(crate) fn other_pods(platform: &Platform) -> Vec<PodGroup> {
    groups(platform, &ELSEWHERE)
}

/// Every pod on Karpenter's nodes when all autoscalers are at their maximum.
pub(crate) fn maximum(platform: &Platform) -> Vec<PodGroup> {
    let services = platform.autoscaled().into_iter().map(|workload| PodGroup {
        name: workload.name().to_owned(),
        pods: workload.most(),
        each: workload.requests(),
        apart: false,
    });
    services.chain(other_pods(platform)).collect()
}

fn groups(platform: &Platform, rows: &[Row]) -> Vec<PodGroup> {
    let argocd = argocd_values(platform).map(|(values, _)| values);
    let mut all: Vec<(&str, &Json)> = charts(platform).map(|chart| (chart.name, chart.values)).collect();
    all.extend(argocd.as_ref().map(|values| ("argo-cd", values)));
    let of_chart = |row: &Row| {
        let (_, values) = all.iter().find(|(name, _)| *name == row.chart)?;
        let asked = |resources| Amount::read(&at(values, resources)["requests"]);
        let mut each = asked(row.requests.0).unwrap_or(row.requests.1);
        row.beside.iter().filter_map(|resources| asked(resources)).for_each(|more| each += more);
        Some(PodGroup {
            name: row.name.to_owned(),
            pods: number(values, row.pods.0).unwrap_or(row.pods.1),
            each,
            apart: row.apart,
        })
    };
    rows.iter().filter_map(of_chart).collect()
}

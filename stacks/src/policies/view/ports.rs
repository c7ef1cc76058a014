//! The ports on which something listens that pods of other nodes reach, each with its protocol.
//!
//! Containers of the services say theirs. What charts, add-ons and operators listen on stands in tables: no object here
//! has it, and the operator of Prometheus makes its pods itself.

use super::{addon, argocd_values, charts, items, number, protocol};
use crate::Platform;

/// Something that listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listening {
    pub(crate) protocol: &'static str,
    pub(crate) port: u64,
    pub(crate) who: String,
}

/// A protocol, a port, and whose it is.
type Row = (&'static str, u64, &'static str);

/// What add-ons listen on.
const ADD_ONS: [(&str, &[Row]); 1] = [(
    "coredns",
    &[("tcp", 53, "the name servers"), ("udp", 53, "the name servers"), ("tcp", 9153, "the name servers")],
)];

/// What charts listen on, and what they read on nodes.
const CHARTS: [(&str, &[Row]); 5] = [
    ("argo-cd", &[("tcp", 6379, "Redis"), ("tcp", 26379, "Redis's sentinels"), ("tcp", 8081, "Argo CD's repo server")]),
    ("aws-load-balancer-controller", &[("tcp", 8080, "the load balancer controller")]),
    ("karpenter", &[("tcp", 8080, "Karpenter")]),
    (
        "kube-prometheus-stack",
        &[
            ("tcp", 3000, "Grafana"),
            ("tcp", 8080, "the exporter of objects"),
            ("tcp", 9090, "Prometheus"),
            ("tcp", 9093, "Alertmanager"),
            ("tcp", 9100, "the exporter of nodes"),
            ("tcp", 10250, "the kubelets"),
        ],
    ),
    ("metrics-server", &[("tcp", 10250, "the kubelets")]),
];

/// How Alertmanagers tell each other whom they have notified. Over TCP alone they find each other and look well, and each
/// notifies everybody.
/// Source: ports `mesh-tcp` and `mesh-udp` in `pkg/alertmanager/statefulset.go` of the Prometheus operator.
const GOSSIP: [Row; 2] = [("tcp", 9094, "Alertmanager"), ("udp", 9094, "Alertmanager")];

/// Every port that pods of another node reach.
pub(crate) fn listening(platform: &Platform) -> Vec<Listening> {
    let mut rows: Vec<Row> = Vec::new();
    for (name, of_addon) in ADD_ONS {
        if addon(platform, name).is_some() {
            rows.extend(of_addon);
        }
    }
    let argocd = argocd_values(platform).map(|_| "argo-cd");
    let installed: Vec<&str> = charts(platform).map(|chart| chart.name).chain(argocd).collect();
    for (_, of_chart) in CHARTS.iter().filter(|(name, _)| installed.contains(name)) {
        rows.extend(*of_chart);
    }
    let replicas = charts(platform).find_map(|chart| number(chart.values, "/alertmanager/alertmanagerSpec/replicas"));
    if replicas.is_some_and(|replicas| replicas > 1) {
        rows.extend(GOSSIP);
    }
    let rows = rows.into_iter().map(|(protocol, port, who)| Listening { protocol, port, who: who.to_owned() });
    rows.chain(of_services(platform)).collect()
}

fn of_services(platform: &Platform) -> impl Iterator<Item = Listening> {
    platform.autoscaled().into_iter().flat_map(|workload| {
        let ports = workload.containers().iter().flat_map(|container| items(container, "/ports"));
        ports.filter_map(move |port| {
            let number = number(port, "/containerPort")?;
            Some(Listening { protocol: protocol(port), port: number, who: workload.name().to_owned() })
        })
    })
}

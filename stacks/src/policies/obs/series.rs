//! The memory of Prometheus, against the series of the largest size that the pools really make, and whether it is told of in time.

use synth_kubernetes::{monitoring::Rule, quantity};
use synth_review::{Findings, Policy, Severity};

use crate::{
    Platform,
    charts::prometheus_stack,
    series::Watched,
    view::{Pools, base_pods, daemon_pods, maximum},
};

const SETTING: &str = "observability.own_series";

/// The nodes and pods with all services at their maximum; nothing where no node hosts them, which SCALE001 finds.
fn watched(platform: &Platform) -> Option<Watched> {
    let (groups, daemons) = (maximum(platform), daemon_pods(platform));
    let made = Pools::of(platform, None).hosting(&groups, daemons).ok()?.nodes;
    let nodes = made + u64::from(platform.settings.base_nodes.max_size);
    let of_services = platform.autoscaled().iter().map(|workload| workload.most()).sum();
    let others = groups.iter().chain(&base_pods(platform, made)).map(|group| group.pods).sum::<u64>();
    let own = u64::from(platform.settings.observability.own_series);
    Some(Watched { nodes, pods: others + nodes * daemons.pods, of_services, own })
}

pub(super) const PROMETHEUS_HOLDS_ITS_SERIES: Policy<Platform> = Policy {
    code: "OBS003",
    name: "prometheus-holds-its-series",
    severity: Severity::Error,
    explanation: "Prometheus keeps in memory the series of everything that runs: with too little memory it is killed \
                  at the height of the load, and again while it reads its log, unless somebody is told before.",
    check: prometheus_holds_its_series,
};

fn prometheus_holds_its_series(platform: &Platform, findings: &mut Findings) {
    if let Some(chart) = platform.chart::<prometheus_stack::Values>() {
        let place = || chart.place();
        let memory = chart.values.memory().and_then(quantity::mebibytes);
        if let (Some(memory), Some(watched)) = (memory, watched(platform)) {
            let Watched { nodes, pods, of_services, .. } = watched;
            let needed = watched.needs();
            if memory < needed {
                let series = watched.series();
                findings
                    .report(
                        place(),
                        format!(
                            "gives Prometheus {memory}Mi, but the autoscalers' maximum makes {series} series in three \
                             hours, which take {needed}Mi: {nodes} nodes and {pods} pods, {of_services} of them of \
                             services"
                        ),
                        format!(
                            "raise `{SETTING}`, so that `prometheus.prometheusSpec.resources` of its values is \
                             {needed}Mi or more"
                        ),
                    )
                    .set_by([SETTING]);
            }
        }
        if !platform.alerts().any(tells_of_memory) {
            findings.report(
                place(),
                "tells nobody before Prometheus reaches the limit of its memory",
                "alert on `container_memory_working_set_bytes` of its container, as a share of its limit",
            );
        }
    }
}

/// Does an alert compare what Prometheus uses with its limit, before it gets there?
fn tells_of_memory(alert: &Rule) -> bool {
    let expr = &alert.expr;
    let asked =
        ["container_memory_working_set_bytes", "container=\"prometheus\"", "kube_pod_container_resource_limits"];
    let bound = expr.rsplit_once(" > ").and_then(|(_, bound)| bound.trim().parse::<f64>().ok());
    asked.iter().all(|part| expr.contains(part)) && bound.is_some_and(|bound| bound < 1.0)
}

//! The dashboards: what clients see, and how pods and nodes follow the load.

use synth_kubernetes::{Manifests, config_map};

use super::{
    alerts::{ERROR_RATIO, LATENCY_P99_SECONDS, POOL_USAGE},
    dashboard::{Dashboard, dashboard, panel},
    expressions::{Expressions, nodes_by, pool_usage},
};
use crate::{manifests::applications::grafana::DASHBOARD_LABEL, settings::Settings};

pub(super) fn define(settings: &Settings, folder: &Manifests) {
    let ask = Expressions::new(settings);
    add(settings, folder, "traffic", &traffic(ask, &settings.environment));
    add(settings, folder, "scaling", &scaling(ask, &settings.environment));
}

#[track_caller]
fn add(settings: &Settings, folder: &Manifests, name: &str, dashboard: &Dashboard) {
    config_map(format!("dashboard-{name}"))
        .in_namespace(&settings.observability.namespace)
        .label(DASHBOARD_LABEL, "1")
        .data([(format!("{name}.json"), dashboard.to_json())])
        .add_to(folder, &format!("dashboard-{name}"));
}

fn traffic(ask: Expressions<'_>, environment: &str) -> Dashboard {
    let window = "1m";
    dashboard(
        "tideline-traffic",
        "Tideline: traffic",
        environment,
        [
            panel("Requests", "reqps", "Requests a second that each service answers, failures included.")
                .ask(ask.request_rate(window), "{{job}}"),
            panel("Requests by status", "reqps", "Requests a second by status: 5xx count against the promise, 4xx do not.")
                .ask(ask.request_rate_by_status(window), "{{job}} {{http_response_status_code}}"),
            panel("Errors", "percentunit", "The share of requests that each service fails; above the line somebody is told.")
                .ask(ask.error_ratio(window), "{{job}}")
                .alarms_at(ERROR_RATIO),
            panel("Latency", "s", "The time in which 50, 95 and 99 of 100 requests are answered; p99 above the line is slow.")
                .ask(ask.latency(0.5, window), "{{job}} p50")
                .ask(ask.latency(0.95, window), "{{job}} p95")
                .ask(ask.latency(0.99, window), "{{job}} p99")
                .alarms_at(LATENCY_P99_SECONDS),
            panel("Requests in flight", "short", "Requests that wait for their answer: they rise when a target is slow.")
                .ask(ask.in_flight(), "{{job}}"),
            panel(
                "Shed, retried and blocked by the proxy",
                "reqps",
                "Requests a second that the proxy refuses because too many are in flight, sends again, or may not forward.",
            )
            .ask(ask.counted("shed_requests_total", "", window), "shed")
            .ask(ask.counted("retries_total", "reason", window), "retried: {{reason}}")
            .ask(ask.counted("blocked_targets_total", "rule", window), "blocked: {{rule}}"),
        ],
    )
}

fn scaling(ask: Expressions<'_>, environment: &str) -> Dashboard {
    dashboard(
        "tideline-scaling",
        "Tideline: scaling",
        environment,
        [
            panel("Requests", "reqps", "Requests a second of each service: what pods and nodes follow.")
                .ask(ask.request_rate("1m"), "{{job}}"),
            panel(
                "CPU against its target",
                "percent",
                "Processor time in percent of what pods ask for; above its target an autoscaler adds pods.",
            )
            .ask(ask.cpu_utilization(), "{{container}}")
            .ask(ask.cpu_target(), "{{horizontalpodautoscaler}} target"),
            panel("Pods", "short", "Pods of each service, as many as its autoscaler wants, and its maximum.")
                .ask(ask.autoscaler("status_current_replicas"), "{{horizontalpodautoscaler}}")
                .ask(ask.autoscaler("status_desired_replicas"), "{{horizontalpodautoscaler}} wanted")
                .ask(ask.autoscaler("spec_max_replicas"), "{{horizontalpodautoscaler}} maximum"),
            panel("Pending pods", "short", "Pods that wait for a node: some for a minute or two, while Karpenter makes one.")
                .ask(ask.pods("Pending"), "pending")
                .alarms_at(1.0),
            panel("Nodes", "short", "Nodes of the cluster, those of the base group included, and Karpenter's by pool.")
                .ask("count(kube_node_info)".to_owned(), "all")
                .ask(nodes_by("nodepool, capacity_type"), "{{nodepool}} {{capacity_type}}"),
            panel("Nodes by zone", "short", "Karpenter's nodes in each zone, which should differ by few.")
                .ask(nodes_by("zone"), "{{zone}}"),
            panel("Pods by zone", "short", "Running pods of the services in each zone. They are spread as they are added, not as they are taken away.")
                .ask(ask.pods_by_zone(), "{{zone}}"),
            panel(
                "Node pools against their limits",
                "percentunit",
                "The share of its limit that each pool uses; above the line it is nearly full, and load soon meets no node.",
            )
            .ask(pool_usage(), "{{nodepool}} {{resource_type}}")
            .alarms_at(POOL_USAGE),
        ],
    )
}

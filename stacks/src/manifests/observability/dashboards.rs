//! The dashboards: what clients see, and how pods and nodes follow the load.

use synth_framework::Manifests;

use super::{
    dashboard::{Dashboard, dashboard, panel},
    expressions::{Expressions, nodes_by, pool_usage},
};
use crate::{
    manifests::{applications::prometheus_stack::DASHBOARD_LABEL, kubernetes::config_map},
    settings::Settings,
};

pub(super) fn define(settings: &Settings, folder: &Manifests) {
    let ask = Expressions::new(settings);
    add(settings, folder, "traffic", &traffic(ask));
    add(settings, folder, "scaling", &scaling(ask));
}

#[track_caller]
fn add(settings: &Settings, folder: &Manifests, name: &str, dashboard: &Dashboard) {
    config_map(format!("dashboard-{name}"))
        .in_namespace(&settings.observability.namespace)
        .label(DASHBOARD_LABEL, "1")
        .data([(format!("{name}.json"), dashboard.to_json())])
        .add_to(folder, &format!("dashboard-{name}"));
}

fn traffic(ask: Expressions<'_>) -> Dashboard {
    let window = "1m";
    dashboard(
        "tideline-traffic",
        "Tideline: traffic",
        [
            panel("Requests", "reqps").ask(ask.request_rate(window), "{{job}}"),
            panel("Requests by status", "reqps")
                .ask(ask.request_rate_by_status(window), "{{job}} {{http_response_status_code}}"),
            panel("Errors", "percentunit").ask(ask.error_ratio(window), "{{job}}"),
            panel("Latency", "s")
                .ask(ask.latency(0.5, window), "{{job}} p50")
                .ask(ask.latency(0.95, window), "{{job}} p95")
                .ask(ask.latency(0.99, window), "{{job}} p99"),
            panel("Requests in flight", "short").ask(ask.in_flight(), "{{job}}"),
            panel("Shed, retried and blocked by the proxy", "reqps")
                .ask(ask.counted("shed_requests_total", "", window), "shed")
                .ask(ask.counted("retries_total", "reason", window), "retried: {{reason}}")
                .ask(ask.counted("blocked_targets_total", "rule", window), "blocked: {{rule}}"),
        ],
    )
}

fn scaling(ask: Expressions<'_>) -> Dashboard {
    dashboard(
        "tideline-scaling",
        "Tideline: scaling",
        [
            panel("Requests", "reqps").ask(ask.request_rate("1m"), "{{job}}"),
            panel("CPU against its target", "percent")
                .ask(ask.cpu_utilization(), "{{container}}")
                .ask(ask.cpu_target(), "{{horizontalpodautoscaler}} target"),
            panel("Pods", "short")
                .ask(ask.autoscaler("status_current_replicas"), "{{horizontalpodautoscaler}}")
                .ask(ask.autoscaler("status_desired_replicas"), "{{horizontalpodautoscaler}} wanted")
                .ask(ask.autoscaler("spec_max_replicas"), "{{horizontalpodautoscaler}} maximum"),
            panel("Pending pods", "short").ask(ask.pods("Pending"), "pending"),
            panel("Nodes", "short")
                .ask("count(kube_node_info)".to_owned(), "all")
                .ask(nodes_by("nodepool, capacity_type"), "{{nodepool}} {{capacity_type}}"),
            panel("Nodes by zone", "short").ask(nodes_by("zone"), "{{zone}}"),
            panel("Pods by zone", "short").ask(ask.pods_by_zone(), "{{zone}}"),
            panel("Node pools against their limits", "percentunit").ask(pool_usage(), "{{nodepool}} {{resource_type}}"),
        ],
    )
}

//! Alerts: the services' promise, the limits of scaling, nodes that do not come, and what Argo CD does not deliver.

use synth_kubernetes::{
    Manifests, custom,
    monitoring::{PrometheusRuleSpec, Rule, RuleGroup},
};

use super::{
    alert::{Severity, alert},
    controllers,
    expressions::{Expressions, OBJECTIVE, pool_usage},
    jobs, runbooks,
};
use crate::settings::Settings;

/// A pace at which the budget of errors is used up, over a long and a short window: the long one shows that it matters,
/// the short one that it has not stopped.
struct BurnRate {
    factor: f64,
    long: &'static str,
    short: &'static str,
    severity: Severity,
}

/// 2 % of a 30 days' budget in an hour, 5 % in six hours, 10 % in three days.
const BURN_RATES: [BurnRate; 3] = [
    BurnRate { factor: 14.4, long: "1h", short: "5m", severity: Severity::Critical },
    BurnRate { factor: 6.0, long: "6h", short: "30m", severity: Severity::Critical },
    BurnRate { factor: 1.0, long: "3d", short: "6h", severity: Severity::Warning },
];

/// The share of failed requests that somebody looks at, whatever is left of the budget.
pub(super) const ERROR_RATIO: f64 = 0.01;

/// The share of its limit above which a pool of nodes is nearly full.
pub(super) const POOL_USAGE: f64 = 0.9;

/// The share of its memory above which Prometheus is looked at, before it is killed at the height of the load.
const PROMETHEUS_MEMORY: f64 = 0.8;

/// Seconds in which 99 of 100 requests are answered.
pub(super) const LATENCY_P99_SECONDS: f64 = 1.0;

pub(super) fn define(settings: &Settings, folder: &Manifests) {
    let ask = Expressions::new(settings);
    rules(settings, folder, "services", vec![recorded(ask), promise(ask)]);
    rules(settings, folder, "scaling", vec![pods(ask)]);
    if !settings.services.jobs.is_empty() {
        rules(settings, folder, "jobs", vec![jobs::define(ask)]);
    }
    rules(settings, folder, "nodes", vec![nodes()]);
    rules(settings, folder, "controllers", vec![controllers::define(settings)]);
    rules(settings, folder, "delivery", vec![delivery()]);
    rules(settings, folder, "observability", vec![observability(settings)]);
}

#[track_caller]
fn rules(settings: &Settings, folder: &Manifests, name: &str, mut groups: Vec<RuleGroup>) {
    for rule in groups.iter_mut().flat_map(|group| &mut group.rules) {
        if let Some(alert) = &rule.alert {
            rule.annotations.insert("runbook_url".to_owned(), runbooks::url(&settings.repository, alert));
        }
    }
    custom(name, PrometheusRuleSpec { groups })
        .in_namespace(&settings.observability.namespace)
        .add_to(folder, &format!("prometheus-rule-{name}"));
}

/// The name under which the share of failed requests over a window is recorded.
fn error_ratio(window: &str) -> String {
    format!("job:http_server_errors:ratio_rate{window}")
}

/// Windows of burn rates reach days back: recorded once, they are cheap to ask for.
fn recorded(ask: Expressions<'_>) -> RuleGroup {
    let windows = ["5m", "30m", "1h", "6h", "3d"];
    let rules = windows.map(|window| Rule::record(error_ratio(window), ask.error_ratio(window)));
    RuleGroup::new("services.recorded", rules)
}

fn promise(ask: Expressions<'_>) -> RuleGroup {
    let mut rules: Vec<_> = BURN_RATES.iter().map(burning).collect();
    rules.push(alert(
        "ServiceErrors",
        Severity::Warning,
        "5m",
        format!("{} > {ERROR_RATIO}", error_ratio("5m")),
        "{{ $labels.job }} fails {{ $value | humanizePercentage }} of its requests",
    ));
    rules.push(alert(
        "ServiceSlow",
        Severity::Warning,
        "10m",
        format!("{} > {LATENCY_P99_SECONDS}", ask.latency(0.99, "5m")),
        "{{ $labels.job }} takes {{ $value | humanizeDuration }} for the slowest of 100 requests",
    ));
    rules.push(alert(
        "ProxySheds",
        Severity::Warning,
        "5m",
        format!("{} > 0", ask.counted("shed_requests_total", "job", "5m")),
        "{{ $labels.job }} refuses {{ $value | printf \"%.2f\" }} requests a second, because too many are in flight",
    ));
    rules.push(alert(
        "BalancerRefused",
        Severity::Critical,
        "5m",
        format!("{} > 0", ask.counted("refused_connections_total", "job", "5m")),
        "{{ $labels.job }} refuses {{ $value | printf \"%.2f\" }} connections of its load balancer a second: they do not name their clients",
    ));
    RuleGroup::new("services.promise", rules)
}

fn burning(rate: &BurnRate) -> Rule {
    let BurnRate { factor, long, short, severity } = rate;
    // Written with as many digits as the objective, so that 14.4 × 0.001 does not become 0.014400000000000001.
    let bound = format!("{:.4}", factor * (1.0 - OBJECTIVE));
    let expr = format!("{} > {bound} and {} > {bound}", error_ratio(long), error_ratio(short));
    let summary = format!(
        "{{{{ $labels.job }}}} burns its error budget at {factor} times the pace that lasts, over {long} and {short}"
    );
    let mut rule = alert("ServiceBurnsErrorBudget", *severity, "2m", expr, &summary);
    // Two of them are critical, and Prometheus tells alerts apart by name and labels alone.
    rule.labels.insert("window".to_owned(), (*long).to_owned());
    rule
}

fn pods(ask: Expressions<'_>) -> RuleGroup {
    let rules = vec![
        alert(
            "AutoscalerAtMaximum",
            Severity::Warning,
            "10m",
            format!("{} == {}", ask.autoscaler("status_desired_replicas"), ask.autoscaler("spec_max_replicas")),
            "{{ $labels.horizontalpodautoscaler }} wants its maximum of {{ $value }} pods: more load meets no more pods",
        ),
        alert(
            "AutoscalerBlind",
            Severity::Critical,
            "10m",
            format!(
                "max by (horizontalpodautoscaler) (kube_horizontalpodautoscaler_status_condition\
                 {{{},condition=\"ScalingActive\",status=\"false\"}}) == 1",
                ask.of_namespace()
            ),
            "{{ $labels.horizontalpodautoscaler }} gets no metrics and scales nothing",
        ),
        alert(
            "PodsPending",
            Severity::Warning,
            "1m",
            // Each pod for itself: while many are replaced one after the other, there is always one that waits.
            "count by (namespace) (min_over_time(kube_pod_status_phase{phase=\"Pending\"}[10m]) == 1 \
             and kube_pod_status_phase{phase=\"Pending\"} offset 10m == 1)"
                .to_owned(),
            "{{ $value }} pods of {{ $labels.namespace }} have been pending for ten minutes",
        ),
    ];
    RuleGroup::new("scaling.pods", rules)
}

fn nodes() -> RuleGroup {
    let rules = vec![
        alert(
            "NodePoolNearLimit",
            Severity::Warning,
            "10m",
            format!("{} > {POOL_USAGE}", pool_usage()),
            "node pool {{ $labels.nodepool }} uses {{ $value | humanizePercentage }} of its {{ $labels.resource_type }}",
        ),
        alert(
            "NodeNotReady",
            Severity::Critical,
            "10m",
            "kube_node_status_condition{condition=\"Ready\",status=\"true\"} == 0".to_owned(),
            "node {{ $labels.node }} has not been ready for ten minutes",
        ),
    ];
    RuleGroup::new("nodes", rules)
}

/// Alerts on Argo CD's Applications. It counts one that it cannot compare with Git as healthy, the root too.
fn delivery() -> RuleGroup {
    let applications = |matchers: &str| format!("max by (name) (argocd_app_info{{{matchers}}}) == 1");
    let rules = vec![
        alert(
            "ApplicationUnknown",
            Severity::Critical,
            "10m",
            applications("sync_status=\"Unknown\""),
            "Argo CD cannot compare {{ $labels.name }} with Git: nothing that is merged reaches the cluster",
        ),
        alert(
            "ApplicationDegraded",
            Severity::Critical,
            "10m",
            applications("health_status=~\"Degraded|Missing\""),
            "the Application {{ $labels.name }} is degraded",
        ),
        alert(
            "ApplicationOutOfSync",
            Severity::Warning,
            "30m",
            applications("sync_status=\"OutOfSync\""),
            "the Application {{ $labels.name }} differs from Git for half an hour, and self-heal does not mend it",
        ),
        alert(
            "ApplicationSyncsLong",
            Severity::Warning,
            "20m",
            applications("operation=\"sync\""),
            "the sync of {{ $labels.name }} waits for twenty minutes; it ends after thirty, and the next commit begins another",
        ),
        alert(
            "ArgocdAbsent",
            Severity::Critical,
            "10m",
            "absent(argocd_app_info)".to_owned(),
            "no Argo CD controller answers: nothing is delivered and nothing heals",
        ),
    ];
    RuleGroup::new("delivery", rules)
}

/// Alerts on Prometheus itself; of two, one tells of the other.
fn observability(settings: &Settings) -> RuleGroup {
    let namespace = &settings.observability.namespace;
    let container = format!("namespace=\"{namespace}\",container=\"prometheus\"");
    let used = format!("max by (pod) (container_memory_working_set_bytes{{{container}}})");
    let limit = format!("max by (pod) (kube_pod_container_resource_limits{{{container},resource=\"memory\"}})");
    let rules = vec![alert(
        "PrometheusNearMemoryLimit",
        Severity::Warning,
        "15m",
        format!("{used} / {limit} > {PROMETHEUS_MEMORY}"),
        "{{ $labels.pod }} uses {{ $value | humanizePercentage }} of its memory: killed at the limit, it is killed again while it \
         reads its log",
    )];
    RuleGroup::new("observability", rules)
}

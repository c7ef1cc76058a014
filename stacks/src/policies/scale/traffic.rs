//! What KEDA asks Prometheus for: whether there is an answer, what happens without one, and whether pods are added in time.

use synth_kubernetes::keda::{PROMETHEUS, Trigger};
use synth_review::{Findings, Policy, Severity};

use crate::{
    Platform,
    charts::prometheus_stack,
    simulated::{in_flight, seconds},
    view::{Meta as _, ServiceMonitor, Workload, matches},
};

/// The series of a service that say what arrives, which `apps/metrics.csv` lists, too, and whether each is a counter.
const SERIES: [(&str, bool); 2] = [("http_server_request_duration_seconds_count", true), (IN_FLIGHT, false)];

/// The series of requests in flight.
const IN_FLIGHT: &str = "http_server_active_requests";

/// Kubernetes does nothing while a metric is less than a tenth above its target.
const TOLERANCE: u64 = 110;

/// A query's parts, as far as they are asked for here.
struct Query<'a> {
    series: &'a str,
    matchers: Vec<(&'a str, &'a str)>,
    range: Option<&'a str>,
}

impl<'a> Query<'a> {
    /// The parts of `sum(series{label="value"})` and `sum(rate(series{label="value"}[range]))`.
    fn of(text: &'a str) -> Option<Self> {
        let inner = text.strip_prefix("sum(")?.strip_suffix(')')?;
        let (rate, inner) = match inner.strip_prefix("rate(").and_then(|inner| inner.strip_suffix(')')) {
            Some(inner) => (true, inner),
            None => (false, inner),
        };
        let (series, rest) = inner.split_once('{')?;
        let (matchers, range) = rest.split_once('}')?;
        let matchers = matchers.split(',').filter_map(|matcher| {
            let (label, value) = matcher.split_once("=\"")?;
            Some((label, value.strip_suffix('"')?))
        });
        let range = range.strip_prefix('[').and_then(|range| range.strip_suffix(']'));
        (rate == range.is_some()).then(|| Self { series, matchers: matchers.collect(), range })
    }

    fn label(&self, name: &str) -> &'a str {
        self.matchers.iter().find(|(label, _)| *label == name).map(|(_, value)| *value).unwrap_or_default()
    }
}

/// Every workload that KEDA asks Prometheus for, with each trigger of it that does.
fn asked(platform: &Platform) -> impl Iterator<Item = (Workload<'_>, &Trigger)> {
    let workloads = platform.autoscaled().into_iter();
    workloads.flat_map(|of| of.asked().filter(|trigger| trigger.type_ == PROMETHEUS).map(move |trigger| (of, trigger)))
}

pub(super) const TRAFFIC_IS_MEASURED: Policy<Platform> = Policy {
    code: "SCALE021",
    name: "traffic-is-measured",
    severity: Severity::Error,
    explanation: "A query for what nobody scrapes has no answer, and one that counts that as zero takes pods away: \
                  neither is noticed before the load comes.",
    check: traffic_is_measured,
};

fn traffic_is_measured(platform: &Platform, findings: &mut Findings) {
    let stack = platform.chart::<prometheus_stack::Values>();
    for (workload, trigger) in asked(platform) {
        let name = trigger.name.as_deref().unwrap_or_default();
        let mut report = |message: String, mend: &str| {
            findings.report(workload.scaler.place(), format!("asks by its trigger `{name}` {message}"), mend);
        };
        let server = stack.as_ref().map(|of| {
            format!("http://{}-prometheus.{}.svc.cluster.local:9090", of.values.fullname_override, of.namespace)
        });
        let address = trigger.metadata("serverAddress");
        if server.as_deref() != Some(address) {
            report(format!("a Prometheus at `{address}`, which nobody installs"), "name the platform's own");
        }
        if trigger.metadata("ignoreNullValues") != "false" {
            report("a query whose missing answer counts as zero".to_owned(), "set `ignoreNullValues` to `false`");
        }
        let text = trigger.metadata("query");
        let Some(query) = Query::of(text) else {
            report(format!("a query that is no sum of one series or of its rate: `{text}`"), "ask for one number");
            continue;
        };
        let Some((_, counts)) = SERIES.iter().find(|(series, _)| *series == query.series) else {
            report(
                format!("for `{}`, which no service shows", query.series),
                "ask for a series of apps/metrics.csv that says what arrives",
            );
            continue;
        };
        let Some(interval) = scraped(platform, &workload, &query) else {
            let (job, namespace) = (query.label("job"), query.label("namespace"));
            report(
                format!("for the job `{job}` of namespace `{namespace}`, as which no monitor scrapes its pods"),
                "ask for the job and the namespace of its own monitor",
            );
            continue;
        };
        let window = query.range.map(|range| seconds(range).unwrap_or_default());
        match window {
            None if *counts => report(format!("for `{}` itself, which only grows", query.series), "ask for its rate"),
            Some(_) if !counts => report(format!("for the rate of `{}`", query.series), "ask for the series itself"),
            Some(window) if window < interval * 2 => {
                report("for a rate over less than two scrapes".to_owned(), "widen the range to four scrapes");
            }
            _ => {}
        }
    }
}

/// The seconds between two scrapes of a workload's pods under the query's labels, if there are any.
fn scraped(platform: &Platform, workload: &Workload<'_>, query: &Query<'_>) -> Option<u32> {
    let (job, namespace) = (query.label("job"), query.label("namespace"));
    if namespace != workload.namespace() {
        return None;
    }
    platform.every::<ServiceMonitor>().find_map(|monitor| {
        let spec = &monitor.typed().spec;
        let there = spec.namespace_selector.match_names.iter().any(|of| of == namespace);
        let selected = workload.services(platform).any(|service| {
            let labels = service.typed().labels();
            matches(Some(&spec.selector), labels) && labels.get(&spec.job_label).is_some_and(|of| of == job)
        });
        (there && selected).then(|| seconds(&spec.endpoints.first()?.interval))?
    })
}

pub(super) const BLIND_AUTOSCALER_KEEPS_PODS: Policy<Platform> = Policy {
    code: "SCALE022",
    name: "blind-autoscaler-keeps-pods",
    severity: Severity::Error,
    explanation: "While Prometheus is away an autoscaler sees no load: without a fallback it stays at what it has \
                  however much arrives, and with one that takes pods away the failure of a watcher is the services'.",
    check: blind_autoscaler_keeps_pods,
};

fn blind_autoscaler_keeps_pods(platform: &Platform, findings: &mut Findings) {
    for workload in platform.autoscaled() {
        let Some(object) = workload.scaled().filter(|_| workload.asked().next().is_some()) else { continue };
        let (fewest, most) = (workload.fewest(), workload.most());
        let (message, mend) = match &object.spec.fallback {
            None => ("has no fallback for the time without an answer".to_owned(), "add a `fallback`".to_owned()),
            Some(fallback) => {
                let replicas = u64::from(fallback.replicas);
                let behavior = fallback.behavior.as_deref().unwrap_or("static");
                if behavior != "currentReplicasIfHigher" {
                    let message =
                        format!("falls back on {replicas} pods where it has more: its behaviour is `{behavior}`");
                    (message, "set `fallback.behavior` to `currentReplicasIfHigher`".to_owned())
                } else if !(fewest..=most).contains(&replicas) {
                    let message = format!("falls back on {replicas} pods, but may have {fewest} to {most}");
                    (message, "choose `fallback.replicas` between them".to_owned())
                } else {
                    continue;
                }
            }
        };
        findings.report(workload.scaler.place(), message, mend);
    }
}

pub(super) const PODS_COME_BEFORE_REFUSALS: Policy<Platform> = Policy {
    code: "SCALE023",
    name: "pods-come-before-refusals",
    severity: Severity::Error,
    explanation: "A pod never has more requests in flight than it takes: a target at that number or above it is never \
                  passed, so that requests are refused and no pod is added.",
    check: pods_come_before_refusals,
};

fn pods_come_before_refusals(platform: &Platform, findings: &mut Findings) {
    for (workload, trigger) in asked(platform) {
        let is_in_flight = Query::of(trigger.metadata("query")).is_some_and(|query| query.series == IN_FLIGHT);
        let target = trigger.metadata("threshold").parse::<u64>().ok().filter(|_| is_in_flight);
        let (Some(target), Some(most)) = (target, in_flight(&workload)) else { continue };
        let reached = (target * TOLERANCE).div_ceil(100);
        if reached >= most {
            let setting = workload.setting("target_in_flight");
            findings
                .report(
                    workload.scaler.place(),
                    format!("adds pods from {reached} requests in flight in each on, but a pod refuses from {most} on"),
                    format!("lower `{setting}` below {}", most * 100 / TOLERANCE),
                )
                .set_by([setting.as_str()]);
        }
    }
}

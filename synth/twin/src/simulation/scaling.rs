//! A service's autoscaler, and what it reads.

use k8s_openapi::{
    api::autoscaling::v2::{
        ExternalMetricSource, HorizontalPodAutoscaler, MetricIdentifier, MetricSpec, MetricTarget, ResourceMetricSource,
    },
    apimachinery::pkg::api::resource::Quantity,
};

use super::{metric::Metric, setup::Asked, tier::Tier};
use crate::{
    engine::Engine,
    hpa::{
        Autoscaler, Decision, Reading, Replicas,
        pod::{PodState, Sample},
        settings::{Refused, Source},
    },
    metrics::{
        prometheus::{self, Query, Scraper, Series},
        server::{Container, Server},
    },
    pods::PodId,
    time::{Span, Time},
};

/// The interval of a service's own monitor, and the window that a rate needs for at least two scrapes.
const SCRAPE: Span = Span::whole_seconds(15);
const RATE: Span = Span::whole_seconds(60);

/// The share of what a pod can take that an external metric aims at; of resources it is the autoscaler's own.
const AIM: f64 = 0.6;

/// The use of a resource that is aimed at where nothing else is written, in percent.
const UTILIZATION: i32 = 60;

const REQUESTS: &str = "requests_per_second";
const IN_FLIGHT: &str = "requests_in_flight";

/// An autoscaler, with what it reads.
pub(super) struct Scaler {
    pub(super) autoscaler: Autoscaler,
    pub(super) next: Time,
    asked: Vec<External>,
}

/// An external metric: Prometheus looks at every pod, and the autoscaler gets the answer of a query at each sync, as KEDA hands it on without
/// a cache. An answer that is empty is an error, and no zero.
struct External {
    metric: String,
    counts: bool,
    scraper: Scraper,
    known: Vec<(PodId, Series)>,
}

impl External {
    fn observe(&mut self, now: Time, tier: &Tier) {
        let Self { scraper, known, counts, .. } = self;
        known.retain(|(id, series)| {
            let stays = tier.members.iter().any(|member| member.id == *id);
            if !stays {
                scraper.remove(*series);
            }
            stays
        });
        for member in &tier.members {
            let series = if let Some((_, series)) = known.iter().find(|(id, _)| *id == member.id) {
                *series
            } else {
                let series = scraper.add(now);
                known.push((member.id, series));
                series
            };
            scraper.observe(series, now, if *counts { member.handled } else { member.in_flight });
        }
    }
}

impl Scaler {
    /// Of an object and what its external metrics ask for, with its first sync at `first`.
    pub(super) fn new(
        object: &HorizontalPodAutoscaler,
        asked: &[Asked],
        first: Time,
        seed: u64,
    ) -> Result<Self, Refused> {
        let autoscaler = Autoscaler::new(object)?;
        let external = |of: &Asked| External {
            metric: of.metric.clone(),
            counts: matches!(of.query, Query::Rate(_)),
            scraper: Scraper::new(prometheus::Settings { interval: of.interval, query: of.query, seed }),
            known: Vec::new(),
        };
        Ok(Self { autoscaler, next: first, asked: asked.iter().map(external).collect() })
    }

    /// Prometheus looks at every pod.
    pub(super) fn observe(&mut self, now: Time, tier: &Tier) {
        for external in &mut self.asked {
            external.observe(now, tier);
        }
    }

    /// A sync: what it reads, and what it decides. What it wants is done. External metrics are read while who hands them on is `heard`.
    pub(super) fn sync(
        &mut self,
        now: Time,
        engine: &mut Engine,
        tier: &Tier,
        server: &Server,
        heard: bool,
    ) -> Decision {
        let pods: Vec<_> = engine.pods_of(tier.workload).collect();
        let states: Vec<_> = pods.iter().filter_map(|id| PodState::of(&engine.pods()[id.0])).collect();
        let mut samples: Vec<Vec<Sample>> = Vec::new();
        let mut values = Vec::new();
        for metric in &self.autoscaler.settings().metrics {
            let (mut of_pods, mut value) = (Vec::new(), None);
            match &metric.source {
                Source::External { metric } => {
                    let asked = self.asked.iter_mut().find(|external| heard && external.metric == *metric);
                    value = asked.and_then(|external| external.scraper.query(now));
                }
                source => of_pods = sampled(&pods, engine, tier, server, source.is_cpu()),
            }
            samples.push(of_pods);
            values.push(value);
        }
        let readings: Vec<_> = samples.iter().zip(&values).map(|(samples, value)| reading(samples, *value)).collect();
        let asked = whole(engine.replicas(tier.workload));
        let there = whole(states.iter().filter(|state| !state.deleting).count());
        let decision = self.autoscaler.sync(now, Replicas { asked, there }, &states, &readings);
        if decision.desired != asked {
            engine.set_replicas(tier.workload, usize::try_from(decision.desired).unwrap_or_default());
        }
        self.next = now + self.autoscaler.flags().sync_period;
        decision
    }
}

fn sampled(pods: &[PodId], engine: &Engine, tier: &Tier, server: &Server, cpu: bool) -> Vec<Sample> {
    let mut started: Vec<(PodId, Container)> = tier.members.iter().map(|of| (of.id, of.container)).collect();
    started.sort_unstable();
    let of = |id: &PodId| {
        let requests = engine.pods()[id.0].template.requests;
        let request = if cpu { requests.cpu } else { requests.memory.saturating_mul(1000) };
        let at = started.binary_search_by_key(id, |(id, _)| *id).ok();
        let figures = at.and_then(|at| server.figures(&[started[at].1]));
        Sample { request: Some(request), usage: figures.map(|of| if cpu { of.cpu } else { of.memory }) }
    };
    pods.iter().map(of).collect()
}

#[expect(clippy::cast_possible_truncation, reason = "thousandths of what pods do")]
fn reading(samples: &[Sample], value: Option<f64>) -> Reading<'_> {
    match value {
        Some(value) => Reading::Value((value * 1000.0) as i64),
        None if samples.is_empty() => Reading::None,
        None => Reading::Pods(samples),
    }
}

fn whole(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// What an autoscaler adds pods by: its object's resources, and what its external metrics ask for.
pub(super) fn metrics(object: &HorizontalPodAutoscaler, asked: &[Asked]) -> Vec<Metric> {
    let of = |spec: &MetricSpec| {
        if let Some(resource) = &spec.resource {
            return match resource.name.as_str() {
                "cpu" => Some(Metric::Cpu),
                "memory" => Some(Metric::Memory),
                _ => None,
            };
        }
        let external = spec.external.as_ref()?;
        let asked = asked.iter().find(|asked| asked.metric == external.metric.name)?;
        Some(if matches!(asked.query, Query::Rate(_)) { Metric::Requests } else { Metric::InFlight })
    };
    object.spec.metrics.iter().flatten().filter_map(of).collect()
}

/// The use of a resource that an autoscaler aims at, in percent: as it is written, else as it is tried.
pub(super) fn utilization(object: &HorizontalPodAutoscaler) -> i32 {
    let mut metrics = object.spec.metrics.iter().flatten();
    let own = metrics.find_map(|metric| metric.resource.as_ref()?.target.average_utilization);
    own.unwrap_or(UTILIZATION)
}

/// The autoscaler's object with another metric: of resources at its own target, of others at 60 % of what a pod can take.
pub(super) fn scaled_on(
    object: &HorizontalPodAutoscaler,
    metric: Metric,
    most: f64,
    places: f64,
) -> (HorizontalPodAutoscaler, Vec<Asked>) {
    let mut object = object.clone();
    let own = utilization(&object);
    let resource = |name: &str| MetricSpec {
        type_: "Resource".to_owned(),
        resource: Some(ResourceMetricSource {
            name: name.to_owned(),
            target: MetricTarget {
                type_: "Utilization".to_owned(),
                average_utilization: Some(own),
                ..MetricTarget::default()
            },
        }),
        ..MetricSpec::default()
    };
    let external = |name: &str, each: f64| MetricSpec {
        type_: "External".to_owned(),
        external: Some(ExternalMetricSource {
            metric: MetricIdentifier { name: name.to_owned(), selector: None },
            target: MetricTarget {
                type_: "AverageValue".to_owned(),
                average_value: Some(Quantity(format!("{:.0}m", (each * AIM * 1000.0).max(1.0)))),
                ..MetricTarget::default()
            },
        }),
        ..MetricSpec::default()
    };
    let asked = |metric: &str, query| vec![Asked { metric: metric.to_owned(), query, interval: SCRAPE }];
    let (metric, asked) = match metric {
        Metric::Cpu => (resource("cpu"), Vec::new()),
        Metric::Memory => (resource("memory"), Vec::new()),
        Metric::Requests => (external(REQUESTS, most), asked(REQUESTS, Query::Rate(RATE))),
        Metric::InFlight => (external(IN_FLIGHT, places), asked(IN_FLIGHT, Query::Latest)),
    };
    object.spec.metrics = Some(vec![metric]);
    (object, asked)
}

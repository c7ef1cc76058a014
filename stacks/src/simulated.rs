//! The platform as the capacity twin takes it: its own objects, and what stands around them.

mod around;

use k8s_openapi::api::{core::v1::ResourceQuota, scheduling::v1::PriorityClass};
use synth_kubernetes::quantity::{self, MEMORY};
use synth_twin::{
    catalogue::NodeClass,
    cost::{Fixed, Item},
    engine::{Bounds, Delays},
    karpenter::{self, Version},
    load::Plan,
    metrics::prometheus::Query,
    network::{Bytes, Kept, Leaving, Registration},
    pods::Labels,
    service::{self, Admission, CALIBRATION, Clients, Places, Resident, Workers},
    simulation::setup::{Asked, Balancer, BaseNodes, Service, Setup},
    time::Span,
};

use crate::{
    Platform,
    charts::karpenter::Values,
    cost::standing,
    names::{BASE_NODE_LABEL, CORS_PROXY_SERVER, MOCK_TARGET_SERVER},
    view::{self, BALANCER, NodePool, TARGET_GROUP, Workload},
};

/// Seconds for which the proxy and the mock keep a connection at most: the default of `--max-connection-age`, which no setting changes.
const CONNECTION_AGE: f64 = 60.0;

/// Seconds that a request waits for a place in flight at most, in the proxy.
const PATIENCE: f64 = 0.5;

/// Seconds that the proxy gives a target: the default of `--timeout`, which no setting changes.
const TIMEOUT: f64 = 30.0;

/// The load balancer asks each 5 s, and believes the second answer that is missing after 2 s.
const UNHEALTHY: Span = Span::whole_seconds(12);

/// How often Prometheus looks at pods where their monitor does not say.
const SCRAPE: Span = Span::whole_seconds(30);

/// Bytes.
const MIB: f64 = 1024.0 * 1024.0;

/// The platform, as far as a load concerns it: the proxy, and the mock target behind it.
pub fn setup(platform: &Platform) -> Setup {
    let settings = &platform.settings;
    let named = |name: &str| platform.autoscaled().into_iter().find(|workload| workload.name() == name);
    let services = [CORS_PROXY_SERVER, MOCK_TARGET_SERVER].into_iter().filter_map(named);
    let balancer = named(CORS_PROXY_SERVER).and_then(|proxy| proxy.balancers(platform).next());
    Setup {
        name: settings.name.clone(),
        region: settings.aws.region.name.to_owned(),
        zones: settings.network.zones.iter().map(|zone| zone.to_string()).collect(),
        services: services.map(|workload| service(platform, &workload)).collect(),
        pools: platform.every::<NodePool>().map(|pool| (pool.name().to_owned(), pool.spec.clone())).collect(),
        class: NodeClass {
            zones: Some(settings.network.zones.iter().map(|zone| zone.to_string()).collect()),
            max_pods: platform
                .every::<view::NodeClass>()
                .next()
                .and_then(|class| class.spec.kubelet.max_pods)
                .map(i64::from),
            ..NodeClass::default()
        },
        volume: settings.karpenter.volume_size_gib,
        base: BaseNodes {
            instance_type: settings
                .base_nodes
                .instance_types
                .first()
                .map(|of| of.name().to_owned())
                .unwrap_or_default(),
            nodes: settings.base_nodes.desired_size as usize,
            labels: Labels::from([(BASE_NODE_LABEL.0.to_owned(), BASE_NODE_LABEL.1.to_owned())]),
            pods: around::base_pods(platform),
        },
        others: around::others(platform),
        daemons: around::daemons(platform),
        quota: quota(platform),
        bytes: Bytes::LOAD_TEST,
        bounds: Bounds { subnets: around::subnets(settings), ..Bounds::default() },
        karpenter: karpenter::Settings {
            version: Version::V1_14,
            batch_idle: Span::whole_seconds(1),
            batch_max: Span::whole_seconds(10),
            ignores_preferences: platform
                .chart::<Values>()
                .is_some_and(|chart| chart.values.settings.preference_policy == "Ignore"),
            spot_to_spot: false,
        },
        balancer: Balancer {
            cross_zone: balancer
                .and_then(|of| of.attribute(BALANCER, "load_balancing.cross_zone.enabled"))
                .is_some_and(|across| across == "true"),
            registration: Registration::default(),
            unhealthy: UNHEALTHY,
        },
        delays: Delays::default(),
        fixed: fixed(platform),
    }
}

/// The curve of the load test.
pub fn plan(platform: &Platform) -> Plan {
    let load = &platform.settings.load_test;
    Plan {
        rate: load.rate.into(),
        ramp: load.ramp_seconds.into(),
        hold: load.hold_seconds.into(),
        ramp_down: load.ramp_down_seconds.into(),
    }
}

fn service(platform: &Platform, workload: &Workload<'_>) -> Service {
    let settings = &platform.settings.services;
    let is_proxy = workload.name() == CORS_PROXY_SERVER;
    let (workers, places) = places(workload);
    let admission = if is_proxy {
        Admission { in_flight: places.in_flight, waiting: places.in_flight, patience: PATIENCE }
    } else {
        Admission::ALL
    };
    let of = settings.all().find(|(name, _)| *name == workload.name()).map(|(_, of)| of);
    let seconds = |value: u32| Span::whole_seconds(value.into());
    let (hook, delay, timeout) =
        of.map_or((0, 0, 0), |of| (of.pre_stop_seconds, of.drain_delay_seconds, of.drain_timeout_seconds));
    let balancer = workload.balancers(platform).next();
    let deregistered = balancer
        .and_then(|of| of.attribute(TARGET_GROUP, "deregistration_delay.timeout_seconds")?.parse().ok())
        .map_or(seconds(0), |of: u32| seconds(of));
    let late = if is_proxy { seconds(settings.proxy.late_connections_seconds) } else { Span::whole_seconds(1) };
    let grace = Span::whole_seconds(i64::try_from(workload.grace()).unwrap_or(i64::MAX));
    let leaving = if is_proxy {
        Leaving::of(seconds(hook), seconds(delay), seconds(timeout), grace, (late, deregistered))
    } else {
        Leaving::of(seconds(hook), seconds(delay), seconds(timeout), grace, (late, grace))
    };
    Service {
        deployment: workload.deployment.typed().clone(),
        scaler: workload.scaler.typed().clone(),
        asked: asked(platform, workload),
        budget: workload.budgets(platform).next().map(|budget| budget.typed().clone()),
        priority: workload.pod().priority_class_name.as_deref().map_or(0, |class| priority(platform, class)),
        model: service::Service {
            cost: if is_proxy { CALIBRATION.proxy } else { CALIBRATION.mock },
            workers: Workers::Each(whole(workers)),
            limit: None,
            admission,
            timeout: is_proxy.then_some(TIMEOUT),
            clients: Clients::default(),
        },
        memory: Resident::PROXY,
        leaving,
        kept: Kept::Until(CONNECTION_AGE),
    }
}

/// The workers of a pod, and what it takes at once: by its flags, and by its memory.
fn places(workload: &Workload<'_>) -> (f64, Places) {
    let number = |flag: &'static str| workload.flags(flag).next().and_then(|text| text.parse::<f64>().ok());
    let workers = number("--workers").unwrap_or(1.0);
    let memory = workload.containers().iter().find_map(|container| view::limit(container, MEMORY));
    let memory = memory.and_then(quantity::mebibytes).map(mebibytes);
    (workers, Places::of(memory, workers, number("--max-in-flight"), number("--max-connections")))
}

/// The requests in flight beyond which a pod refuses, where it does.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "places of a program")]
pub(crate) fn in_flight(workload: &Workload<'_>) -> Option<u64> {
    (workload.name() == CORS_PROXY_SERVER).then(|| places(workload).1.in_flight.max(0.0) as u64)
}

/// What Prometheus is asked for by its autoscaler, by the names that KEDA gives the metrics.
fn asked(platform: &Platform, workload: &Workload<'_>) -> Vec<Asked> {
    let triggers = workload.scaled().map(|object| object.spec.triggers.as_slice()).unwrap_or_default();
    let monitor = platform.one::<view::ServiceMonitor>(workload.namespace(), workload.name());
    let interval = monitor.and_then(|monitor| span(&monitor.typed().spec.endpoints.first()?.interval));
    let asked = triggers.iter().enumerate().filter(|(_, trigger)| !trigger.is_resource());
    asked
        .map(|(index, trigger)| Asked {
            metric: trigger.metric_name(index),
            query: rate(trigger.metadata("query")).map_or(Query::Latest, Query::Rate),
            interval: interval.unwrap_or(SCRAPE),
        })
        .collect()
}

/// The window of a query's rate, if it has one.
fn rate(query: &str) -> Option<Span> {
    let (_, range) = query.split_once("rate(")?.1.split_once('[')?;
    span(range.split_once(']')?.0)
}

fn span(text: &str) -> Option<Span> {
    Some(Span::whole_seconds(seconds(text)?.into()))
}

/// The seconds of a duration of whole seconds or minutes, as Prometheus writes it.
pub(crate) fn seconds(text: &str) -> Option<u32> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let each = match unit {
        "s" => 1,
        "m" => 60,
        _ => return None,
    };
    number.parse::<u32>().ok()?.checked_mul(each)
}

/// The value of a priority class that the platform makes.
fn priority(platform: &Platform, class: &str) -> i64 {
    let known = platform.every::<PriorityClass>().find(|known| known.name() == class);
    known.and_then(|known| known.value).map_or(0, i64::from)
}

fn mebibytes(number: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "the memory of a pod")]
    let number = number as f64;
    number * MIB
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "threads of a program")]
fn whole(number: f64) -> usize {
    number.max(1.0) as usize
}

fn quota(platform: &Platform) -> Option<ResourceQuota> {
    let namespace = &platform.settings.services.namespace;
    platform.every::<ResourceQuota>().find(|quota| quota.namespace() == namespace).map(|quota| quota.typed().clone())
}

fn fixed(platform: &Platform) -> Fixed {
    // That a version has extended support alone is known by the day, which is none of this.
    let standing = standing(platform, None);
    let of = |item: Item| standing.iter().filter(|of| of.item == item).map(|of| of.units).sum();
    Fixed {
        extended: false,
        nat_gateways: of(Item::NatGateway),
        endpoint_zones: of(Item::Endpoint),
        load_balancers: of(Item::Nlb),
        public_addresses: of(Item::PublicIpv4),
        volumes: of(Item::Gp3),
        keys: of(Item::KmsKey),
    }
}

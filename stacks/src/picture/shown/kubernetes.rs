//! The parts of Kubernetes that are shown: what is synced, the services, the pools, and which nodes host which charts.

use std::{cmp::Reverse, collections::BTreeMap};

use k8s_openapi::{
    api::core::v1::{Service as ServiceObject, ServicePort},
    apimachinery::pkg::util::intstr::IntOrString,
};
use serde_json::Value as Json;
use synth_bindings::aws_eks_addon;
use synth_kubernetes::keda::SQS;

use super::{Balancer, Pool, Service, Sync};
use crate::{
    Platform,
    charts::{Values as _, argocd},
    names::{BASE_NODE_LABEL, NAME_LABEL},
    view::{
        self, Application, Leads, Meta, NodePool, Object, Scheduled, Workload, addon_configuration, argocd_release,
        argocd_values, plain, ports, requirement,
    },
};

pub(super) fn sync(platform: &Platform) -> Sync {
    let mut waves: BTreeMap<i64, Vec<String>> = BTreeMap::new();
    for application in platform.every::<Application>() {
        waves.entry(application.wave()).or_default().push(application.name().to_owned());
    }
    Sync { folder: platform.settings.manifests_path(), objects: platform.objects().count(), waves }
}

pub(super) fn services(platform: &Platform) -> (Option<Balancer>, Vec<Service>) {
    let mut workloads = platform.autoscaled();
    // A request meets the one with the load balancer first.
    workloads.sort_by_key(|workload| balanced(platform, workload).is_none());
    let balancer = workloads.iter().find(|workload| balanced(platform, workload).is_some()).and_then(|workload| {
        let all: Vec<_> = workload.balancers(platform).collect();
        let first = all.first()?;
        let mut leads: Vec<_> = all.iter().flat_map(view::Balancer::leads).collect();
        leads.sort_by_key(|leads| Reverse(leads.port));
        let scheme = if first.is_public() { "internet-facing" } else { "internal" };
        let scheme = first.host().map_or_else(|| scheme.to_owned(), |host| format!("{host} · {scheme}"));
        Some(Balancer { scheme, ports: leads.iter().map(Leads::named).collect::<Vec<_>>().join(", ") })
    });
    let service = |workload: &Workload<'_>| Service {
        name: workload.name().to_owned(),
        fewest: u32::try_from(workload.fewest()).unwrap_or(u32::MAX),
        most: u32::try_from(workload.most()).unwrap_or(u32::MAX),
        scaling: scaling(workload),
        budget: budget(platform, workload).unwrap_or_default(),
        ports: traffic_ports(platform, workload),
        callers: callers(platform, workload),
    };
    (balancer, workloads.iter().map(service).chain(platform.scheduled().map(|job| scheduled(&job))).collect())
}

/// A job, which has a pod while it runs.
fn scheduled(job: &Scheduled<'_>) -> Service {
    let spec = &job.cron_job.typed().spec;
    let zone = spec.time_zone.as_deref().unwrap_or_default();
    Service {
        name: job.name().to_owned(),
        fewest: 0,
        most: 1,
        scaling: format!("CronJob {} {zone}", spec.schedule),
        budget: job.deadline().map_or_else(|| "no deadline".to_owned(), |seconds| format!("at most {seconds} s")),
        ports: String::new(),
        callers: Vec::new(),
    }
}

/// The load balancer before a workload.
fn balanced<'a>(platform: &'a Platform, workload: &Workload<'a>) -> Option<view::Balancer<'a>> {
    workload.balancers(platform).next()
}

fn scaling(workload: &Workload<'_>) -> String {
    let metrics = workload.scaler.spec.metrics.as_deref().unwrap_or_default();
    let resources = metrics.iter().filter_map(|metric| {
        let of = metric.resource.as_ref()?;
        Some(format!("{} % {}", of.target.average_utilization?, of.name.to_uppercase()))
    });
    let asked = workload.asked().map(|trigger| {
        let name = trigger.name.as_deref().unwrap_or(&trigger.type_);
        let name = if trigger.type_ == SQS { "messages" } else { name };
        format!("{} {}", trigger.target(), name.replace('-', " "))
    });
    let above: Vec<_> = resources.chain(asked).collect();
    let above = if above.is_empty() { String::new() } else { format!(" at {}", above.join(", ")) };
    let who = if workload.scaled().is_some() { "KEDA" } else { "HPA" };
    format!("{who} {}–{}{above}", workload.fewest(), workload.most())
}

fn budget(platform: &Platform, workload: &Workload<'_>) -> Option<String> {
    let budget = workload.budgets(platform).next()?;
    let spec = budget.typed().spec.as_ref()?;
    let said = [("maxUnavailable", &spec.max_unavailable), ("minAvailable", &spec.min_available)];
    said.into_iter().find_map(|(key, value)| {
        let amount = plain(value.as_ref()?).replace('%', " %");
        Some(format!("PDB {key} {amount}"))
    })
}

/// The services of the namespace that the network policies of a workload let in, and the names by which it is entered.
fn callers(platform: &Platform, workload: &Workload<'_>) -> Vec<String> {
    let entered = workload.entrances(platform).into_iter().map(|entrance| {
        let path = entrance.path.path.as_deref().unwrap_or("/");
        let whence = if entrance.is_public() { "the internet" } else { "the VPC" };
        format!("{whence} by {}{path}", entrance.host)
    });
    let policies = workload.network_policies(platform).filter_map(|policy| policy.typed().spec.as_ref());
    let rules = policies.flat_map(|spec| spec.ingress.iter().flatten());
    let peers = rules.flat_map(|rule| rule.from.iter().flatten()).filter(|peer| peer.namespace_selector.is_none());
    let names = peers.filter_map(|peer| peer.pod_selector.as_ref()?.match_labels.as_ref()?.get(NAME_LABEL));
    names.filter(|name| !name.is_empty()).cloned().chain(entered).collect()
}

fn traffic_ports(platform: &Platform, workload: &Workload<'_>) -> String {
    let first = workload.services(platform).next();
    first.map(|service| named_ports(&service, |port| port.name.as_deref() != Some("admin"))).unwrap_or_default()
}

fn named_ports(service: &Object<'_, ServiceObject>, wanted: impl Fn(&ServicePort) -> bool) -> String {
    let port = |port: &ServicePort| format!("{} {}", port.protocol.as_deref().unwrap_or("TCP"), port.port);
    ports(service).iter().filter(|port| wanted(port)).map(port).collect::<Vec<_>>().join(", ")
}

/// The pools, the one that is tried first before the others.
pub(super) fn pools(platform: &Platform) -> Vec<Pool> {
    let mut pools: Vec<_> = platform.every::<NodePool>().collect();
    pools.sort_by_key(|pool| Reverse(pool.spec.weight));
    pools.iter().map(pool).collect()
}

fn pool(pool: &Object<'_, NodePool>) -> Pool {
    let list = |key| requirement(pool, key).join(", ");
    let limits = &pool.spec.limits;
    let limit = |limit: &Option<IntOrString>| limit.as_ref().map_or("null".to_owned(), plain);
    Pool {
        name: pool.name().to_owned(),
        kind: format!(
            "{} · {} · {}",
            list("karpenter.sh/capacity-type"),
            list("kubernetes.io/arch"),
            list("karpenter.k8s.aws/instance-category")
        ),
        limits: format!("at most {} vCPU and {}", limit(&limits.cpu), limit(&limits.memory).replace("Gi", " GiB")),
    }
}

/// Charts and add-ons that only the base nodes host, and the other charts.
pub(super) fn placed_charts(platform: &Platform) -> (Vec<String>, Vec<String>) {
    let mut system = Vec::new();
    let mut others = Vec::new();
    if let (Some(release), Some((values, _))) = (argocd_release(platform), argocd_values(platform))
        && serde_json::to_value(values).is_ok_and(|values| wants_base_nodes(&values))
    {
        system.push([argocd::Values::CHART.to_owned(), release.text(|of| of.version()).unwrap_or_default()].join(" "));
    }
    for chart in platform.synced() {
        let named = format!("{} {}", chart.name, chart.version);
        // A chart without values has nothing that runs.
        if chart.values.as_object().is_none_or(serde_json::Map::is_empty) {
            continue;
        }
        if wants_base_nodes(chart.values) { system.push(named) } else { others.push(named) }
    }
    let addons = platform.resources::<aws_eks_addon::Handle>().filter_map(|addon| addon.text(|of| of.addon_name()));
    let (label, value) = BASE_NODE_LABEL;
    system.extend(addons.filter(|addon| {
        let configuration = addon_configuration(platform, addon).unwrap_or_default();
        [configuration.node_selector, configuration.controller.node_selector]
            .iter()
            .any(|selector| selector.get(label).is_some_and(|of| of == value))
    }));
    (system, others)
}

/// Does a node selector for the base nodes stand anywhere in the values?
fn wants_base_nodes(values: &Json) -> bool {
    let (label, value) = BASE_NODE_LABEL;
    match values {
        Json::Object(entries) => entries.iter().any(|(key, inner)| {
            (key == "nodeSelector" && inner.get(label).is_some_and(|of| of == value)) || wants_base_nodes(inner)
        }),
        Json::Array(items) => items.iter().any(wants_base_nodes),
        _ => false,
    }
}

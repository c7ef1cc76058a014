//! What of Kubernetes is shown: what is synced, the services, the pools, and which nodes host which charts.

use std::{cmp::Reverse, collections::BTreeMap};

use serde_json::Value as Json;
use synth_bindings::aws_eks_addon;
use synth_kubernetes::Manifest;

use super::{Balancer, Pool, Service, Sync};
use crate::{
    Platform,
    names::{BASE_NODE_LABEL, NAME_LABEL},
    policies::view::{
        Workload, addon_configuration, annotation, argocd_release, argocd_values, at, charts, items, number,
        requirement, text,
    },
};

pub(super) fn sync(platform: &Platform) -> Sync {
    let wave = |application: &Manifest| {
        let annotations = at(&application.object, "/metadata/annotations");
        annotations["argocd.argoproj.io/sync-wave"].as_str().and_then(|wave| wave.parse().ok()).unwrap_or(0)
    };
    let mut waves: BTreeMap<i64, Vec<String>> = BTreeMap::new();
    for application in platform.of_kind("Application") {
        waves.entry(wave(application)).or_default().push(application.name().to_owned());
    }
    Sync { folder: platform.settings.manifests_path(), objects: platform.objects().count(), waves }
}

pub(super) fn services(platform: &Platform) -> (Option<Balancer>, Vec<Service>) {
    let mut workloads = platform.autoscaled();
    // A request meets the one with the load balancer first.
    workloads.sort_by_key(|workload| balanced(platform, workload).is_none());
    let balancer = workloads
        .iter()
        .find_map(|workload| balanced(platform, workload))
        .map(|service| Balancer { scheme: annotation(service, "scheme").to_owned(), ports: ports(service, |_| true) });
    let service = |workload: &Workload<'_>| Service {
        name: workload.name().to_owned(),
        fewest: u32::try_from(workload.fewest()).unwrap_or(u32::MAX),
        most: u32::try_from(workload.most()).unwrap_or(u32::MAX),
        scaling: scaling(workload),
        budget: budget(platform, workload).unwrap_or_default(),
        ports: traffic_ports(platform, workload),
        callers: callers(platform, workload),
    };
    (balancer, workloads.iter().map(service).collect())
}

/// The Service that puts a load balancer before a workload.
fn balanced<'a>(platform: &'a Platform, workload: &Workload<'a>) -> Option<&'a Manifest> {
    workload.services(platform).find(|service| text(&service.object, "/spec/type") == "LoadBalancer")
}

fn scaling(workload: &Workload<'_>) -> String {
    let target = at(&workload.scaler.object, "/spec/metrics/0/resource");
    let above = match (text(target, "/name"), at(target, "/target/averageUtilization").as_u64()) {
        (resource, Some(percent)) => format!(" at {percent} % {}", resource.to_uppercase()),
        _ => String::new(),
    };
    format!("HPA {}–{}{above}", workload.fewest(), workload.most())
}

fn budget(platform: &Platform, workload: &Workload<'_>) -> Option<String> {
    let budget = workload.selecting(platform, "PodDisruptionBudget", "/spec/selector").next()?;
    ["maxUnavailable", "minAvailable"].iter().find_map(|key| {
        let value = budget.object["spec"].get(key)?;
        let amount = value.as_str().map_or_else(|| value.to_string(), |text| text.replace('%', " %"));
        Some(format!("PDB {key} {amount}"))
    })
}

/// The services of the namespace that the network policies of a workload let in.
fn callers(platform: &Platform, workload: &Workload<'_>) -> Vec<String> {
    let policies = workload.selecting(platform, "NetworkPolicy", "/spec/podSelector");
    let rules = policies.flat_map(|policy| items(&policy.object, "/spec/ingress"));
    let peers = rules.flat_map(|rule| items(rule, "/from")).filter(|peer| peer.get("namespaceSelector").is_none());
    let names = peers.map(|peer| at(peer, "/podSelector/matchLabels")[NAME_LABEL].as_str().unwrap_or_default());
    names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

fn traffic_ports(platform: &Platform, workload: &Workload<'_>) -> String {
    let first = workload.services(platform).next();
    first.map(|service| ports(service, |port| text(port, "/name") != "admin")).unwrap_or_default()
}

fn ports(service: &Manifest, wanted: impl Fn(&Json) -> bool) -> String {
    let ports = items(&service.object, "/spec/ports");
    let port = |port: &Json| {
        let protocol = Some(text(port, "/protocol")).filter(|protocol| !protocol.is_empty()).unwrap_or("TCP");
        format!("{protocol} {}", port["port"])
    };
    ports.iter().filter(|port| wanted(port)).map(port).collect::<Vec<_>>().join(", ")
}

/// The pools, the one that is tried first before the others.
pub(super) fn pools(platform: &Platform) -> Vec<Pool> {
    let mut pools: Vec<_> = platform.of_kind("NodePool").collect();
    pools.sort_by_key(|pool| Reverse(number(&pool.object, "/spec/weight")));
    pools.into_iter().map(pool).collect()
}

fn pool(pool: &Manifest) -> Pool {
    let list = |key| requirement(pool, key).join(", ");
    let limit = |key: &str| {
        let limit = &pool.object["spec"]["limits"][key];
        limit.as_str().map_or_else(|| limit.to_string(), str::to_owned)
    };
    Pool {
        name: pool.name().to_owned(),
        kind: format!(
            "{} · {} · {}",
            list("karpenter.sh/capacity-type"),
            list("kubernetes.io/arch"),
            list("karpenter.k8s.aws/instance-category")
        ),
        limits: format!("at most {} vCPU and {}", limit("cpu"), limit("memory").replace("Gi", " GiB")),
    }
}

/// Charts and add-ons that only the base nodes host, and the other charts.
pub(super) fn placed_charts(platform: &Platform) -> (Vec<String>, Vec<String>) {
    let mut system = Vec::new();
    let mut others = Vec::new();
    if let (Some(release), Some((values, _))) = (argocd_release(platform), argocd_values(platform))
        && wants_base_nodes(&values)
    {
        system.push(["argo-cd".to_owned(), release.text(|of| of.version()).unwrap_or_default()].join(" "));
    }
    for chart in charts(platform) {
        let named = format!("{} {}", chart.name, text(&chart.application.object, "/spec/source/targetRevision"));
        // A chart without values has nothing that runs.
        match chart.values {
            Json::Object(_) if wants_base_nodes(chart.values) => system.push(named),
            Json::Object(_) => others.push(named),
            _ => {}
        }
    }
    let addons = platform.resources::<aws_eks_addon::Handle>().filter_map(|addon| addon.text(|of| of.addon_name()));
    system.extend(addons.filter(|addon| addon_configuration(platform, addon).is_some_and(|of| wants_base_nodes(&of))));
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

//! The engine's world, from the objects that are written.

use std::{fmt, sync::Arc};

use k8s_openapi::{
    api::{apps::v1::Deployment, core::v1::ResourceQuota, policy::v1::PodDisruptionBudget},
    apimachinery::pkg::{apis::meta::v1::ObjectMeta, util::intstr::IntOrString},
};
use serde_json::json;

use super::setup::{Service, Setup};
use crate::{
    catalogue::Catalogue,
    engine::{Keeps, PodBudget, Quota, Rollout, Workload, World},
    karpenter::{Pool, Share},
    pods::{
        Capacity, HOSTNAME, Node, Template, ZONE,
        read::{Owner, selector},
    },
    quantity,
    resources::Resources,
    time::{Span, Time},
};

/// Why there is no simulation: every reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit(pub Vec<String>);

impl fmt::Display for Unfit {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.0.join("\n"))
    }
}

impl std::error::Error for Unfit {}

/// What is wrong so far.
type Problems = Vec<String>;

/// The world in which a simulation begins: the base nodes are there, and no pod.
///
/// # Errors
/// Objects that make no sense, or that decide what happens and are not modelled.
pub fn world(setup: &Setup) -> Result<World, Unfit> {
    let mut problems = Problems::new();
    if setup.services.is_empty() {
        problems.push("no service scales: an environment needs a Deployment with an autoscaler".to_owned());
    }
    if setup.pools.is_empty() {
        problems.push("there is no pool of nodes: name one under `karpenter.node_pools`".to_owned());
    }
    let catalogue =
        Catalogue::for_class(&setup.region, &setup.class).map_err(|error| Unfit(vec![error.to_string()]))?;
    let mut pools = Vec::new();
    for (name, spec) in &setup.pools {
        match Pool::read(&json!({ "metadata": { "name": name }, "spec": spec })) {
            Ok(pool) => pools.push(pool),
            Err(error) => problems.push(error),
        }
    }
    let services: Vec<_> = setup.services.iter().filter_map(|service| workload(service, &mut problems)).collect();
    let others = setup.others.iter().map(|(template, replicas)| Workload {
        name: template.workload.clone(),
        template: Arc::new(template.clone()),
        replicas: *replicas,
        standing: 0,
        rollout: Rollout::default(),
    });
    let base = setup.base.pods.iter().map(|(template, replicas)| Workload {
        name: template.workload.clone(),
        template: Arc::new(template.clone()),
        replicas: *replicas,
        standing: *replicas,
        rollout: Rollout::default(),
    });
    let budgets = setup.services.iter().filter_map(|service| budget(service.budget.as_ref()?, &mut problems)).collect();
    let quotas = setup.quota.iter().map(|object| quota(object, &mut problems)).collect();
    let nodes = base_nodes(setup, &catalogue, &mut problems);
    if !problems.is_empty() {
        return Err(Unfit(problems));
    }
    Ok(World {
        pools,
        daemons: setup.daemons.clone(),
        workloads: services.into_iter().chain(others).chain(base).collect(),
        budgets,
        quotas,
        nodes,
        bounds: setup.bounds.clone(),
        catalogue,
        karpenter: Some(setup.karpenter.clone()),
        epoch: 0,
        first_look: Time::ZERO + Span::whole_seconds(10),
    })
}

fn workload(service: &Service, problems: &mut Problems) -> Option<Workload> {
    let Deployment { metadata, spec, .. } = &service.deployment;
    let (name, spec) = (name_of(metadata), spec.as_ref()?);
    let template = template(service, "1", problems)?;
    let rolling = spec.strategy.as_ref().and_then(|strategy| strategy.rolling_update.as_ref());
    let of = |field: Option<&IntOrString>| field.and_then(share).unwrap_or(Share::Percent(25));
    Some(Workload {
        template: Arc::new(template),
        replicas: usize::try_from(service.scaler.spec.min_replicas.unwrap_or(1)).unwrap_or_default(),
        standing: 0,
        rollout: Rollout {
            surge: of(rolling.and_then(|of| of.max_surge.as_ref())),
            unavailable: of(rolling.and_then(|of| of.max_unavailable.as_ref())),
            min_ready: Span::whole_seconds(spec.min_ready_seconds.unwrap_or_default().into()),
        },
        name,
    })
}

/// The pods of a service, of a revision.
pub(super) fn template(service: &Service, revision: &str, problems: &mut Problems) -> Option<Template> {
    let Deployment { metadata, spec, .. } = &service.deployment;
    let name = name_of(metadata);
    let owner = Owner {
        workload: format!("{name}-{revision}"),
        namespace: metadata.namespace.clone().unwrap_or_default(),
        revision: Some(revision.to_owned()),
        priority: service.priority,
        ..Owner::default()
    };
    match Template::read(&spec.as_ref()?.template, &owner) {
        Ok(template) => Some(template),
        Err(error) => {
            problems.push(format!("Deployment/{name}: {error}"));
            None
        }
    }
}

fn name_of(metadata: &ObjectMeta) -> String {
    metadata.name.clone().unwrap_or_default()
}

fn share(value: &IntOrString) -> Option<Share> {
    match value {
        IntOrString::Int(number) => Some(Share::Number((*number).into())),
        IntOrString::String(text) => text.strip_suffix('%')?.parse().ok().map(Share::Percent),
    }
}

fn budget(object: &PodDisruptionBudget, problems: &mut Problems) -> Option<PodBudget> {
    let spec = object.spec.as_ref()?;
    let name = name_of(&object.metadata);
    let keeps = match (&spec.min_available, &spec.max_unavailable) {
        (Some(value), None) => share(value).map(Keeps::Available),
        (None, Some(value)) => share(value).map(Keeps::Unavailable),
        _ => None,
    };
    let Some(keeps) = keeps else {
        problems.push(format!("PodDisruptionBudget/{name}: expected one of `minAvailable` and `maxUnavailable`"));
        return None;
    };
    let namespace = object.metadata.namespace.clone().unwrap_or_default();
    let mut wrong = Problems::new();
    let selector = selector(spec.selector.as_ref(), &mut wrong);
    problems.extend(wrong.into_iter().map(|problem| format!("PodDisruptionBudget/{name}: {problem}")));
    Some(PodBudget { name, namespace, selector, keeps })
}

fn quota(object: &ResourceQuota, problems: &mut Problems) -> Quota {
    let hard = object.spec.as_ref().and_then(|spec| spec.hard.as_ref());
    let mut of = |key: &str, read: fn(&str) -> Option<i64>| {
        let written = hard.and_then(|hard| hard.get(key))?;
        let amount = read(&written.0);
        if amount.is_none() {
            let name = name_of(&object.metadata);
            problems.push(format!("ResourceQuota/{name}: `{key}` is `{}`, which is no quantity", written.0));
        }
        amount
    };
    let cpu = of("requests.cpu", quantity::thousandths).unwrap_or(i64::MAX);
    let memory = of("requests.memory", quantity::whole).unwrap_or(i64::MAX);
    let pods = of("pods", quantity::whole).unwrap_or(i64::MAX);
    Quota {
        namespace: object.metadata.namespace.clone().unwrap_or_default(),
        hard: Resources { cpu, memory, pods },
        limit_cpu: of("limits.cpu", quantity::thousandths),
    }
}

/// The nodes of the managed group, one zone after the other. A taint keeps all pods away that do not belong there.
fn base_nodes(setup: &Setup, catalogue: &Catalogue, problems: &mut Problems) -> Vec<Node> {
    let kind = &setup.base.instance_type;
    let Some(id) = catalogue.named(kind) else {
        problems.push(format!("base_nodes.instance_types: nothing is known of `{kind}` in {}", setup.region));
        return Vec::new();
    };
    let of = catalogue.get(id);
    let vcpus = of.vcpus * i64::try_from(setup.base.nodes).unwrap_or(i64::MAX);
    if let Some(quota) = setup.bounds.on_demand.filter(|quota| *quota < vcpus) {
        problems.push(format!("the quota of {quota} vCPUs on demand is less than the {vcpus} of the base nodes, which run before all others"));
    }
    let node = |place: usize| {
        let zone = setup.zones[place % setup.zones.len().max(1)].clone();
        let name = format!("base-{place}");
        let price = catalogue.zone(&zone).and_then(|zone| catalogue.price(id, zone, Capacity::OnDemand));
        let mut labels = setup.base.labels.clone();
        labels.extend([(ZONE.to_owned(), zone.clone()), (HOSTNAME.to_owned(), name.clone())]);
        Node {
            labels,
            name,
            pool: None,
            instance_type: kind.clone(),
            zone,
            capacity: Capacity::OnDemand,
            taints: vec![crate::pods::Taint {
                key: "CriticalAddonsOnly".to_owned(),
                value: "true".to_owned(),
                effect: crate::pods::Effect::NoSchedule,
            }],
            allocatable: of.allocatable,
            size: of.capacity,
            price: price.unwrap_or_default(),
            created: Time::ZERO,
            launched: Some(Time::ZERO),
            registered: Some(Time::ZERO),
            initialized: Some(Time::ZERO),
            deleting: None,
            gone: None,
        }
    };
    if setup.zones.is_empty() { Vec::new() } else { (0..setup.base.nodes).map(node).collect() }
}

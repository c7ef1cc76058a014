//! What stands around the services: the other pods, and the subnets.

use synth_twin::{
    network::Subnet,
    pods::{
        AntiAffinity, Effect, Expression, HOSTNAME, Labels, Operator, SYSTEM_CLUSTER_CRITICAL, SYSTEM_NODE_CRITICAL,
        Spread, Template, Toleration, ZONE, read::Owner,
    },
    resources::Resources,
};

use super::priority;
use crate::{
    Platform,
    addresses::{reservation, reserved_ranges},
    instances::{RANGE, WARM_RANGES},
    names::{
        ADD_ON_NAMESPACE, BASE_NODE_LABEL, BASE_NODE_TAINT, CORS_PROXY_SERVER, MOCK_TARGET_SERVER, PLATFORM_PRIORITY,
    },
    settings::{Cidr, Settings, Zone},
    view::{self, Daemon, Workload, other_pods, standing_base_pods},
};

/// What runs on every node.
pub(super) fn daemons(platform: &Platform) -> Vec<Template> {
    let of = |daemon: Daemon<'_>| Template {
        workload: daemon.name.to_owned(),
        namespace: ADD_ON_NAMESPACE.to_owned(),
        requests: amount(daemon.requests),
        tolerations: vec![Toleration::default()],
        priority: if daemon.is_addon { SYSTEM_NODE_CRITICAL } else { priority(platform, PLATFORM_PRIORITY) },
        host_network: !daemon.has_address,
        grace_seconds: 30,
        daemon: true,
        ..Template::default()
    };
    view::daemons(platform).into_iter().map(of).collect()
}

/// Pods on Karpenter's nodes beside the two services that are loaded: those of other services and of workers, and those that watch.
pub(super) fn others(platform: &Platform) -> Vec<(Template, usize)> {
    resting(platform).chain(watching(platform)).collect()
}

/// Services beside the two, and workers: nothing arrives for them here, so that each has its fewest pods.
fn resting(platform: &Platform) -> impl Iterator<Item = (Template, usize)> {
    let loaded = |workload: &Workload<'_>| [CORS_PROXY_SERVER, MOCK_TARGET_SERVER].contains(&workload.name());
    platform.autoscaled().into_iter().filter(move |workload| !loaded(workload)).filter_map(|workload| {
        let owner = Owner {
            workload: workload.name().to_owned(),
            namespace: workload.namespace().to_owned(),
            revision: Some("first".to_owned()),
            priority: workload.pod().priority_class_name.as_deref().map_or(0, |class| priority(platform, class)),
            never_preempts: false,
            daemon: false,
        };
        let template = Template::read(&workload.deployment.spec.as_ref()?.template, &owner).ok()?;
        Some((template, usize::try_from(workload.fewest()).unwrap_or_default()))
    })
}

/// Those that watch.
fn watching(platform: &Platform) -> impl Iterator<Item = (Template, usize)> {
    let of = move |group: view::PodGroup| {
        let template = Template {
            workload: group.name.clone(),
            namespace: "monitoring".to_owned(),
            requests: amount(group.each),
            tolerations: [Effect::NoExecute]
                .map(|effect| Toleration { effect: Some(effect), ..Toleration::default() })
                .into(),
            priority: priority(platform, PLATFORM_PRIORITY),
            grace_seconds: 30,
            ..Template::default()
        };
        (template, usize::try_from(group.pods).unwrap_or_default())
    };
    other_pods(platform).into_iter().map(of)
}

/// Pods of the base nodes: they choose these, bear their taint, prefer one zone each, and some need a node of their own. All have the
/// priority `system-cluster-critical`.
pub(super) fn base_pods(platform: &Platform) -> Vec<(Template, usize)> {
    let is = |key: &str, value: &str| Expression {
        key: key.to_owned(),
        operator: Operator::In,
        values: vec![value.to_owned()],
    };
    let of = |group: view::PodGroup| {
        let selector = vec![is("app", &group.name)];
        let apart = AntiAffinity { key: HOSTNAME.to_owned(), selector: selector.clone(), weight: None };
        let template = Template {
            workload: group.name.clone(),
            namespace: ADD_ON_NAMESPACE.to_owned(),
            labels: Labels::from([("app".to_owned(), group.name.clone())]),
            requests: amount(group.each),
            node_terms: vec![vec![is(BASE_NODE_LABEL.0, BASE_NODE_LABEL.1)]],
            tolerations: vec![Toleration { key: Some(BASE_NODE_TAINT.0.to_owned()), ..Toleration::default() }],
            spreads: vec![Spread {
                key: ZONE.to_owned(),
                max_skew: 1,
                min_domains: None,
                hard: false,
                selector,
                honors_affinity: true,
                honors_taints: false,
            }],
            anti_affinity: if group.apart { vec![apart] } else { Vec::new() },
            priority: SYSTEM_CLUSTER_CRITICAL,
            grace_seconds: 30,
            ..Template::default()
        };
        (template, usize::try_from(group.pods).unwrap_or_default())
    };
    standing_base_pods(platform).into_iter().map(of).collect()
}

#[expect(clippy::cast_possible_wrap, reason = "amounts of pods")]
fn amount(of: synth_kubernetes::Amount) -> Resources {
    Resources { pods: 1, ..Resources::of(of.cpu as i64, of.memory as i64) }
}

/// The subnets of nodes: what is reserved for ranges of pods, and what is left for interfaces beside those of the endpoints. Control plane,
/// gateways and load balancers lie in others.
pub(super) fn subnets(settings: &Settings) -> Vec<Subnet> {
    let needed = reserved_ranges(settings);
    let endpoints = settings.network.interface_endpoints.len() as u64;
    let zones = settings.network.zones.iter().zip(&settings.network.subnets.private);
    let subnet = |(zone, range): (&Zone, &Cidr)| {
        let ranges = reservation(*range, needed).into_iter().map(|part| part.addresses() / RANGE).sum();
        let singles = range.usable_addresses().saturating_sub(ranges * RANGE + endpoints);
        Subnet { zone: zone.to_string(), singles, ranges, warm: WARM_RANGES }
    };
    zones.map(subnet).collect()
}

//! Clusters of our own: a pool, workloads, and a pace that is the same each time.

use std::sync::Arc;

use serde_json::{Value, json};
use synth_twin::{
    catalogue::Catalogue,
    engine::{Bounds, Delays, Draw, Engine, Kind, Rollout, Seeded, Workload, World},
    karpenter::{Pool, Settings, Version},
    pods::{Expression, Labels, NodeId, Operator, PodId, Spread, Template, ZONE},
    resources::Resources,
    scheduler::Ties,
    time::{Span, Time},
};

/// A pool of on-demand nodes of so many vCPUs, with what else its spec says.
pub(super) fn pool(name: &str, vcpus: &[&str], capacity: &str, spec: &Value) -> Pool {
    let rule = |key: &str, values: &[&str]| json!({"key": key, "operator": "In", "values": values});
    let requirements = [
        rule(ZONE, &["eu-north-1a", "eu-north-1b", "eu-north-1c"]),
        rule("kubernetes.io/arch", &["amd64", "arm64"]),
        rule("karpenter.sh/capacity-type", &[capacity]),
        rule("karpenter.k8s.aws/instance-category", &["c", "m"]),
        rule("karpenter.k8s.aws/instance-cpu", vcpus),
    ];
    let mut object = json!({"metadata": {"name": name}, "spec": spec});
    object["spec"]["template"]["spec"]["requirements"] = json!(requirements);
    Pool::read(&object).unwrap()
}

/// What a pool does if it takes nothing away.
pub(super) fn never() -> Value {
    json!({"disruption": {"consolidateAfter": "Never"}, "template": {"spec": {"expireAfter": "Never"}}})
}

/// Pods of a name that ask for so many thousandths of a vCPU and MiB.
pub(super) fn template(name: &str, cpu: i64, mebibytes: i64) -> Template {
    Template {
        workload: name.to_owned(),
        namespace: "default".to_owned(),
        labels: Labels::from([("app".to_owned(), name.to_owned())]),
        requests: Resources { pods: 1, ..Resources::of(cpu, mebibytes) },
        grace_seconds: 30,
        ..Template::default()
    }
}

/// The rule that selects the pods of a name.
pub(super) fn app(name: &str) -> Vec<Expression> {
    vec![Expression { key: "app".to_owned(), operator: Operator::In, values: vec![name.to_owned()] }]
}

/// The same pods, strictly spread over zones.
pub(super) fn spread(template: Template) -> Template {
    let spread = Spread {
        key: ZONE.to_owned(),
        max_skew: 1,
        min_domains: None,
        hard: true,
        selector: app(&template.workload),
        honors_affinity: true,
        honors_taints: false,
    };
    Template { spreads: vec![spread], ..template }
}

pub(super) fn workload(template: Template, replicas: usize) -> Workload {
    Workload {
        name: template.workload.clone(),
        template: Arc::new(template),
        replicas,
        standing: 0,
        rollout: Rollout::default(),
    }
}

/// A world of these pools and workloads.
pub(super) fn world(pools: Vec<Pool>, workloads: Vec<Workload>) -> World {
    World {
        pools,
        daemons: Vec::new(),
        workloads,
        budgets: Vec::new(),
        quotas: Vec::new(),
        nodes: Vec::new(),
        bounds: Bounds::default(),
        catalogue: Catalogue::of("eu-north-1").unwrap(),
        karpenter: Some(settings(Version::V1_14)),
        epoch: 1_795_874_400_000,
        first_look: Time::seconds(5.0),
    }
}

pub(super) fn settings(version: Version) -> Settings {
    Settings {
        version,
        batch_idle: Span::whole_seconds(1),
        batch_max: Span::whole_seconds(10),
        ignores_preferences: false,
        spot_to_spot: false,
    }
}

/// Ten seconds from the instance to ready, one for a pod to start, two to stop, five for an instance to go.
pub(super) fn delays() -> Delays {
    Delays {
        create: Draw::fixed(0.02),
        look: Draw::fixed(0.01),
        start: Draw::fixed(1.0),
        ready: Draw::fixed(0.0),
        stop: Draw::fixed(2.0),
        order: Draw::fixed(0.2),
        launch: Draw::fixed(0.3),
        boot: Draw::fixed(8.0),
        prepare: Draw::fixed(2.0),
        notice: Draw::fixed(0.5),
        vanish: Draw::fixed(5.0),
    }
}

pub(super) fn engine(world: World) -> Engine {
    Engine::new(world, Box::new(Seeded::new(delays(), 7)), Ties::ByName)
}

/// Lets so many seconds pass from the beginning on.
pub(super) fn until(engine: &mut Engine, seconds: f64) {
    engine.run_until(Time::seconds(seconds));
}

/// The pods of a workload that are ready.
pub(super) fn ready(engine: &Engine, workload: usize) -> usize {
    engine.pods_of(workload).filter(|pod| engine.pods()[pod.0].ready.is_some()).count()
}

/// The nodes that are there.
pub(super) fn nodes(engine: &Engine) -> Vec<NodeId> {
    let there = |id: &NodeId| engine.nodes()[id.0].present();
    (0..engine.nodes().len()).map(NodeId).filter(there).collect()
}

/// When something happened, in seconds.
pub(super) fn when(engine: &Engine, is: impl Fn(&Kind) -> bool) -> Vec<f64> {
    engine.events().iter().filter(|event| is(&event.kind)).map(|event| event.at.in_seconds()).collect()
}

/// The first pod of a workload.
pub(super) fn first(engine: &Engine, workload: usize) -> PodId {
    engine.pods_of(workload).next().unwrap()
}

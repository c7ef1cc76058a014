//! What the seed applied: its manifests as objects, and what stood around them. Read from ramos-04/gitops-scaling, commit 3d0150f.

use k8s_openapi::{
    api::{apps::v1::Deployment, autoscaling::v2::HorizontalPodAutoscaler},
    serde::de::DeserializeOwned,
};
use serde_json::{Value, json};
use synth_kubernetes::karpenter::{NodePoolSpec, Requirement};

use crate::{
    catalogue::NodeClass,
    cost::Fixed,
    engine::{Bounds, Delays, Draw},
    karpenter::{self, Version},
    network::{Bytes, Kept, Leaving, Registration},
    pods::{Labels, SYSTEM_NODE_CRITICAL, Template, Toleration},
    resources::Resources,
    service::{self, Admission, Clients, Cost, Resident, Workers},
    simulation::setup::{Balancer, BaseNodes, Service, Setup},
    time::Span,
};

/// The proxy's `Deployment`.
pub const PROXY: &str = "python-cors-proxy";
/// The target's.
pub const MOCK: &str = "mock-target-server";

const REGION: &str = "eu-north-1";
const POOL: &str = "default";
const NODES: &str = "m5.large";
/// The label by which pods choose Karpenter's nodes.
const LABEL: (&str, &str) = ("workload-type", "karpenter-exclusive");

/// Processor seconds of a request: 22 % of 500m more for each 50 requests/s more, and 7 % at the target.
const PROXY_WORK: f64 = 0.0022;
const MOCK_WORK: f64 = 0.0007;
/// `limits.cpu`.
const LIMIT: f64 = 0.7;
/// gunicorn ends a sync worker that has not come back for so long (`--timeout`).
const WORKER_TIMEOUT: f64 = 30.0;
/// gunicorn's `--graceful-timeout`, and `terminationGracePeriodSeconds`.
const GRACE: Span = Span::whole_seconds(30);

/// The platform of the experiment, with the Karpenter of a version.
pub fn setup(version: Version) -> Setup {
    let zones: Vec<String> = ["a", "b", "c"].iter().map(|letter| format!("{REGION}{letter}")).collect();
    Setup {
        name: "seed".to_owned(),
        region: REGION.to_owned(),
        services: vec![
            service(PROXY, PROXY_WORK, Workers::Blocking(1), Some(WORKER_TIMEOUT)),
            service(MOCK, MOCK_WORK, Workers::Each(1), None),
        ],
        pools: vec![(POOL.to_owned(), pool_spec())],
        class: NodeClass { zones: Some(zones.clone()), ..NodeClass::default() },
        zones,
        volume: 200,
        base: BaseNodes { instance_type: NODES.to_owned(), nodes: 2, labels: Labels::new(), pods: Vec::new() },
        others: Vec::new(),
        daemons: daemons(),
        quota: None,
        bytes: Bytes::default(),
        bounds: Bounds::default(),
        karpenter: karpenter::Settings {
            version,
            batch_idle: Span::whole_seconds(1),
            batch_max: Span::whole_seconds(10),
            ignores_preferences: false,
            spot_to_spot: false,
        },
        // Nodes are the targets of a Service's own load balancer, and kube-proxy spreads over all pods within a second.
        balancer: Balancer {
            cross_zone: true,
            registration: Registration { traffic: Span::whole_seconds(1), healthy: Span::whole_seconds(1) },
            unhealthy: Span::whole_seconds(50),
        },
        // Without probes a pod is ready once it has started. An idle gunicorn ends within a second of SIGTERM.
        delays: Delays { ready: Draw::fixed(0.0), stop: Draw::fixed(1.0), ..Delays::default() },
        fixed: Fixed { load_balancers: 1.0, ..Fixed::default() },
    }
}

/// The `NodePool`, as applied.
pub(super) fn pool() -> Value {
    let any = |key: &str, values: &[&str]| json!({ "key": key, "operator": "In", "values": values });
    json!({
        "metadata": { "name": POOL },
        "spec": {
            "limits": { "cpu": 20 },
            "disruption": { "consolidationPolicy": "WhenEmptyOrUnderutilized", "consolidateAfter": "1m" },
            "template": {
                "metadata": { "labels": { (LABEL.0): LABEL.1 } },
                "spec": {
                    "nodeClassRef": { "group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": "default" },
                    "taints": [{ "key": "workload.k8s.io/karpenter-exclusive-app", "effect": "NoSchedule" }],
                    "expireAfter": "720h",
                    "requirements": [
                        any("kubernetes.io/arch", &["amd64"]),
                        any("topology.kubernetes.io/zone", &["eu-north-1a", "eu-north-1b", "eu-north-1c"]),
                        any("kubernetes.io/os", &["linux"]),
                        any("karpenter.sh/capacity-type", &["on-demand"]),
                        any("node.kubernetes.io/instance-type", &[NODES]),
                    ],
                },
            },
        },
    })
}

/// The same as the platform's own type, which has no labels and taints of nodes. A rule of one value gives nodes that label too; the
/// taint keeps away nobody, since all other pods stand on the base nodes.
fn pool_spec() -> NodePoolSpec {
    let mut spec: NodePoolSpec = typed(pool()["spec"].take());
    // The API server's own default, which a struct has to say.
    spec.disruption.budgets = vec![typed(json!({ "nodes": "10%" }))];
    spec.template.spec.requirements.push(Requirement::new(LABEL.0, "In", &[LABEL.1.to_owned()]));
    spec
}

fn service(name: &str, work: f64, workers: Workers, timeout: Option<f64>) -> Service {
    Service {
        deployment: deployment(name),
        scaler: scaler(name),
        asked: Vec::new(),
        budget: None,
        priority: 0,
        model: service::Service {
            // All ask for the same thing, and it is not known what is waited for besides.
            cost: Cost { work, wake: 0.0, refusal: 0.0, variability: 0.0, idle: 0.0, jitter: (0.0, 0.0) },
            workers,
            limit: Some(LIMIT),
            // Who finds no worker waits in the kernel's queue, or at the client, which has no time-out: nobody is refused.
            admission: Admission { in_flight: f64::INFINITY, waiting: f64::INFINITY, patience: f64::INFINITY },
            timeout,
            clients: Clients::default(),
        },
        // Nothing looks at its memory.
        memory: Resident { base: 0.0, each: 0.0, most: 0.0 },
        leaving: Leaving::of(Span::ZERO, Span::ZERO, GRACE, GRACE, (Span::whole_seconds(1), GRACE)),
        // A sync worker closes the connection after each response.
        kept: Kept::Never,
    }
}

fn deployment(name: &str) -> Deployment {
    let labels = json!({ "app": name });
    typed(json!({
        "metadata": { "name": name, "namespace": "default", "labels": labels },
        "spec": {
            "selector": { "matchLabels": labels },
            "template": {
                "metadata": { "labels": labels },
                "spec": {
                    "topologySpreadConstraints": [{
                        "maxSkew": 1,
                        "topologyKey": "topology.kubernetes.io/zone",
                        "whenUnsatisfiable": "DoNotSchedule",
                        "labelSelector": { "matchLabels": labels },
                    }],
                    "nodeSelector": { (LABEL.0): LABEL.1 },
                    "tolerations": [
                        { "key": "workload.k8s.io/karpenter-exclusive-app", "operator": "Exists", "effect": "NoSchedule" },
                    ],
                    "containers": [{
                        "name": name,
                        "resources": { "requests": { "cpu": "500m" }, "limits": { "cpu": "700m" } },
                    }],
                },
            },
        },
    }))
}

/// The autoscaler of a service: 1 to 25 pods at half of what they ask for, and no behaviour.
pub(super) fn scaler(name: &str) -> HorizontalPodAutoscaler {
    typed(json!({
        "metadata": { "name": format!("{name}-hpa"), "namespace": "default" },
        "spec": {
            "scaleTargetRef": { "apiVersion": "apps/v1", "kind": "Deployment", "name": name },
            "minReplicas": 1,
            "maxReplicas": 25,
            "metrics": [{
                "type": "Resource",
                "resource": { "name": "cpu", "target": { "type": "Utilization", "averageUtilization": 50 } },
            }],
        },
    }))
}

/// EKS' own: the CNI's two containers ask for 25m each, kube-proxy for 100m.
fn daemons() -> Vec<Template> {
    let of = |name: &str, cpu: i64| Template {
        workload: name.to_owned(),
        namespace: "kube-system".to_owned(),
        requests: Resources { pods: 1, ..Resources::of(cpu, 0) },
        tolerations: vec![Toleration::default()],
        priority: SYSTEM_NODE_CRITICAL,
        grace_seconds: 30,
        daemon: true,
        ..Template::default()
    };
    vec![of("aws-node", 50), of("kube-proxy", 100)]
}

fn typed<T: DeserializeOwned>(object: Value) -> T {
    serde_json::from_value(object).expect("a test has read every object")
}

//! Situations made by hand, one for each rule.

use cluster::ZONES;
use serde_json::{Value as Json, json};

use crate::world::merge;

/// A node of a zone by its number.
pub(crate) fn node(name: &str, zone: usize, cpu: &str, memory: &str) -> Json {
    json!({ "name": name, "zone": ZONES[zone], "cpu": cpu, "memory": memory, "pods": "110" })
}

pub(crate) fn with(mut object: Json, change: &Json) -> Json {
    merge(&mut object, change);
    object
}

/// A template whose pods have a label `app`, and ask for so much.
pub(crate) fn template(app: &str, cpu: &str, memory: &str) -> Json {
    json!({
        "metadata": { "labels": { "app": app } },
        "spec": { "containers": [{ "resources": { "requests": { "cpu": cpu, "memory": memory } } }] },
    })
}

/// What a template has in its `spec` besides.
pub(crate) fn spec(template: Json, change: &Json) -> Json {
    with(template, &json!({ "spec": change }))
}

pub(crate) fn pod(name: &str, template: usize, node: &str) -> Json {
    json!({ "name": name, "template": template, "node": node })
}

/// So many pods of a template, one after the other.
pub(crate) fn steps(template: usize, many: usize) -> Json {
    vec![json!({ "template": template }); many].into()
}

pub(crate) fn by_zone(app: &str, change: &Json) -> Json {
    let spread = json!({
        "maxSkew": 1, "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "DoNotSchedule",
        "labelSelector": { "matchLabels": { "app": app } },
    });
    json!({ "topologySpreadConstraints": [with(spread, change)] })
}

fn soft(app: &str, key: &str, skew: u64) -> Json {
    json!({
        "maxSkew": skew, "topologyKey": key, "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": { "matchLabels": { "app": app } },
    })
}

fn of(name: &str, nodes: &[Json], templates: &[Json], pods: &[Json], steps: &Json) -> Json {
    json!({ "name": name, "nodes": nodes, "templates": templates, "pods": pods, "steps": steps })
}

pub(crate) fn all() -> Vec<Json> {
    [resources(), spreads(), affinities(), taints(), leaving(), preemptions()].concat()
}

fn resources() -> Vec<Json> {
    let three = [node("n1", 0, "2", "4Gi"), node("n2", 1, "2", "4Gi"), node("n3", 2, "2", "4Gi")];
    let uneven = [node("n1", 0, "4", "16Gi"), node("n2", 1, "8", "16Gi"), node("n3", 2, "2", "32Gi")];
    let full = [pod("f1", 1, "n1"), pod("f2", 1, "n2")];
    let few = [with(node("n1", 0, "8", "16Gi"), &json!({ "pods": "2" })), node("n2", 1, "1", "1Gi")];
    let none = json!({ "metadata": { "labels": { "app": "none" } }, "spec": { "containers": [{}] } });
    let sidecar = json!({
        "metadata": { "labels": { "app": "sidecar" } },
        "spec": {
            "initContainers": [
                { "name": "mesh", "image": "registry.example.com/never-starts:1", "restartPolicy": "Always",
                  "resources": { "requests": { "cpu": "300m", "memory": "64Mi" } } },
                { "name": "unpack", "image": "registry.example.com/never-starts:1",
                  "resources": { "requests": { "cpu": "1500m", "memory": "64Mi" } } },
            ],
            "containers": [{ "resources": { "requests": { "cpu": "200m", "memory": "64Mi" } } }],
        },
    });
    vec![
        of("fit-one-has-room", &three, &[template("a", "1500m", "1Gi"), template("f", "1", "1Gi")], &full, &steps(0, 2)),
        of("fit-memory-and-cpu-are-short", &[node("n1", 0, "1", "1Gi"), node("n2", 0, "2", "512Mi"), node("n3", 1, "1", "512Mi")],
            &[template("a", "1500m", "900Mi")], &[], &steps(0, 1)),
        of("fit-exactly", &[node("n1", 0, "1", "1Gi"), node("n2", 1, "1", "1Gi")], &[template("a", "1", "1Gi")],
            &[pod("p1", 0, "n2")], &steps(0, 2)),
        of("least-allocated", &uneven, &[template("a", "500m", "1Gi"), template("b", "1", "2Gi")],
            &[pod("p1", 1, "n1"), pod("p2", 1, "n2"), pod("p3", 1, "n2")], &steps(0, 6)),
        of("balanced", &[node("n1", 0, "8", "16Gi"), node("n2", 1, "8", "16Gi")],
            &[template("a", "1", "1Gi"), template("cpu", "2", "1Gi"), template("memory", "1", "4Gi")],
            &[pod("p1", 1, "n1"), pod("p2", 2, "n2")], &json!([{ "template": 0 }, { "template": 1 }, { "template": 2 }, { "template": 1 }, { "template": 2 }])),
        of("nothing-is-asked-for", &[node("n1", 0, "4", "8Gi"), node("n2", 1, "3", "16Gi")], &[none.clone()], &[], &steps(0, 5)),
        of("pods-count", &few, &[template("a", "100m", "64Mi")], &[pod("p1", 0, "n2"), pod("p2", 0, "n2")],
            &json!([{ "template": 0 }, { "template": 0 }, { "template": 0 }, { "template": 0 }])),
        of("too-many-pods", &[with(node("n1", 0, "8", "16Gi"), &json!({ "pods": "1" }))], &[none], &[pod("p1", 0, "n1")], &steps(0, 1)),
        of("sidecars-and-init-containers", &[node("n1", 0, "1700m", "4Gi"), node("n2", 1, "1800m", "2Gi")], &[sidecar], &[], &steps(0, 2)),
    ]
}

fn spreads() -> Vec<Json> {
    let two = [node("n1", 0, "4", "8Gi"), node("n2", 1, "4", "8Gi")];
    let wide = [node("n1", 0, "8", "32Gi"), node("n2", 1, "4", "8Gi"), node("n3", 2, "2", "4Gi")];
    let hard = |change: &Json| spec(template("a", "500m", "256Mi"), &by_zone("a", change));
    let revision = |hash: &str| {
        let labels = json!({ "metadata": { "labels": { "pod-template-hash": hash } } });
        with(hard(&json!({ "matchLabelKeys": ["pod-template-hash"] })), &labels)
    };
    let tainted = with(node("n3", 2, "4", "8Gi"), &json!({ "taints": [{ "key": "other", "value": "x", "effect": "NoSchedule" }] }));
    let arm = with(node("n3", 2, "4", "8Gi"), &json!({ "labels": { "kubernetes.io/arch": "arm64" } }));
    let amd = |name: &str, zone: usize| with(node(name, zone, "4", "8Gi"), &json!({ "labels": { "kubernetes.io/arch": "amd64" } }));
    let on_amd = json!({ "nodeSelector": { "kubernetes.io/arch": "amd64" } });
    let both = |change: &Json| spec(hard(change), &on_amd);
    let racks = [
        with(node("n1", 0, "4", "8Gi"), &json!({ "labels": { "rack": "r1" } })),
        with(node("n2", 1, "4", "8Gi"), &json!({ "labels": { "rack": "r2" } })),
        node("n3", 2, "16", "64Gi"),
    ];
    let by_rack = spec(template("a", "500m", "256Mi"), &by_zone("a", &json!({ "topologyKey": "rack" })));
    let hosts = [node("n1", 0, "8", "32Gi"), node("n2", 0, "4", "8Gi"), node("n3", 1, "4", "8Gi"), node("n4", 2, "2", "4Gi")];
    let softly = spec(template("a", "200m", "128Mi"), &json!({ "topologySpreadConstraints": [
        soft("a", "topology.kubernetes.io/zone", 1), soft("a", "kubernetes.io/hostname", 1),
    ] }));
    let mixed = spec(template("a", "200m", "128Mi"), &json!({ "topologySpreadConstraints": [
        by_zone("a", &json!({ "maxSkew": 2 }))["topologySpreadConstraints"][0].clone(), soft("a", "kubernetes.io/hostname", 1),
    ] }));
    let set = json!({ "replica_of": 0 });
    let service = json!([set, set, set, set, set, set, set]);
    let old = [pod("o1", 0, "n1"), pod("o2", 0, "n1"), pod("o3", 0, "n2"), pod("o4", 0, "n2"), pod("o5", 0, "n2")];
    vec![
        of("spread-hard", &wide, &[hard(&json!({}))], &[pod("p1", 0, "n1"), pod("p2", 0, "n2")], &steps(0, 5)),
        of("spread-hard-zone-without-room", &wide, &[hard(&json!({})), template("f", "1800m", "1Gi")],
            &[pod("p1", 0, "n1"), pod("p2", 0, "n2"), pod("f1", 1, "n3")], &steps(0, 1)),
        of("spread-without-min-domains", &[node("n1", 0, "4", "8Gi")], &[hard(&json!({}))], &[pod("p1", 0, "n1")], &steps(0, 2)),
        of("spread-with-min-domains", &[node("n1", 0, "4", "8Gi")], &[hard(&json!({ "minDomains": 2 }))], &[], &steps(0, 2)),
        of("spread-with-min-domains-met", &two, &[hard(&json!({ "minDomains": 2 }))], &[pod("p1", 0, "n1")], &steps(0, 3)),
        of("spread-with-min-domains-of-three", &two, &[hard(&json!({ "minDomains": 3 }))], &[pod("p1", 0, "n1")], &steps(0, 2)),
        of("match-label-keys-of-two-revisions", &wide, &[revision("old"), revision("new")],
            &[pod("o1", 0, "n1"), pod("o2", 0, "n1"), pod("o3", 0, "n1")], &steps(1, 4)),
        of("no-match-label-keys", &[node("n1", 0, "8", "32Gi"), node("n2", 1, "8", "16Gi")], &[hard(&json!({}))], &old, &steps(0, 3)),
        of("node-taints-policy-ignore", &[two[0].clone(), two[1].clone(), tainted.clone()], &[hard(&json!({}))],
            &[pod("p1", 0, "n1"), pod("p2", 0, "n2")], &steps(0, 1)),
        of("node-taints-policy-honor", &[two[0].clone(), node("n2", 1, "8", "32Gi"), tainted],
            &[hard(&json!({ "nodeTaintsPolicy": "Honor" }))], &[pod("p1", 0, "n1"), pod("p2", 0, "n2")], &steps(0, 2)),
        of("node-affinity-policy-honor", &[amd("n1", 0), with(amd("n2", 1), &json!({ "cpu": "8" })), arm.clone()], &[both(&json!({}))],
            &[pod("p1", 0, "n1"), pod("p2", 0, "n2")], &steps(0, 2)),
        of("node-affinity-policy-ignore", &[amd("n1", 0), amd("n2", 1), arm], &[both(&json!({ "nodeAffinityPolicy": "Ignore" }))],
            &[pod("p1", 0, "n1"), pod("p2", 0, "n2")], &steps(0, 1)),
        of("spread-by-a-label-that-a-node-lacks", &racks, &[by_rack], &[pod("p1", 0, "n3")], &steps(0, 3)),
        of("spread-counts-none-that-leave", &two, &[hard(&json!({}))],
            &[with(pod("p1", 0, "n1"), &json!({ "leaving": true })), pod("p2", 0, "n2")], &steps(0, 1)),
        of("spread-soft", &hosts, &[softly], &[pod("p1", 0, "n1"), pod("p2", 0, "n1")], &steps(0, 7)),
        of("spread-hard-and-soft", &hosts, &[mixed], &[pod("p1", 0, "n2"), pod("p2", 0, "n3")], &steps(0, 6)),
        of("spread-of-the-system", &hosts, &[template("a", "200m", "128Mi")], &[], &service),
        of("no-spread-of-a-pod-of-nobody", &hosts, &[template("a", "200m", "128Mi")], &[pod("p1", 0, "n1"), pod("p2", 0, "n1")], &steps(0, 4)),
    ]
}

fn anti(app: &str, key: &str) -> Json {
    json!({ "topologyKey": key, "labelSelector": { "matchLabels": { "app": app } } })
}

fn affinities() -> Vec<Json> {
    let three = [node("n1", 0, "8", "32Gi"), node("n2", 1, "4", "8Gi"), node("n3", 1, "2", "4Gi")];
    let required = |app: &str, key: &str| {
        json!({ "affinity": { "podAntiAffinity": { "requiredDuringSchedulingIgnoredDuringExecution": [anti(app, key)] } } })
    };
    let preferred = |app: &str, key: &str, weight: u64| {
        json!({ "affinity": { "podAntiAffinity": { "preferredDuringSchedulingIgnoredDuringExecution": [
            { "weight": weight, "podAffinityTerm": anti(app, key) },
        ] } } })
    };
    let nodes = |change: &Json| json!({ "affinity": { "nodeAffinity": change } });
    let spot = [
        with(node("n1", 0, "16", "64Gi"), &json!({ "labels": { "capacity": "on-demand", "generation": "6" } })),
        with(node("n2", 1, "4", "8Gi"), &json!({ "labels": { "capacity": "spot", "generation": "7" } })),
        with(node("n3", 2, "2", "4Gi"), &json!({ "labels": { "capacity": "spot", "generation": "5" } })),
    ];
    let prefers = nodes(&json!({ "preferredDuringSchedulingIgnoredDuringExecution": [
        { "weight": 80, "preference": { "matchExpressions": [{ "key": "capacity", "operator": "In", "values": ["spot"] }] } },
        { "weight": 20, "preference": { "matchExpressions": [{ "key": "generation", "operator": "Gt", "values": ["6"] }] } },
    ] }));
    let requires = nodes(&json!({ "requiredDuringSchedulingIgnoredDuringExecution": { "nodeSelectorTerms": [
        { "matchExpressions": [{ "key": "generation", "operator": "Lt", "values": ["6"] }] },
        { "matchExpressions": [{ "key": "capacity", "operator": "NotIn", "values": ["spot", "on-demand"] }] },
    ] } }));
    let plain = template("b", "100m", "64Mi");
    vec![
        of("anti-affinity-by-host", &three, &[spec(template("a", "100m", "64Mi"), &required("a", "kubernetes.io/hostname"))], &[], &steps(0, 4)),
        of("anti-affinity-by-zone", &three, &[spec(template("a", "100m", "64Mi"), &required("a", "topology.kubernetes.io/zone"))], &[pod("p1", 0, "n3")], &steps(0, 2)),
        of("anti-affinity-of-those-that-are-there", &three, &[spec(template("a", "100m", "64Mi"), &required("b", "topology.kubernetes.io/zone")), plain.clone()],
            &[pod("p1", 0, "n1")], &steps(1, 2)),
        of("anti-affinity-counts-those-that-leave", &three[..2], &[spec(template("a", "100m", "64Mi"), &required("a", "kubernetes.io/hostname"))],
            &[with(pod("p1", 0, "n1"), &json!({ "leaving": true })), pod("p2", 0, "n2")], &steps(0, 1)),
        of("anti-affinity-preferred", &three, &[spec(template("a", "100m", "64Mi"), &preferred("a", "kubernetes.io/hostname", 100))], &[], &steps(0, 5)),
        of("anti-affinity-preferred-by-those-that-are-there", &three,
            &[spec(template("a", "100m", "64Mi"), &preferred("b", "topology.kubernetes.io/zone", 50)), plain],
            &[pod("p1", 0, "n1"), pod("p2", 0, "n1")], &steps(1, 3)),
        of("node-affinity-preferred", &spot, &[spec(template("a", "500m", "512Mi"), &prefers)], &[], &steps(0, 8)),
        of("node-affinity-required", &spot, &[spec(template("a", "900m", "512Mi"), &requires)], &[], &steps(0, 3)),
        of("node-selector-of-no-node", &spot, &[spec(template("a", "100m", "64Mi"), &json!({ "nodeSelector": { "capacity": "reserved" } }))], &[], &steps(0, 1)),
    ]
}

fn taints() -> Vec<Json> {
    let taint = |effect: &str, value: &str| json!({ "key": "dedicated", "value": value, "effect": effect });
    let nodes = [
        with(node("n1", 0, "8", "32Gi"), &json!({ "taints": [taint("NoSchedule", "a")] })),
        with(node("n2", 1, "8", "16Gi"), &json!({ "taints": [taint("PreferNoSchedule", "b"), json!({ "key": "soft", "effect": "PreferNoSchedule" })] })),
        with(node("n3", 2, "8", "16Gi"), &json!({ "taints": [taint("PreferNoSchedule", "a")] })),
        node("n4", 2, "1", "1Gi"),
    ];
    let bears = |tolerations: &Json| spec(template("a", "300m", "200Mi"), &json!({ "tolerations": tolerations }));
    let closed = [
        with(node("n1", 0, "8", "32Gi"), &json!({ "cordoned": true })),
        with(node("n2", 1, "8", "16Gi"), &json!({ "taints": [taint("NoExecute", "a")] })),
    ];
    vec![
        of("taints-not-borne", &nodes, &[bears(&json!([]))], &[], &steps(0, 6)),
        of("taints-borne", &nodes, &[bears(&json!([{ "key": "dedicated", "operator": "Equal", "value": "a" }]))], &[], &steps(0, 6)),
        of("taints-borne-by-key", &nodes[..3], &[bears(&json!([{ "key": "dedicated", "operator": "Exists", "effect": "PreferNoSchedule" }]))], &[], &steps(0, 3)),
        of("taints-all-borne", &nodes, &[bears(&json!([{ "operator": "Exists" }]))], &[], &steps(0, 5)),
        of("closed-and-tainted", &closed, &[bears(&json!([]))], &[], &steps(0, 1)),
        of("closed-and-borne", &closed, &[bears(&json!([{ "key": "node.kubernetes.io/unschedulable", "operator": "Exists" }]))], &[], &steps(0, 1)),
    ]
}

fn leaving() -> Vec<Json> {
    let leaves = json!({ "leaving": true });
    let two = [node("n1", 0, "2", "4Gi"), node("n2", 1, "2", "4Gi")];
    vec![
        of("what-leaves-holds-its-room", &two, &[template("a", "1500m", "1Gi")],
            &[with(pod("p1", 0, "n1"), &leaves), pod("p2", 0, "n2")], &json!([{ "template": 0 }, { "release": true }])),
        of("what-leaves-counts-in-scores", &[node("n1", 0, "4", "8Gi"), node("n2", 1, "4", "8Gi")], &[template("a", "1", "1Gi")],
            &[with(pod("p1", 0, "n1"), &leaves)], &steps(0, 1)),
    ]
}

fn preemptions() -> Vec<Json> {
    let of_priority = |app: &str, cpu: &str, priority: i64| with(template(app, cpu, "64Mi"), &json!({ "priority": priority }));
    let two = [node("n1", 0, "2", "4Gi"), node("n2", 1, "2", "4Gi")];
    let three = [two[0].clone(), two[1].clone(), node("n3", 2, "2", "4Gi")];
    let since = |pod: Json, seconds: u64| with(pod, &json!({ "since": seconds }));
    let templates = [
        of_priority("high", "1500m", 1000), of_priority("low", "1", 0), of_priority("mid", "1", 100), of_priority("below", "1", -10),
        of_priority("small", "500m", 0), of_priority("mid-high", "1500m", 100),
    ];
    let budget = |app: &str, least: u64| json!({ "name": app, "minAvailable": least, "selector": { "matchLabels": { "app": app } } });
    let never = with(of_priority("never", "1500m", 1000), &json!({ "spec": { "preemptionPolicy": "Never" } }));
    let then = json!([{ "template": 0 }, { "release": true }]);
    let spread = spec(of_priority("s", "500m", 1000), &by_zone("s", &json!({})));
    let spread_low = with(spread.clone(), &json!({ "priority": 0 }));
    let apart = json!({ "affinity": { "podAntiAffinity": { "requiredDuringSchedulingIgnoredDuringExecution": [anti("low", "kubernetes.io/hostname")] } } });
    let mut all = vec![
        of("preempts-the-lowest-priority", &two, &templates, &[pod("p1", 1, "n1"), pod("p2", 2, "n2"), pod("p3", 1, "n2")], &then),
        of("preempts-lowest-highest-victim", &two, &templates,
            &[pod("p1", 2, "n1"), pod("p2", 1, "n1"), pod("p3", 1, "n2"), pod("p4", 1, "n2")], &then),
        of("preempts-the-smallest-sum", &two, &templates,
            &[pod("p1", 1, "n1"), pod("p2", 1, "n1"), pod("p3", 1, "n2"), pod("p4", 3, "n2")], &then),
        of("preempts-fewest", &two, &templates,
            &[pod("p1", 4, "n1"), pod("p2", 4, "n1"), pod("p3", 4, "n1"), pod("p4", 4, "n1"), pod("p5", 1, "n2"), pod("p6", 4, "n2")], &then),
        of("preempts-the-latest-start", &two, &templates,
            &[since(pod("p1", 1, "n1"), 9000), since(pod("p2", 1, "n1"), 9100), since(pod("p3", 1, "n2"), 500), since(pod("p4", 1, "n2"), 600)], &then),
        of("preempts-below-nothing", &two, &templates, &[pod("p1", 3, "n1"), pod("p2", 3, "n1"), pod("p3", 1, "n2"), pod("p4", 1, "n2")],
            &json!([{ "template": 1 }, { "release": true }])),
        of("spares-who-can-stay", &two[..1], &templates, &[since(pod("p1", 4, "n1"), 100), since(pod("p2", 4, "n1"), 300), since(pod("p3", 3, "n1"), 9000)], &then),
        of("nobody-is-less-important", &two, &templates, &[pod("p1", 2, "n1"), pod("p2", 2, "n1"), pod("p3", 2, "n2"), pod("p4", 2, "n2")],
            &json!([{ "template": 5 }])),
        of("nobody-helps-a-pod-that-is-too-large", &three, &[of_priority("huge", "3", 1000), templates[1].clone()], &[pod("p1", 1, "n1")], &steps(0, 1)),
        of("never-preempts", &two, &[never, templates[1].clone()], &[pod("p1", 1, "n1"), pod("p2", 1, "n2")], &steps(0, 1)),
        of("two-preempt-one-after-the-other", &two, &templates, &[pod("p1", 1, "n1"), pod("p2", 1, "n2"), pod("p3", 1, "n2")],
            &json!([{ "template": 0 }, { "template": 5 }])),
        of("room-that-was-made-is-kept", &two[..1], &templates, &[pod("p1", 1, "n1"), pod("p2", 4, "n1")],
            &json!([{ "template": 0 }, { "template": 4 }])),
        of("preempts-for-a-spread", &two, &[spread, spread_low, of_priority("full", "1500m", 1000)],
            &[pod("p1", 1, "n1"), pod("p2", 1, "n1"), pod("f1", 2, "n2")], &steps(0, 1)),
        of("preempts-for-anti-affinity", &two[..1], &[spec(of_priority("a", "100m", 1000), &apart), templates[1].clone(), templates[4].clone()],
            &[pod("p1", 1, "n1"), pod("p2", 2, "n1")], &steps(0, 1)),
    ];
    let mut kept = of("preempts-without-breaking-a-budget", &two, &templates,
        &[pod("p1", 1, "n1"), pod("p2", 1, "n1"), pod("p3", 2, "n2"), pod("p4", 2, "n2")], &then);
    kept["budgets"] = json!([budget("low", 2)]);
    let mut broken = of("breaks-a-budget-where-nothing-else-helps", &two[..1], &templates, &[pod("p1", 1, "n1"), pod("p2", 2, "n1")], &then);
    broken["budgets"] = json!([budget("low", 1), budget("mid", 1)]);
    let mut spared = of("spares-whom-a-budget-keeps", &two[..1], &templates,
        &[since(pod("p1", 4, "n1"), 9000), since(pod("p2", 4, "n1"), 8000), pod("p3", 3, "n1")], &json!([{ "template": 2 }]));
    spared["budgets"] = json!([budget("below", 1)]);
    all.extend([kept, broken, spared]);
    all
}

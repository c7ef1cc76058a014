//! Nodes that pods want, and pods that they keep away from.

use serde_json::{Value as Json, json};

use super::{anti, node, of, pod, spec, steps, template, with};

pub(super) fn all() -> Vec<Json> {
    let three = [node("n1", 0, "8", "32Gi"), node("n2", 1, "4", "8Gi"), node("n3", 1, "2", "4Gi")];
    let required = |app: &str, key: &str| json!({ "affinity": { "podAntiAffinity": { "requiredDuringSchedulingIgnoredDuringExecution": [anti(app, key)] } } });
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
    let young = nodes(&json!({ "requiredDuringSchedulingIgnoredDuringExecution": { "nodeSelectorTerms": [
        { "matchExpressions": [{ "key": "generation", "operator": "Lt", "values": ["6"] }] },
        { "matchExpressions": [{ "key": "capacity", "operator": "NotIn", "values": ["spot", "on-demand"] }] },
    ] } }));
    let plain = template("b", "100m", "64Mi");
    vec![
        of(
            "anti-affinity-by-host",
            &three,
            &[spec(template("a", "100m", "64Mi"), &required("a", "kubernetes.io/hostname"))],
            &[],
            &steps(0, 4),
        ),
        of(
            "anti-affinity-by-zone",
            &three,
            &[spec(template("a", "100m", "64Mi"), &required("a", "topology.kubernetes.io/zone"))],
            &[pod("p1", 0, "n3")],
            &steps(0, 2),
        ),
        of(
            "anti-affinity-of-those-that-are-there",
            &three,
            &[spec(template("a", "100m", "64Mi"), &required("b", "topology.kubernetes.io/zone")), plain.clone()],
            &[pod("p1", 0, "n1")],
            &steps(1, 2),
        ),
        of(
            "anti-affinity-counts-those-that-leave",
            &three[..2],
            &[spec(template("a", "100m", "64Mi"), &required("a", "kubernetes.io/hostname"))],
            &[with(pod("p1", 0, "n1"), &json!({ "leaving": true })), pod("p2", 0, "n2")],
            &steps(0, 1),
        ),
        of(
            "anti-affinity-preferred",
            &three,
            &[spec(template("a", "100m", "64Mi"), &preferred("a", "kubernetes.io/hostname", 100))],
            &[],
            &steps(0, 5),
        ),
        of(
            "anti-affinity-preferred-by-those-that-are-there",
            &three,
            &[spec(template("a", "100m", "64Mi"), &preferred("b", "topology.kubernetes.io/zone", 50)), plain],
            &[pod("p1", 0, "n1"), pod("p2", 0, "n1")],
            &steps(1, 3),
        ),
        of("node-affinity-preferred", &spot, &[spec(template("a", "500m", "512Mi"), &prefers)], &[], &steps(0, 8)),
        of("node-affinity-required", &spot, &[spec(template("a", "900m", "512Mi"), &young)], &[], &steps(0, 3)),
        of(
            "node-selector-of-no-node",
            &spot,
            &[spec(template("a", "100m", "64Mi"), &json!({ "nodeSelector": { "capacity": "reserved" } }))],
            &[],
            &steps(0, 1),
        ),
    ]
}

//! Nodes that keep pods away, and pods that are still there.

use serde_json::{Value as Json, json};

use super::{node, of, pod, spec, steps, template, with};

pub(super) fn all() -> Vec<Json> {
    let taint = |effect: &str, value: &str| json!({ "key": "dedicated", "value": value, "effect": effect });
    let nodes = [
        with(node("n1", 0, "8", "32Gi"), &json!({ "taints": [taint("NoSchedule", "a")] })),
        with(
            node("n2", 1, "8", "16Gi"),
            &json!({ "taints": [taint("PreferNoSchedule", "b"), json!({ "key": "soft", "effect": "PreferNoSchedule" })] }),
        ),
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
        of(
            "taints-borne",
            &nodes,
            &[bears(&json!([{ "key": "dedicated", "operator": "Equal", "value": "a" }]))],
            &[],
            &steps(0, 6),
        ),
        of(
            "taints-borne-by-key",
            &nodes[..3],
            &[bears(&json!([{ "key": "dedicated", "operator": "Exists", "effect": "PreferNoSchedule" }]))],
            &[],
            &steps(0, 3),
        ),
        of("taints-all-borne", &nodes, &[bears(&json!([{ "operator": "Exists" }]))], &[], &steps(0, 5)),
        of("closed-and-tainted", &closed, &[bears(&json!([]))], &[], &steps(0, 1)),
        of(
            "closed-and-borne",
            &closed,
            &[bears(&json!([{ "key": "node.kubernetes.io/unschedulable", "operator": "Exists" }]))],
            &[],
            &steps(0, 1),
        ),
    ]
}

pub(super) fn leaving() -> Vec<Json> {
    let leaves = json!({ "leaving": true });
    let two = [node("n1", 0, "2", "4Gi"), node("n2", 1, "2", "4Gi")];
    vec![
        of(
            "what-leaves-holds-its-room",
            &two,
            &[template("a", "1500m", "1Gi")],
            &[with(pod("p1", 0, "n1"), &leaves), pod("p2", 0, "n2")],
            &json!([{ "template": 0 }, { "release": true }]),
        ),
        of(
            "what-leaves-counts-in-scores",
            &[node("n1", 0, "4", "8Gi"), node("n2", 1, "4", "8Gi")],
            &[template("a", "1", "1Gi")],
            &[with(pod("p1", 0, "n1"), &leaves)],
            &steps(0, 1),
        ),
    ]
}

//! Room: what fits, and where most is left.

use serde_json::{Value as Json, json};

use super::{node, of, pod, steps, template, with};

pub(super) fn all() -> Vec<Json> {
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
    let holds = |node: Json, mebibytes: i64| with(node, &json!({ "image": mebibytes << 20 }));
    let imaged = [
        node("n1", 0, "4", "8Gi"),
        holds(node("n2", 1, "3", "6Gi"), 900),
        holds(node("n3", 1, "2", "4Gi"), 900),
        holds(node("n4", 2, "3900m", "8Gi"), 900),
    ];
    vec![
        of(
            "fit-one-has-room",
            &three,
            &[template("a", "1500m", "1Gi"), template("f", "1", "1Gi")],
            &full,
            &steps(0, 2),
        ),
        of(
            "fit-memory-and-cpu-are-short",
            &[node("n1", 0, "1", "1Gi"), node("n2", 0, "2", "512Mi"), node("n3", 1, "1", "512Mi")],
            &[template("a", "1500m", "900Mi")],
            &[],
            &steps(0, 1),
        ),
        of(
            "fit-exactly",
            &[node("n1", 0, "1", "1Gi"), node("n2", 1, "1", "1Gi")],
            &[template("a", "1", "1Gi")],
            &[pod("p1", 0, "n2")],
            &steps(0, 2),
        ),
        of(
            "least-allocated",
            &uneven,
            &[template("a", "500m", "1Gi"), template("b", "1", "2Gi")],
            &[pod("p1", 1, "n1"), pod("p2", 1, "n2"), pod("p3", 1, "n2")],
            &steps(0, 6),
        ),
        of(
            "balanced",
            &[node("n1", 0, "8", "16Gi"), node("n2", 1, "8", "16Gi")],
            &[template("a", "1", "1Gi"), template("cpu", "2", "1Gi"), template("memory", "1", "4Gi")],
            &[pod("p1", 1, "n1"), pod("p2", 2, "n2")],
            &json!([{ "template": 0 }, { "template": 1 }, { "template": 2 }, { "template": 1 }, { "template": 2 }]),
        ),
        of(
            "nothing-is-asked-for",
            &[node("n1", 0, "4", "8Gi"), node("n2", 1, "3", "16Gi")],
            std::slice::from_ref(&none),
            &[],
            &steps(0, 5),
        ),
        of(
            "pods-count",
            &few,
            &[template("a", "100m", "64Mi")],
            &[pod("p1", 0, "n2"), pod("p2", 0, "n2")],
            &json!([{ "template": 0 }, { "template": 0 }, { "template": 0 }, { "template": 0 }]),
        ),
        of(
            "too-many-pods",
            &[with(node("n1", 0, "8", "16Gi"), &json!({ "pods": "1" }))],
            &[none],
            &[pod("p1", 0, "n1")],
            &steps(0, 1),
        ),
        of("images", &imaged, &[template("a", "100m", "64Mi")], &[], &steps(0, 5)),
        of(
            "sidecars-and-init-containers",
            &[node("n1", 0, "1700m", "4Gi"), node("n2", 1, "1800m", "2Gi")],
            &[sidecar],
            &[],
            &steps(0, 2),
        ),
    ]
}

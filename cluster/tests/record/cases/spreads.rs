//! Spreads, hard and soft.

use serde_json::{Value as Json, json};

use super::{by_zone, node, of, pod, spec, steps, template, with};

fn spread(change: &Json) -> Json {
    spec(template("a", "500m", "256Mi"), &by_zone("a", change))
}

fn two() -> [Json; 2] {
    [node("n1", 0, "4", "8Gi"), node("n2", 1, "4", "8Gi")]
}

fn wide() -> [Json; 3] {
    [node("n1", 0, "8", "32Gi"), node("n2", 1, "4", "8Gi"), node("n3", 2, "2", "4Gi")]
}

fn hosts() -> [Json; 4] {
    [node("n1", 0, "8", "32Gi"), node("n2", 0, "4", "8Gi"), node("n3", 1, "4", "8Gi"), node("n4", 2, "2", "4Gi")]
}

fn softly_by(app: &str, key: &str, skew: u64) -> Json {
    json!({
        "maxSkew": skew, "topologyKey": key, "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": { "matchLabels": { "app": app } },
    })
}

pub(super) fn hard() -> Vec<Json> {
    let revision = |hash: &str| {
        let labels = json!({ "metadata": { "labels": { "pod-template-hash": hash } } });
        with(spread(&json!({ "matchLabelKeys": ["pod-template-hash"] })), &labels)
    };
    let racks = [
        with(node("n1", 0, "4", "8Gi"), &json!({ "labels": { "rack": "r1" } })),
        with(node("n2", 1, "4", "8Gi"), &json!({ "labels": { "rack": "r2" } })),
        node("n3", 2, "16", "64Gi"),
    ];
    let by_rack = spec(template("a", "500m", "256Mi"), &by_zone("a", &json!({ "topologyKey": "rack" })));
    let old = [pod("o1", 0, "n1"), pod("o2", 0, "n1"), pod("o3", 0, "n2"), pod("o4", 0, "n2"), pod("o5", 0, "n2")];
    vec![
        of("spread-hard", &wide(), &[spread(&json!({}))], &[pod("p1", 0, "n1"), pod("p2", 0, "n2")], &steps(0, 5)),
        of(
            "spread-hard-zone-without-room",
            &wide(),
            &[spread(&json!({})), template("f", "1800m", "1Gi")],
            &[pod("p1", 0, "n1"), pod("p2", 0, "n2"), pod("f1", 1, "n3")],
            &steps(0, 1),
        ),
        of(
            "spread-without-min-domains",
            &[node("n1", 0, "4", "8Gi")],
            &[spread(&json!({}))],
            &[pod("p1", 0, "n1")],
            &steps(0, 2),
        ),
        of(
            "spread-with-min-domains",
            &[node("n1", 0, "4", "8Gi")],
            &[spread(&json!({ "minDomains": 2 }))],
            &[],
            &steps(0, 2),
        ),
        of(
            "spread-with-min-domains-met",
            &two(),
            &[spread(&json!({ "minDomains": 2 }))],
            &[pod("p1", 0, "n1")],
            &steps(0, 3),
        ),
        of(
            "spread-with-min-domains-of-three",
            &two(),
            &[spread(&json!({ "minDomains": 3 }))],
            &[pod("p1", 0, "n1")],
            &steps(0, 2),
        ),
        of(
            "match-label-keys-of-two-revisions",
            &wide(),
            &[revision("old"), revision("new")],
            &[pod("o1", 0, "n1"), pod("o2", 0, "n1"), pod("o3", 0, "n1")],
            &steps(1, 4),
        ),
        of(
            "no-match-label-keys",
            &[node("n1", 0, "8", "32Gi"), node("n2", 1, "8", "16Gi")],
            &[spread(&json!({}))],
            &old,
            &steps(0, 3),
        ),
        of("spread-by-a-label-that-a-node-lacks", &racks, &[by_rack], &[pod("p1", 0, "n3")], &steps(0, 3)),
        of(
            "spread-counts-none-that-leave",
            &two(),
            &[spread(&json!({}))],
            &[with(pod("p1", 0, "n1"), &json!({ "leaving": true })), pod("p2", 0, "n2")],
            &steps(0, 1),
        ),
    ]
}

pub(super) fn policies() -> Vec<Json> {
    let tainted = with(
        node("n3", 2, "4", "8Gi"),
        &json!({ "taints": [{ "key": "other", "value": "x", "effect": "NoSchedule" }] }),
    );
    let arm = with(node("n3", 2, "4", "8Gi"), &json!({ "labels": { "kubernetes.io/arch": "arm64" } }));
    let amd = |name: &str, zone: usize| {
        with(node(name, zone, "4", "8Gi"), &json!({ "labels": { "kubernetes.io/arch": "amd64" } }))
    };
    let on_amd = json!({ "nodeSelector": { "kubernetes.io/arch": "amd64" } });
    let both = |change: &Json| spec(spread(change), &on_amd);
    vec![
        of(
            "node-taints-policy-ignore",
            &[two()[0].clone(), two()[1].clone(), tainted.clone()],
            &[spread(&json!({}))],
            &[pod("p1", 0, "n1"), pod("p2", 0, "n2")],
            &steps(0, 1),
        ),
        of(
            "node-taints-policy-honor",
            &[two()[0].clone(), node("n2", 1, "8", "32Gi"), tainted],
            &[spread(&json!({ "nodeTaintsPolicy": "Honor" }))],
            &[pod("p1", 0, "n1"), pod("p2", 0, "n2")],
            &steps(0, 2),
        ),
        of(
            "node-affinity-policy-honor",
            &[amd("n1", 0), with(amd("n2", 1), &json!({ "cpu": "8" })), arm.clone()],
            &[both(&json!({}))],
            &[pod("p1", 0, "n1"), pod("p2", 0, "n2")],
            &steps(0, 2),
        ),
        of(
            "node-affinity-policy-ignore",
            &[amd("n1", 0), amd("n2", 1), arm],
            &[both(&json!({ "nodeAffinityPolicy": "Ignore" }))],
            &[pod("p1", 0, "n1"), pod("p2", 0, "n2")],
            &steps(0, 1),
        ),
    ]
}

pub(super) fn soft() -> Vec<Json> {
    let softly = spec(
        template("a", "200m", "128Mi"),
        &json!({ "topologySpreadConstraints": [
        softly_by("a", "topology.kubernetes.io/zone", 1), softly_by("a", "kubernetes.io/hostname", 1),
    ] }),
    );
    let mixed = spec(
        template("a", "200m", "128Mi"),
        &json!({ "topologySpreadConstraints": [
        by_zone("a", &json!({ "maxSkew": 2 }))["topologySpreadConstraints"][0].clone(), softly_by("a", "kubernetes.io/hostname", 1),
    ] }),
    );
    let set = json!({ "replica_of": 0 });
    let service = json!([set, set, set, set, set, set, set]);
    vec![
        of("spread-soft", &hosts(), &[softly], &[pod("p1", 0, "n1"), pod("p2", 0, "n1")], &steps(0, 7)),
        of("spread-hard-and-soft", &hosts(), &[mixed], &[pod("p1", 0, "n2"), pod("p2", 0, "n3")], &steps(0, 6)),
        of("spread-of-the-system", &hosts(), &[template("a", "200m", "128Mi")], &[], &service),
        of(
            "no-spread-of-a-pod-of-nobody",
            &hosts(),
            &[template("a", "200m", "128Mi")],
            &[pod("p1", 0, "n1"), pod("p2", 0, "n1")],
            &steps(0, 4),
        ),
    ]
}

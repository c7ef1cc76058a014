//! Who gives way to whom.

use serde_json::{Value as Json, json};

use super::{anti, by_zone, node, of, pod, spec, steps, template, with};

fn of_priority(app: &str, cpu: &str, priority: i64) -> Json {
    with(template(app, cpu, "64Mi"), &json!({ "priority": priority }))
}

fn two() -> [Json; 2] {
    [node("n1", 0, "2", "4Gi"), node("n2", 1, "2", "4Gi")]
}

/// Pods of all priorities, by their places.
fn templates() -> [Json; 6] {
    [
        of_priority("high", "1500m", 1000),
        of_priority("low", "1", 0),
        of_priority("mid", "1", 100),
        of_priority("below", "1", -10),
        of_priority("small", "500m", 0),
        of_priority("mid-high", "1500m", 100),
    ]
}

fn since(pod: Json, seconds: u64) -> Json {
    with(pod, &json!({ "since": seconds }))
}

/// A pod comes, and then those that give way are gone.
fn then() -> Json {
    json!([{ "template": 0 }, { "release": true }])
}

pub(super) fn who() -> Vec<Json> {
    vec![
        of(
            "preempts-the-lowest-priority",
            &two(),
            &templates(),
            &[pod("p1", 1, "n1"), pod("p2", 2, "n2"), pod("p3", 1, "n2")],
            &then(),
        ),
        of(
            "preempts-lowest-highest-victim",
            &two(),
            &templates(),
            &[pod("p1", 2, "n1"), pod("p2", 1, "n1"), pod("p3", 1, "n2"), pod("p4", 1, "n2")],
            &then(),
        ),
        of(
            "preempts-the-smallest-sum",
            &two(),
            &templates(),
            &[pod("p1", 1, "n1"), pod("p2", 1, "n1"), pod("p3", 1, "n2"), pod("p4", 3, "n2")],
            &then(),
        ),
        of(
            "preempts-fewest",
            &two(),
            &templates(),
            &[
                pod("p1", 4, "n1"),
                pod("p2", 4, "n1"),
                pod("p3", 4, "n1"),
                pod("p4", 4, "n1"),
                pod("p5", 1, "n2"),
                pod("p6", 4, "n2"),
            ],
            &then(),
        ),
        of(
            "preempts-the-latest-start",
            &two(),
            &templates(),
            &[
                since(pod("p1", 1, "n1"), 9000),
                since(pod("p2", 1, "n1"), 9100),
                since(pod("p3", 1, "n2"), 500),
                since(pod("p4", 1, "n2"), 600),
            ],
            &then(),
        ),
        of(
            "preempts-below-nothing",
            &two(),
            &templates(),
            &[pod("p1", 3, "n1"), pod("p2", 3, "n1"), pod("p3", 1, "n2"), pod("p4", 1, "n2")],
            &json!([{ "template": 1 }, { "release": true }]),
        ),
        of(
            "spares-who-can-stay",
            &two()[..1],
            &templates(),
            &[since(pod("p1", 4, "n1"), 100), since(pod("p2", 4, "n1"), 300), since(pod("p3", 3, "n1"), 9000)],
            &then(),
        ),
    ]
}

pub(super) fn whether() -> Vec<Json> {
    let three = [two()[0].clone(), two()[1].clone(), node("n3", 2, "2", "4Gi")];
    let never = with(of_priority("never", "1500m", 1000), &json!({ "never": true }));
    let spread = spec(of_priority("s", "500m", 1000), &by_zone("s", &json!({})));
    let spread_low = with(spread.clone(), &json!({ "priority": 0 }));
    let apart = json!({ "affinity": { "podAntiAffinity": { "requiredDuringSchedulingIgnoredDuringExecution": [anti("low", "kubernetes.io/hostname")] } } });
    vec![
        of(
            "nobody-is-less-important",
            &two(),
            &templates(),
            &[pod("p1", 2, "n1"), pod("p2", 2, "n1"), pod("p3", 2, "n2"), pod("p4", 2, "n2")],
            &json!([{ "template": 5 }]),
        ),
        of(
            "nobody-helps-a-pod-that-is-too-large",
            &three,
            &[of_priority("huge", "3", 1000), templates()[1].clone()],
            &[pod("p1", 1, "n1")],
            &steps(0, 1),
        ),
        of(
            "never-preempts",
            &two(),
            &[never, templates()[1].clone()],
            &[pod("p1", 1, "n1"), pod("p2", 1, "n2")],
            &steps(0, 1),
        ),
        of(
            "two-preempt-one-after-the-other",
            &two(),
            &templates(),
            &[pod("p1", 1, "n1"), pod("p2", 1, "n2"), pod("p3", 1, "n2")],
            &json!([{ "template": 0 }, { "template": 5 }]),
        ),
        of(
            "room-that-was-made-is-kept",
            &two()[..1],
            &templates(),
            &[pod("p1", 1, "n1"), pod("p2", 4, "n1")],
            &json!([{ "template": 0 }, { "template": 4 }]),
        ),
        of(
            "preempts-for-a-spread",
            &two(),
            &[spread, spread_low, of_priority("full", "1500m", 1000)],
            &[pod("p1", 1, "n1"), pod("p2", 1, "n1"), pod("f1", 2, "n2")],
            &steps(0, 1),
        ),
        of(
            "preempts-for-anti-affinity",
            &two()[..1],
            &[spec(of_priority("a", "100m", 1000), &apart), templates()[1].clone(), templates()[4].clone()],
            &[pod("p1", 1, "n1"), pod("p2", 2, "n1")],
            &steps(0, 1),
        ),
    ]
}

pub(super) fn budgets() -> Vec<Json> {
    let budget = |app: &str, least: u64| json!({ "name": app, "minAvailable": least, "selector": { "matchLabels": { "app": app } } });
    let mut kept = of(
        "preempts-without-breaking-a-budget",
        &two(),
        &templates(),
        &[pod("p1", 1, "n1"), pod("p2", 1, "n1"), pod("p3", 2, "n2"), pod("p4", 2, "n2")],
        &then(),
    );
    kept["budgets"] = json!([budget("low", 2)]);
    let mut broken = of(
        "breaks-a-budget-where-nothing-else-helps",
        &two()[..1],
        &templates(),
        &[pod("p1", 1, "n1"), pod("p2", 2, "n1")],
        &then(),
    );
    broken["budgets"] = json!([budget("low", 1), budget("mid", 1)]);
    let mut spared = of(
        "spares-whom-a-budget-keeps",
        &two()[..1],
        &templates(),
        &[since(pod("p1", 4, "n1"), 9000), since(pod("p2", 4, "n1"), 8000), pod("p3", 3, "n1")],
        &json!([{ "template": 2 }]),
    );
    spared["budgets"] = json!([budget("below", 1)]);
    vec![kept, broken, spared]
}

//! The vectors that the controller's own code gave.

use synth_twin::replay::{File, vectors::replay};

use crate::given::data;

const PATH: &str = "hpa-golden.jsonl";

#[test]
fn every_vector_agrees() {
    let reports = replay(File { path: PATH, text: &data(PATH) }).unwrap();
    for report in &reports {
        assert!(report.agrees(), "{report}");
    }
    let counts: Vec<_> = reports.iter().map(|report| (report.name.as_str(), report.recorded)).collect();
    let kinds = [
        ("no-behaviour-spike", 1),
        ("pods-average-value", 80),
        ("random", 40),
        ("resource-utilization", 240),
        ("resource-utilization-memory", 80),
        ("tideline-spike", 1),
    ];
    assert_eq!(counts, kinds);
}

/// Values in all and for each, and means of a resource, with pods in every state: 50 of each kind.
#[test]
fn every_vector_of_values_agrees() {
    let reports = replay(File { path: "values.jsonl", text: &data("values.jsonl") }).unwrap();
    for report in &reports {
        assert!(report.agrees(), "{report}");
    }
    let kinds = [
        "external-average-value",
        "external-value",
        "object-average-value",
        "object-value",
        "resource-average-value",
        "resource-utilization",
    ];
    let counts: Vec<_> = reports.iter().map(|report| (report.name.as_str(), report.recorded)).collect();
    assert_eq!(counts, kinds.map(|kind| (kind, 50)));
}

#[test]
fn a_vector_that_differs_is_named() {
    let text = data(PATH);
    let timeline = text.lines().find(|line| line.contains("no-behaviour-spike")).unwrap();
    let computation = text.lines().find(|line| line.contains("\"observed\":") && !line.contains("error")).unwrap();
    let changed = [
        timeline.replace("\"current\":3,\"desired\":6", "\"current\":3,\"desired\":7"),
        computation.replace("\"observed\":", "\"observed\":1"),
    ];
    assert_ne!(changed[0], timeline);
    let text = changed.join("\n");
    let reports = replay(File { path: "mine.jsonl", text: &text }).unwrap();
    let said: Vec<_> = reports.iter().map(ToString::to_string).collect();
    assert_eq!(reports.iter().filter(|report| report.agrees()).count(), 0);
    assert!(said[0].contains("mine.jsonl:1: given at 60 s 90 proposed for 3: recorded 7, decided 6"), "{said:?}");
    assert!(said[1].contains("mine.jsonl:2: given 7 pods"), "{said:?}");
}

#[test]
fn what_is_no_vector_is_told_with_its_line() {
    let good = data(PATH).lines().next().unwrap().to_owned();
    let step = r#"{"kind":"mine","Min":1,"Max":2,"steps":[{"t":15,"proposed":1,"current":1,"desired":1},{"t":0,"proposed":1,"current":1,"desired":1}]}"#;
    let pod = r#"{"kind":"resource-utilization","currentReplicas":1,"target":60,"TolUp":0.1,"TolDown":0.1,"replicas":1,"observed":1,"pods":[{"phase":"Gone"}]}"#;
    let cases = [
        ("{", "EOF while parsing"),
        ("{}", "has no `kind`"),
        (r#"{"kind":"random"}"#, "missing field"),
        (r#"{"kind":"random","steps":[]}"#, "missing field `Min`"),
        (r#"{"kind":"random","Min":3,"Max":2,"steps":[]}"#, "`spec.maxReplicas` is 2"),
        (step, "the step at 0 is not after that at 15"),
        (pod, "`Gone` is no phase of a pod"),
        (&pod.replace("resource-utilization", "disk").replace("Gone", "Running"), "`disk` is no kind"),
        (&pod.replace("60", "0").replace("Gone", "Running"), "a target of 0"),
        (&pod.replace("\"Gone\"", "\"Running\",\"usage\":1"), "without `metricAgo`"),
        (
            &pod.replace("Gone", "Running").replace("resource-utilization", "external-average-value"),
            "has no `statusReplicas`",
        ),
        (&pod.replace("\"Gone\"", "\"Running\",\"ready\":\"True\""), "without `readyChangedAgo`"),
    ];
    for (line, problem) in cases {
        let text = format!("{good}\n\n{line}\n");
        let error = replay(File { path: "mine.jsonl", text: &text }).unwrap_err().to_string();
        assert!(error.starts_with("mine.jsonl:3: ") && error.contains(problem), "{line}: {error}");
    }
    let error = replay(File { path: "mine.jsonl", text: "\n" }).unwrap_err();
    assert_eq!(error.to_string(), "mine.jsonl: holds no vector");
}

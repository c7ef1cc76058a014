//! The recorded form: what is read of it, what differs, and what is refused.

use serde_json::{Value as Json, json};
use synth_twin::replay::{File, Malformed, Report, hpa::replay};

use crate::recordings::{as_files, files};

/// Syncs of four old pods that use so much of 500 each: when, how much, and replicas before and after.
fn syncs(steps: &[(f64, f64, i32, i32)]) -> String {
    let line = |&(seconds, used, before, after): &(f64, f64, i32, i32)| {
        let pod = json!({
            "phase": "Running", "start": -5000, "ready": "True", "ready_since": -4990, "cpu_m": used, "ts": seconds - 5.0, "window": 15,
        });
        let pods = vec![pod; 4];
        json!({ "time_s": seconds, "specBefore": before, "specAfter": after, "pods": pods }).to_string()
    };
    steps.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn reports(curves: &str, syncs: &str) -> Result<Vec<Report>, Malformed> {
    replay(&[File { path: "curves.json", text: curves }, File { path: "web.syncs.jsonl", text: syncs }])
}

/// Does the recording of one sync from 4 replicas agree, with these settings beside it?
fn agrees(curve: Json, used: f64, after: i32) -> bool {
    let curves = json!({ "t0": 0, "curves": { "web": curve } }).to_string();
    reports(&curves, &syncs(&[(0.0, used, 4, after)])).expect("it is in the form")[0].agrees()
}

#[test]
fn what_curves_leave_out_is_the_recorded_forms_own() {
    // 90 % of 500m at a target of 60: 6 of 4; and 24 at the most, 3 at the least.
    assert!(agrees(json!({ "behavior": {} }), 449.3, 6) && !agrees(json!({ "behavior": {} }), 449.3, 5));
    let fast = json!({ "scaleUp": { "policies": [{ "type": "Pods", "value": 100, "periodSeconds": 15 }] } });
    assert!(agrees(json!({ "behavior": fast }), 5_000.0, 24));
    let down = json!({ "older": true, "behavior": { "scaleDown": { "stabilizationWindowSeconds": 0 } } });
    assert!(agrees(down, 10.0, 3));
}

#[test]
fn min_max_request_and_target_are_read_where_they_are_told() {
    for key in ["target", "averageUtilization", "target_utilization", "target_percent"] {
        assert!(agrees(json!({ "behavior": {}, key: 45 }), 450.0, 8), "{key}");
        assert!(agrees(json!({ "behavior": {}, "extra": { key: 45 } }), 450.0, 8), "{key}");
    }
    assert!(agrees(json!({ "behavior": {}, "target": "45%" }), 450.0, 8));
    assert!(agrees(json!({ "behavior": {}, "hpa": { "target": 45, "min": 1 } }), 450.0, 8));
    assert!(agrees(json!({ "behavior": {}, "target": "225m" }), 450.0, 8));
    for request in [json!(375), json!("375m"), json!("0.375")] {
        assert!(agrees(json!({ "behavior": {}, "request": request }), 450.0, 8), "{request}");
    }
    let fast = json!({ "scaleUp": { "policies": [{ "type": "Pods", "value": 100, "periodSeconds": 15 }] } });
    for key in ["max", "maxReplicas", "max_replicas"] {
        assert!(agrees(json!({ "behavior": fast, key: 40 }), 5_000.0, 40), "{key}");
    }
    for key in ["min", "minReplicas", "min_replicas"] {
        assert!(agrees(json!({ "behavior": {}, key: 5 }), 300.0, 5), "{key}");
    }
    let hpa = json!({ "metadata": { "name": "web" }, "spec": {
        "minReplicas": 2, "maxReplicas": 10, "scaleTargetRef": { "kind": "Deployment", "name": "web" },
        "metrics": [{ "type": "Resource", "resource": { "name": "cpu", "target": { "type": "Utilization", "averageUtilization": 45 } } }],
    } });
    assert!(agrees(json!({ "hpa": hpa }), 450.0, 8));
    assert!(agrees(json!({ "hpa": hpa["spec"] }), 450.0, 8));
    let all = json!({ "target": 45, "curves": { "web": { "behavior": {} } } }).to_string();
    assert!(reports(&all, &syncs(&[(0.0, 450.0, 4, 8)])).unwrap()[0].agrees());
}

#[test]
fn without_behavior_the_other_way_is_taken() {
    for curve in [json!({}), json!({ "behavior": null })] {
        assert!(agrees(curve.clone(), 5_000.0, 8) && !agrees(curve, 5_000.0, 14));
    }
    assert!(agrees(json!({ "behavior": {} }), 5_000.0, 8));
}

#[test]
fn tolerances_and_flags_are_read() {
    let tolerance = |value: Json| json!({ "behavior": { "scaleUp": { "tolerance": value } } });
    for value in [json!("0.5"), json!(0.5), json!("500m")] {
        assert!(agrees(tolerance(value.clone()), 450.0, 4), "{value}");
    }
    assert!(agrees(json!({ "behavior": {}, "flags": { "tolerance": 0.5 } }), 450.0, 4));
    let down = |flags: Json| {
        let curve = json!({ "t0": 0, "curves": { "web": { "behavior": {}, "flags": flags } } }).to_string();
        reports(&curve, &syncs(&[(0.0, 300.0, 4, 4), (60.0, 150.0, 4, 3)])).unwrap()[0].agrees()
    };
    assert!(!down(json!({})) && down(json!({ "downscale-stabilization": 30 })));
}

#[test]
fn an_autoscaler_that_is_older_than_its_recording_is_taken_for_that() {
    let steps = syncs(&[(0.0, 150.0, 4, 3), (15.0, 150.0, 3, 3)]);
    let curves = |told: Json| json!({ "curves": { "web": told } }).to_string();
    let agreeing = |told: Json| reports(&curves(told), &steps).unwrap()[0].agreeing;
    assert_eq!(agreeing(json!({ "behavior": {} })), 2);
    assert_eq!(agreeing(json!({ "behavior": {}, "older": true })), 2);
    assert_eq!(agreeing(json!({ "behavior": {}, "older": false })), 1);
}

#[test]
fn the_first_sync_that_differs_is_told_and_the_rest_stays_comparable() {
    let steps = syncs(&[(0.0, 300.0, 4, 4), (15.0, 449.0, 4, 7), (30.0, 300.0, 7, 7), (45.0, 450.0, 7, 7)]);
    let report = &reports(&json!({ "curves": { "web": { "behavior": {} } } }).to_string(), &steps).unwrap()[0];
    assert_eq!((report.agreeing, report.recorded), (3, 4));
    let first = "web.syncs.jsonl:2: given 4 replicas and 4 pods at 15.0 s (4 ready, 0 unready, 0 without a metric), 89 %: \
                 6 proposed: recorded 7, decided 6";
    assert_eq!(report.to_string(), format!("web: 3 of 4 agree; the first that does not: {first}"));
}

#[test]
fn a_changed_recording_no_longer_agrees() {
    let original = files();
    for (path, text) in original.iter().filter(|(path, _)| path.ends_with(".syncs.jsonl")) {
        let mut changed = original.clone();
        let line = text.lines().filter(|line| line.contains("\"cpu_m\":")).nth(20).unwrap_or_default();
        let after = format!("\"specAfter\":{}", serde_json::from_str::<Json>(line).unwrap()["specAfter"]);
        changed.insert(path.clone(), text.replace(line, &line.replace(&after, "\"specAfter\":2")));
        changed.retain(|path, _| !path.ends_with(".sync.csv"));
        let reports = replay(&as_files(&changed)).unwrap();
        let differing: Vec<_> = reports.iter().filter(|report| !report.agrees()).collect();
        assert_eq!(differing.len(), 1, "{path}");
        assert!(path.starts_with(&differing[0].name), "{path}: {}", differing[0]);
    }
}

#[test]
fn what_is_not_in_the_form_is_told_with_its_file_and_line() {
    let curves = r#"{"curves":{"web":{"behavior":{}}}}"#;
    let good = syncs(&[(0.0, 300.0, 4, 4)]);
    let later = syncs(&[(15.0, 300.0, 4, 4)]);
    let cases = [
        ("{".to_owned(), "EOF"),
        ("{}".to_owned(), "missing field"),
        (good.clone(), "is not after the one before it"),
        (later.replace("Running", "Gone"), "pod 0: `Gone` is no phase of a pod"),
        (later.replace("\"True\"", "\"Yes\""), "pod 0: `Yes` is no status of a condition"),
        (later.replace("\"ready_since\"", "\"since\""), "pod 0: `ready` without `ready_since`"),
        (later.replace("\"window\":15", "\"window\":0"), "pod 0: a use of 300 in 0 s"),
        (later.replace("300.0", "-1.0"), "pod 0: a use of -1"),
        (later.replace("\"ts\"", "\"at\""), "pod 0: `cpu_m` without `ts`"),
        (later.replace("\"cpu_m\"", "\"request_m\":0,\"cpu_m\""), "pod 0: a request of 0"),
        (later.replace("\"specAfter\":4", "\"specAfter\":-4"), "less than no replicas"),
        (later.replace("\"specAfter\":4", "\"specAfter\":\"4\""), "invalid type"),
    ];
    for (line, problem) in cases {
        let error = reports(curves, &format!("{good}\n\n{line}\n")).unwrap_err().to_string();
        assert!(error.starts_with("web.syncs.jsonl:3: ") && error.contains(problem), "{line}: {error}");
    }
    assert_eq!(reports(curves, "").unwrap_err().to_string(), "web.syncs.jsonl: holds no sync");
}

#[test]
fn curves_that_are_wrong_are_told_with_their_line() {
    let good = syncs(&[(0.0, 300.0, 4, 4)]);
    for (curve, problem) in [
        ("{", "EOF"),
        (r#"{"min":"3"}}}"#, "`min` is \"3\", not a whole number"),
        (r#"{"min":9,"max":3}}}"#, "`spec.maxReplicas` is 3"),
        (r#"{"target":"much"}}}"#, "averageValue` is `much`"),
        (r#"{"target":true}}}"#, "`target` is true"),
        (r#"{"target":0}}}"#, "averageUtilization` is 0"),
        (r#"{"request":"none"}}}"#, "`request` is \"none\""),
        (r#"{"behavior":{"scaleUp":{"policies":[]}}}}}"#, "`spec.behavior.scaleUp.policies` is empty"),
        (r#"{"behavior":{"scaleUp":{"policies":3}}}}}"#, "`behavior`: "),
        (r#"{"flags":{"patience":3}}}}"#, "`flags`: `patience` is none"),
        (r#"{"flags":{"tolerance":-1}}}}"#, "`flags`: `tolerance` is -1"),
        (r#"{"flags":3}}}"#, "`flags` is no object"),
        (r#"{"older":3}}}"#, "`older` is 3"),
    ] {
        let error = reports(&format!("{{\n\"curves\": {{\n\"web\": {curve}"), &good).unwrap_err().to_string();
        assert!(error.starts_with("curves.json:3: ") && error.contains(problem), "{curve}: {error}");
    }
    let memory = json!({ "curves": { "web": { "hpa": { "maxReplicas": 5, "scaleTargetRef": { "kind": "Deployment", "name": "web" }, "metrics": [
        { "type": "Resource", "resource": { "name": "memory", "target": { "type": "Utilization", "averageUtilization": 45 } } },
    ] } } } });
    let error = reports(&memory.to_string(), &good).unwrap_err().to_string();
    assert!(error.contains("other than `cpu` alone"), "{error}");
    assert_eq!(reports("{}", &good).unwrap_err().to_string(), "curves.json: has no object `curves`");
    let other = reports(r#"{"curves":{"api":{}}}"#, &good).unwrap_err().to_string();
    assert_eq!(other, "web.syncs.jsonl: `curves.json` has no curve `web`");
    let alone = replay(&[File { path: "web.syncs.jsonl", text: &good }]).unwrap_err().to_string();
    assert_eq!(alone, "web.syncs.jsonl: there is no `curves.json` beside it");
    assert!(replay(&[]).unwrap_err().to_string().contains("no file ends in `.syncs.jsonl`"));
}

#[test]
fn a_table_that_contradicts_its_syncs_is_told_with_its_line() {
    let (curves, syncs) =
        (r#"{"curves":{"web":{"behavior":{}}}}"#, syncs(&[(0.0, 300.0, 4, 4), (15.004, 300.0, 4, 4)]));
    let with = |table: &str| {
        let files = [("curves.json", curves), ("web.syncs.jsonl", syncs.as_str()), ("web.sync.csv", table)];
        replay(&files.map(|(path, text)| File { path, text })).map(|reports| reports.len())
    };
    let head = "time_s,pods,replicas_before,replicas_after";
    assert_eq!(with(&format!("{head}\n0.0,4,4,4\n15.0,4,4,4\n99.0,4,1,1\n")), Ok(1));
    for (row, problem) in [
        ("15.0,4,4,5", "4 replicas before and 5 after, where line 2 of the syncs has 4 and 4"),
        ("15.0,4,4", "3 values for 4 columns"),
        ("15.0,4,4,many", "`replicas_after` is `many`, not a number"),
        ("NaN,4,4,4", "`time_s` is `NaN`, not a number"),
    ] {
        let error = with(&format!("{head}\n0.0,4,4,4\n{row}\n")).unwrap_err().to_string();
        assert_eq!(error, format!("web.sync.csv:3: {problem}"));
    }
    assert_eq!(with("time_s\n").unwrap_err().to_string(), "web.sync.csv:1: has no column `replicas_before`");
    assert_eq!(with("").unwrap_err().to_string(), "web.sync.csv: is empty");
}
